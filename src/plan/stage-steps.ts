/** Adds the steps of a stage to the graph, numbered and named for people. */
import type { StageSource } from '../dockerfile/index.ts';
import type { SourceLocation } from '../errors.ts';
import type {
  GitOp,
  GraphBuilder,
  HttpOp,
  Locations,
  Op,
  SCRATCH,
  VertexId,
  VertexInfo,
} from '../graph/index.ts';
import { redactUrls } from '../http/index.ts';
import type { Platform } from '../oci/index.ts';
import type { BaseImage } from './plan.ts';
import { platformPrefix } from './platform-prefix.ts';
import type { InternalStepText, PlanOptions, StepText } from './stage-plan.ts';
import { stageLabel, stagePrefix } from './stages.ts';

export interface StageStepsOptions {
  readonly builder: GraphBuilder;
  readonly options: PlanOptions;
  readonly stage: StageSource;
  /** How many stages the file has. */
  readonly stages: number;
  /** The platform of the stage's processes. */
  readonly platform: Platform;
  /** How many of its instructions are steps. */
  readonly total: number;
}

type Inputs = readonly (VertexId | typeof SCRATCH)[];

export class StageSteps {
  readonly #options: StageStepsOptions;
  #total: number;
  #index = 0;

  constructor(options: StageStepsOptions) {
    this.#options = options;
    this.#total = options.total;
  }

  /** Adds the image that the stage begins with: its first step. */
  addBase({ id, source }: BaseImage, name: string, location: SourceLocation): VertexId {
    this.#total++;
    const op: Op = { kind: 'image', imageId: id };
    const info = this.#info(op, `FROM ${name}`, { instruction: location });
    return this.#options.builder.add(op, [], { ...info, image: source });
  }

  /** Adds an instruction. */
  addStep(op: Op, inputs: Inputs, step: StepText): VertexId {
    const { instruction, text, proxyEnv, asWritten, locations } = step;
    return this.#options.builder.add(op, inputs, {
      ...this.#info(op, text, locations),
      instruction: redactUrls(instruction.text),
      proxyEnv,
      asWritten,
    });
  }

  addSource(op: HttpOp | GitOp, { instruction, text, locations }: StepText): VertexId {
    return this.#options.builder.add(op, [], {
      name: text,
      stage: stageLabel(this.#options.stage),
      locations,
      instruction: redactUrls(instruction.text),
      ignoreCache: this.#ignoresCache,
    });
  }

  addInternalStep(op: Op, inputs: Inputs, step: InternalStepText): VertexId {
    const { name, locations } = step;
    return this.#options.builder.add(op, inputs, {
      name,
      stage: stageLabel(this.#options.stage),
      locations,
      instruction: undefined,
      ignoreCache: false,
    });
  }

  #info(op: Op, text: string, locations: Locations): VertexInfo {
    const { options, stage, stages, platform } = this.#options;
    const instruction = text.replace(/^[a-z]+/i, (keyword) => keyword.toUpperCase());
    const prefix = [
      ...(options.namesPlatforms ? [platformPrefix(platform, options.platform, op)] : []),
      stagePrefix(stage, stages),
    ]
      .filter((part) => part !== '')
      .map((part) => `${part} `);
    const total = String(this.#total);
    const index = String(++this.#index).padStart(total.length);
    return {
      name: `[${prefix.join('')}${index}/${total}] ${instruction}`,
      stage: stageLabel(stage),
      platform,
      locations,
      instruction,
      ignoreCache: this.#ignoresCache,
    };
  }

  get #ignoresCache(): boolean {
    const { options, stage } = this.#options;
    const { noCache, noCacheFilter } = options;
    return noCache || noCacheFilter.some((name) => name.toLowerCase() === stage.from.stage);
  }
}
