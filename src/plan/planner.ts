/**
 * Plans the stages that the target needs. A stage is planned once, when another one needs it; unneeded stages are not
 * planned, not even to find faults.
 */
import type {
  Instruction,
  ParsedTrigger,
  StageSource,
  Stages,
  SyntaxTree,
  Word,
} from '../dockerfile/index.ts';
import { splitStages } from '../dockerfile/index.ts';
import type { SourceLocation, Warning } from '../errors.ts';
import type { SCRATCH, VertexId } from '../graph/index.ts';
import { GraphBuilder, reachable } from '../graph/index.ts';
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
import { applyAt, makesLayer } from './dispatch.ts';
import { checkEveryStage } from './every-stage.ts';
import { foreignSyntax } from './foreign-syntax.ts';
import { baseNameOf, type GlobalScope, platformOfFrom } from './from-line.ts';
import { globalArguments } from './global-arguments.ts';
import type { BaseImage, BuildPlan, PlannedStage } from './plan.ts';
import { variableInFrom } from './plan-faults.ts';
import { StageNeeds } from './stage-needs.ts';
import type { PlanOptions, StagePlan } from './stage-plan.ts';
import { referencedStage, requireEarlier, type StageReference } from './stage-references.ts';
import {
  begunWith,
  childState,
  configOf,
  contextState,
  imageState,
  type StageState,
  scratchState,
} from './stage-state.ts';
import { StageSteps } from './stage-steps.ts';
import { stageLabel, stageNamed } from './stages.ts';
import { declaredNames, unusedArguments } from './unused-arguments.ts';
import { globalsIn, type StepVariable } from './variable-settings.ts';

/**
 * Plans the target: the operations that make it, and the config of its image.
 *
 * @throws AppError PLAN_… for an invalid plan, and what `resolveImage` throws, each with its location in the file
 */
export async function planBuild(options: PlanOptions): Promise<BuildPlan> {
  return new Planner(options).plan();
}

class Planner {
  readonly #options: PlanOptions;
  readonly #builder = new GraphBuilder();
  readonly #stages: Stages;
  readonly #planned = new Map<number, Promise<StageState>>();
  readonly #needs = new StageNeeds('check the --build-context NAME=target:STAGE options');
  readonly #images: BaseImages;
  readonly #warnings: Warning[] = [];
  readonly #localRoots = new Set<VertexId>();
  /** Arguments of triggers of base images, which are not in the file. */
  readonly #declared = new Set<string>();
  /** Triggers, those of each stage after its FROM. */
  readonly #triggers: Instruction[] = [];
  readonly #instructionOf = new Map<VertexId, Instruction>();
  readonly #variablesOf = new Map<VertexId, () => readonly StepVariable[]>();
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
      triggers: this.#triggers,
      instructionOf: this.#instructionOf,
      variablesOf: this.#variablesOf,
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
          beginning: planned?.beginning,
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

