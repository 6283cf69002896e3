/**
 * Walks the stages that the target needs. A stage is planned when somebody needs it and then once; what nobody
 * needs is never looked at, not even for mistakes that only planning would find.
 */
import type { Instruction, StageSource, Stages, Word } from '../dockerfile/index.ts';
import { splitStages } from '../dockerfile/index.ts';
import type { SourceLocation, Warning } from '../errors.ts';
import { AppError, locate } from '../errors.ts';
import type { Op, SCRATCH, VertexId, VertexInfo } from '../graph/index.ts';
import { GraphBuilder, reachable } from '../graph/index.ts';
import { redactUrls } from '../http/index.ts';
import type { Platform } from '../oci/index.ts';
import { BaseImages, platformOfBase } from './base-images.ts';
import { type Beginning, findParent, platformOf, triggersOf } from './beginning.ts';
import {
  type ContextSource,
  contextRoot,
  findContext,
  type NamedSource,
  wholeContext,
} from './contexts.ts';
import { applyInstruction, makesLayer } from './dispatch.ts';
import { checkEveryStage } from './every-stage.ts';
import { foreignSyntax } from './foreign-syntax.ts';
import { baseNameOf, type GlobalScope, platformOfFrom } from './from-line.ts';
import { globalArguments } from './global-arguments.ts';
import type { BaseImage, BuildPlan, PlannedStage } from './plan.ts';
import { variableInFrom } from './plan-faults.ts';
import { platformPrefix } from './platform-prefix.ts';
import { StageNeeds } from './stage-needs.ts';
import type { PlanOptions, RootOfOptions, StagePlan } from './stage-plan.ts';
import { referencedStage, requireEarlier } from './stage-references.ts';
import {
  childState,
  configOf,
  contextState,
  imageState,
  type StageState,
  scratchState,
} from './stage-state.ts';
import { stageLabel, stageNamed, stagePrefix } from './stages.ts';
import { declaredNames, unusedArguments } from './unused-arguments.ts';

/**
 * Plans the target: which operations make it, and what its image says.
 *
 * @throws AppError PLAN_… for what cannot be planned, and what `resolveImage` throws, each at its place in the file
 */
export async function planBuild(options: PlanOptions): Promise<BuildPlan> {
  return new Planner(options).plan();
}