  /** The result of another stage, for one that needs it at `location`. */
  #needed(stage: StageSource, other: StageSource, location: SourceLocation): Promise<StageState> {
    this.#needs.add(stage, other, location);
    return this.#stage(other);
  }

  /** The requested platform; else the base's, whatever FROM has. */
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
    const triggers = this.#triggersOf(stage, begun);
    const instructions = [...triggers.map(({ instruction }) => instruction), ...stage.instructions];
    const total = instructions.filter(makesLayer).length;
    const steps = this.#steps(stage, platformOf(begun), total);
    let state = this.#root(stage, begun, steps);
    for (const { instruction, tree } of triggers) {
      state = await applyAt(state, instruction, this.#stagePlan(stage, steps, tree));
    }
    state = { ...state, inheritedSettings: state.settings.length };
    const plan = this.#stagePlan(stage, steps);
    for (const instruction of stage.instructions) state = await applyAt(state, instruction, plan);
    return state;
  }

  async #begin(stage: StageSource, name: string, platform: Platform): Promise<Beginning> {
    const location = this.#locationOf(stage.from.image);
    const parent = findParent(this.#stages.stages, name, stage.index);
    if (parent !== undefined) {
      const state = await this.#needed(stage, parent, location);
      return { kind: 'stage', name: stageLabel(parent), state };
    }
    if (name === 'scratch') return { kind: 'scratch', platform };
    const context = findContext(this.#contexts, name, platform);
    if (context !== undefined)
      return this.#beginWithContext(stage, { context, platform }, location);
    const takesOther =
      this.#options.takesPlatformOfBase === true && stage.from.platform === undefined;
    const use = { location, before: stage.index, takesOther };
    const found = await this.#images.named(name, platform, use);
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

  /** Whether a named context replaces a stage, which then may be anywhere in the file. */
  #isReplaced({ from: { stage } }: StageSource): boolean {
    if (stage === undefined) return false;
    return findContext(this.#contexts, stage, this.#options.platform) !== undefined;
  }

  /** The state of a stage that a named context of its name replaces. */
  async #override(stage: StageSource): Promise<StageState | undefined> {
    const { stage: name, stageWord } = stage.from;
    if (name === undefined || stageWord === undefined) return undefined;
    const platform = this.#options.platform;
    const context = findContext(this.#contexts, name, platform);
    if (context === undefined) return undefined;
    const location = this.#locationOf(stageWord);
    const begun = await this.#beginWithContext(stage, { context, platform }, location);
    return this.#root(stage, begun, this.#steps(stage, platform, 0));
  }

  async #beginWithContext(
    stage: StageSource,
    { context, platform }: { readonly context: NamedSource; readonly platform: Platform },
    location: SourceLocation,
  ): Promise<Beginning> {
    const { name, source } = context;
    if (source.kind === 'stage') {
      const other = stageNamed(this.#stages.stages, source.stage);
      const state = await this.#needed(stage, other, location);
      return { kind: 'stage', name: stageLabel(other), state };
    }
    if (source.kind === 'scratch') return { kind: 'scratch', platform };
    if (source.kind !== 'image') {
      return { kind: 'context', name, platform, root: wholeContext(this.#builder, name, source) };
    }
    return {
      kind: 'image',
      name,
      platform,
      image: await this.#images.ofContext(context, platform, location),
    };
  }

  #contextVertex(name: string, source: ContextSource): VertexId | typeof SCRATCH {
    const root = contextRoot(this.#builder, name, source);
    if (root !== 'scratch' && source.kind === 'local') this.#localRoots.add(root);
    return root;
  }

  #steps(stage: StageSource, platform: Platform, total: number): StageSteps {
    const stages = this.#stages.stages.length;
    const builder = this.#builder;
    return new StageSteps({ builder, options: this.#options, stage, stages, platform, total });
  }

  #root(stage: StageSource, begun: Beginning, steps: StageSteps): StageState {
    const name = begun.kind === 'scratch' ? begun.kind : begun.name;
    return begunWith(this.#stateOf(stage, begun, steps), name, this.#variablesOfFrom(stage));
  }

  #stateOf(stage: StageSource, begun: Beginning, steps: StageSteps): StageState {
    if (begun.kind === 'stage') return childState(begun.state);
    if (begun.kind === 'scratch') return scratchState(begun.platform);
    if (begun.kind === 'context') return contextState(begun.root, begun.platform);
    const root = steps.addBase(begun.image, begun.name, this.#locationOf(stage.from.image));
    return imageState(begun.image, root, begun.platform);
  }

  #variablesOfFrom({ from: { image, platform } }: StageSource): readonly StepVariable[] {
    const text = `${image.text} ${platform?.text ?? ''}`;
    if (!text.includes('$')) return [];
    const { globals: declared } = this.#stages;
    const { buildArgs } = this.#options;
    return globalsIn(text, { values: this.#globals, declared, buildArgs });
  }

  /** ONBUILD instructions of the stage's base. */
  #triggersOf(stage: StageSource, begun: Beginning): readonly ParsedTrigger[] {
    const { file, range } = stage.from.location;
    const triggers = triggersOf(begun, { file, line: range.start.line });
    const instructions = triggers.map(({ instruction }) => instruction);
    for (const name of instructions.flatMap(declaredNames)) this.#declared.add(name);
    if (triggers.length > 0) this.#triggers.push(stage.from, ...instructions);
    return triggers;
  }

  /** @param trigger the text of a trigger, when one is planned */
  #stagePlan(stage: StageSource, steps: StageSteps, trigger?: SyntaxTree): StagePlan {
    const { tree } = this.#options;
    const locationOf = ({ range }: Word) => (trigger ?? tree).source.location(range);
    return {
      // Words are expanded with the escape character of the Dockerfile, as in BuildKit.
      options: trigger
        ? { ...this.#options, tree: { ...trigger, escape: tree.escape } }
        : this.#options,
      stage,
      globals: this.#globals,
      warn: (warning) => this.#warnings.push(warning),
      addStep: (op, inputs, step) => {
        const id = steps.addStep(op, inputs, step);
        // If several instructions are one step, it gets the name and location of the first.
        if (!this.#instructionOf.has(id)) {
          this.#instructionOf.set(id, step.instruction);
          if (step.variables !== undefined) this.#variablesOf.set(id, step.variables);
        }
        return id;
      },
      addContext: () => {
        const source = this.#contexts.get('context') ?? { kind: 'local' };
        const root = this.#contextVertex('context', source);
        if (root === 'scratch') throw new Error('the build context is always something');
        return root;
      },
      addSource: (op, step) => steps.addSource(op, step),
      addInternalStep: (op, inputs, step) => steps.addInternalStep(op, inputs, step),
      rootOf: (name, { byIndex = true } = {}) =>
        this.#rootOf(stage, { name, byIndex, location: locationOf(name) }),
      isLocal: (root) => root !== 'scratch' && this.#localRoots.has(root),
    };
  }

  async #rootOf(stage: StageSource, reference: StageReference): Promise<VertexId | typeof SCRATCH> {
    const { stages } = this.#stages;
    const { name, location } = reference;
    const source = referencedStage(stages, reference);
    if (source !== undefined) {
      if (!this.#isReplaced(source))
        requireEarlier(stages, { stage: source, from: stage }, reference);
      return (await this.#needed(stage, source, location)).root;
    }
    if (/\$[\w{]/.test(name.text)) throw variableInFrom(location);
    if (name.text === 'scratch') return 'scratch';
    const context = findContext(this.#contexts, name.text, this.#options.platform);
    if (context?.source.kind === 'stage') {
      const other = stageNamed(this.#stages.stages, context.source.stage);
      return (await this.#needed(stage, other, location)).root;
    }
    if (context !== undefined && context.source.kind !== 'image') {
      return this.#contextVertex(context.name, context.source);
    }
    if (context !== undefined) {
      const image = await this.#images.ofContext(context, this.#options.platform, location);
      return this.#addImage(image, name.text, location);
    }
    const { platform, takesPlatformOfBase: takesOther } = this.#options;
    const use = { location, before: stage.index, takesOther };
    const image = await this.#images.named(name.text, platform, use);
    return this.#addImage(image, name.text, location);
  }

  #addImage({ id, source }: BaseImage, name: string, location: SourceLocation): VertexId {
    return this.#builder.add({ kind: 'image', imageId: id }, [], {
      name: `FROM ${name}`,
      stage: undefined,
      platform: this.#options.platform,
      image: source,
      locations: { instruction: location },
      instruction: undefined,
      ignoreCache: false,
    });
  }

  #locationOf(word: Word): SourceLocation {
    return this.#options.tree.source.location(word.range);
  }
}

function labelled(state: StageState, labels: Readonly<Record<string, string>>) {
  const config = configOf(state);
  if (Object.keys(labels).length === 0) return config;
  return { ...config, Labels: { ...config.Labels, ...labels } };
}