class Planner {
  readonly #options: PlanOptions;
  readonly #builder = new GraphBuilder();
  readonly #stages: Stages;
  readonly #planned = new Map<number, Promise<StageState>>();
  readonly #needs = new StageNeeds(
    'see what --build-context NAME=target:STAGE puts in the place of which name',
  );
  readonly #images: BaseImages;
  readonly #warnings: Warning[] = [];
  readonly #localRoots = new Set<VertexId>();
  /** By triggers of base images: arguments that do not stand in the file. */
  readonly #declared = new Set<string>();
  #globals: ReadonlyMap<string, string> = new Map();

  constructor(options: PlanOptions) {
    this.#options = options;
    this.#stages = splitStages(options.instructions);
    this.#images = new BaseImages(options, this.#stages);
  }

  async plan(): Promise<BuildPlan> {
    const target = this.#target();
    this.#globals = globalArguments(this.#options, this.#stages, target);
    checkEveryStage(this.#stages.stages, this.#scope);
    const state = await this.#stage(target);
    if (this.#options.everyStage === true) {
      for (const stage of this.#stages.stages) await this.#stage(stage);
    }
    this.#warnings.push(...foreignSyntax(this.#options));
    this.#warnings.push(...unusedArguments(this.#options, this.#declared));
    const states = await this.#states();
    const graph = this.#builder.build();
    const needed = new Set(reachable(graph, [state.root]).map((vertex) => vertex.id));
    return {
      graph,
      target: state.root,
      warnings: this.#warnings,
      image: {
        platform: this.#platformOfResult(state),
        config: labelled(state, this.#options.labels),
        author: state.author,
        history: state.history.toArray(),
        base: state.base,
      },
      stages: this.#stages.stages.map((stage): PlannedStage => {
        const planned = states.get(stage.index);
        const root = planned?.root;
        const used = root !== undefined && (root === 'scratch' || needed.has(root));
        return {
          name: stageLabel(stage),
          index: stage.index,
          root: stage === target || used ? root : undefined,
          platform: planned?.platform,
          isTarget: stage === target,
        };
      }),
    };
  }

  async #states(): Promise<ReadonlyMap<number, StageState>> {
    const states = new Map<number, StageState>();
    for (const [index, state] of this.#planned) states.set(index, await state);
    return states;
  }

  #target(): StageSource {
    const { stages } = this.#stages;
    const { target } = this.#options;
    const last = target === undefined || target === '' ? stages.at(-1) : undefined;
    return last ?? stageNamed(stages, target ?? '');
  }

  /** What another stage is, for one that needs it; `word` is where that one says so. */
  #needed(stage: StageSource, other: StageSource, word: Word): Promise<StageState> {
    this.#needs.add(stage, other, this.#place(word));
    return this.#stage(other);
  }

  /** The one that was asked for; else the base's, whatever FROM said of it. */
  #platformOfResult({ base, platform }: StageState): Platform {
    const { platform: asked, takesPlatformOfBase } = this.#options;
    if (base === undefined || takesPlatformOfBase !== true) return asked;
    return platformOfBase(base, platform);
  }

  get #scope(): GlobalScope {
    return { tree: this.#options.tree, globals: this.#globals };
  }

  #stage(stage: StageSource): Promise<StageState> {
    const known = this.#planned.get(stage.index);
    if (known !== undefined) return known;
    const planned = this.#planStage(stage);
    planned.catch(() => undefined);
    this.#planned.set(stage.index, planned);
    return planned;
  }

  async #planStage(stage: StageSource): Promise<StageState> {
    const override = await this.#override(stage);
    if (override !== undefined) return override;
    const name = baseNameOf(stage.from, this.#scope);
    const platform = platformOfFrom(stage.from, this.#scope) ?? this.#options.platform;
    const begun = await this.#begin(stage, name, platform);
    const instructions = [...this.#triggers(begun), ...stage.instructions];
    const total = instructions.filter(makesLayer).length;
    const counter = { index: 0, total, platform: platformOf(begun) };
    const started = await this.#root(stage, begun, counter);
    const plan = this.#stagePlan(stage, counter);
    let state = started;
    for (const instruction of instructions) {
      try {
        state = await applyInstruction(state, instruction, plan);
      } catch (error) {
        throw error instanceof AppError ? locate(error, instruction.location) : error;
      }
    }
    return state;
  }

  async #begin(stage: StageSource, name: string, platform: Platform): Promise<Beginning> {
    const { image } = stage.from;
    const parent = findParent(this.#stages.stages, name, stage.index);
    if (parent !== undefined) {
      return { kind: 'stage', state: await this.#needed(stage, parent, image) };
    }
    if (name === 'scratch') return { kind: 'scratch', platform };
    const context = findContext(this.#contexts, name, platform);
    if (context !== undefined) return this.#beginWithContext(stage, { context, platform }, image);
    const takesOther =
      this.#options.takesPlatformOfBase === true && stage.from.platform === undefined;
    const place = { word: image, before: stage.index, takesOther };
    const found = await this.#images.named(name, platform, place);
    return {
      kind: 'image',
      name,
      platform: takesOther ? platformOfBase(found, platform) : platform,
      image: found,
    };
  }

  get #contexts(): ReadonlyMap<string, ContextSource> {
    return this.#options.contexts ?? new Map();
  }

  /** Whether a named context takes the place of a stage, which then may be anywhere in the file. */
  #isReplaced({ from: { stage } }: StageSource): boolean {
    if (stage === undefined) return false;
    return findContext(this.#contexts, stage, this.#options.platform) !== undefined;
  }

  /** The state of a stage that a named context of its name stands in for. */
  async #override(stage: StageSource): Promise<StageState | undefined> {
    const { stage: name, stageWord } = stage.from;
    if (name === undefined || stageWord === undefined) return undefined;
    const platform = this.#options.platform;
    const context = findContext(this.#contexts, name, platform);
    if (context === undefined) return undefined;
    const begun = await this.#beginWithContext(stage, { context, platform }, stageWord);
    return this.#root(stage, begun, { index: 0, total: 0, platform });
  }

  async #beginWithContext(
    stage: StageSource,
    { context, platform }: { readonly context: NamedSource; readonly platform: Platform },
    word: Word,
  ): Promise<Beginning> {
    const { name, source } = context;
    if (source.kind === 'stage') {
      const other = stageNamed(this.#stages.stages, source.stage);
      return { kind: 'stage', state: await this.#needed(stage, other, word) };
    }
    if (source.kind === 'scratch') return { kind: 'scratch', platform };
    if (source.kind !== 'image') {
      return { kind: 'context', platform, root: wholeContext(this.#builder, name, source) };
    }
    return {
      kind: 'image',
      name,
      platform,
      image: await this.#images.ofContext(context, platform, word),
    };
  }

  #contextVertex(name: string, source: ContextSource): VertexId | typeof SCRATCH {
    const root = contextRoot(this.#builder, name, source);
    if (root !== 'scratch' && source.kind === 'local') this.#localRoots.add(root);
    return root;
  }

  async #root(stage: StageSource, begun: Beginning, counter: Counter): Promise<StageState> {
    if (begun.kind === 'stage') return childState(begun.state);
    if (begun.kind === 'scratch') return scratchState(begun.platform);
    if (begun.kind === 'context') return contextState(begun.root, begun.platform);
    counter.total++;
    const location = this.#place(stage.from.image);
    const op: Op = { kind: 'image', imageId: begun.image.id };
    const text = `FROM ${begun.name}`;
    const root = this.#builder.add(op, [], this.#info(stage, counter, { text, location, op }));
    return imageState(begun.image, root, begun.platform);
  }

  /** ONBUILD instructions of what the stage begins with. */
  #triggers(begun: Beginning): readonly Instruction[] {
    const triggers = triggersOf(begun);
    for (const name of triggers.flatMap(declaredNames)) this.#declared.add(name);
    return triggers;
  }

  #stagePlan(stage: StageSource, counter: Counter): StagePlan {
    return {
      options: this.#options,
      stage,
      globals: this.#globals,
      warn: (warning) => this.#warnings.push(warning),
      addStep: (op, inputs, { instruction, text, proxyEnv, asWritten, words = [], location }) =>
        this.#builder.add(op, inputs, {
          ...this.#info(stage, counter, { text, location: location ?? instruction.location, op }),
          instruction: redactUrls(instruction.text),
          proxyEnv,
          asWritten,
          words: new Map(words.map(([name, word]) => [name, this.#place(word)])),
        }),
      addContext: () => {
        const source = this.#contexts.get('context') ?? { kind: 'local' };
        const root = this.#contextVertex('context', source);
        if (root === 'scratch') throw new Error('the build context is always something');
        return root;
      },
      addSource: (op, { instruction, text, location }) =>
        this.#builder.add(op, [], {
          name: text,
          stage: stageLabel(stage),
          location: location ?? instruction.location,
          instruction: redactUrls(instruction.text),
          ignoreCache: this.#ignoresCache(stage),
        }),
      addInternalStep: (op, inputs, { name, location, words }) =>
        this.#builder.add(op, inputs, {
          name,
          stage: stageLabel(stage),
          location,
          words,
          instruction: undefined,
          ignoreCache: false,
        }),
      rootOf: (name, options) => this.#rootOf(stage, name, options),
      isLocal: (root) => root !== 'scratch' && this.#localRoots.has(root),
    };
  }

  async #rootOf(
    stage: StageSource,
    name: Word,
    { byIndex = true }: RootOfOptions = {},
  ): Promise<VertexId | typeof SCRATCH> {
    const { stages } = this.#stages;
    const reference = { name, byIndex, location: this.#place(name) };
    const source = referencedStage(stages, reference);
    if (source !== undefined) {
      if (!this.#isReplaced(source))
        requireEarlier(stages, { stage: source, from: stage }, reference);
      return (await this.#needed(stage, source, name)).root;
    }
    if (/\$[\w{]/.test(name.text)) throw variableInFrom(this.#place(name));
    if (name.text === 'scratch') return 'scratch';
    const context = findContext(this.#contexts, name.text, this.#options.platform);
    if (context?.source.kind === 'stage') {
      const other = stageNamed(this.#stages.stages, context.source.stage);
      return (await this.#needed(stage, other, name)).root;
    }
    if (context !== undefined && context.source.kind !== 'image') {
      return this.#contextVertex(context.name, context.source);
    }
    if (context !== undefined) {
      const { id } = await this.#images.ofContext(context, this.#options.platform, name);
      return this.#addImage(id, name);
    }
    const { platform, takesPlatformOfBase: takesOther } = this.#options;
    const place = { word: name, before: stage.index, takesOther };
    const image = await this.#images.named(name.text, platform, place);
    return this.#addImage(image.id, name);
  }

  #addImage(imageId: BaseImage['id'], name: Word): VertexId {
    return this.#builder.add({ kind: 'image', imageId }, [], {
      name: `FROM ${name.text}`,
      stage: undefined,
      location: this.#place(name),
      instruction: undefined,
      ignoreCache: false,
    });
  }

  #info(stage: StageSource, counter: Counter, facts: StepFacts): VertexInfo {
    const { location, op } = facts;
    const text = facts.text.replace(/^[a-z]+/i, (keyword) => keyword.toUpperCase());
    const { platform } = counter;
    const prefix = [
      ...(this.#options.namesPlatforms
        ? [platformPrefix(platform, this.#options.platform, op)]
        : []),
      stagePrefix(stage, this.#stages.stages.length),
    ]
      .filter((part) => part !== '')
      .map((part) => `${part} `);
    const total = String(counter.total);
    const index = String(++counter.index).padStart(total.length);
    return {
      name: `[${prefix.join('')}${index}/${total}] ${text}`,
      stage: stageLabel(stage),
      platform,
      location,
      instruction: text,
      ignoreCache: this.#ignoresCache(stage),
    };
  }

  #ignoresCache(stage: StageSource): boolean {
    const { noCache, noCacheFilter } = this.#options;
    return noCache || noCacheFilter.some((name) => name.toLowerCase() === stage.from.stage);
  }

  #place(word: Word): SourceLocation {
    return this.#options.tree.source.location(word.range);
  }
}

/** Numbers the steps of a stage. */
interface Counter {
  index: number;
  total: number;
  readonly platform: Platform;
}

interface StepFacts {
  readonly text: string;
  readonly location: SourceLocation;
  readonly op: Op;
}

function labelled(state: StageState, labels: Readonly<Record<string, string>>) {
  const config = configOf(state);
  if (Object.keys(labels).length === 0) return config;
  return { ...config, Labels: { ...config.Labels, ...labels } };
}
