/** Builds all targets of a definition at once. */
import { randomUUID } from 'node:crypto';
import { BUILT_TOGETHER } from '../admission/index.ts';
import type {
  BakeDefinition,
  BakeOptions,
  BakeResult,
  BakeTargetOptions,
  BuildOptions,
  BuildResult,
  OutputSpec,
} from '../api/index.ts';
import { AbortedError, AppError, withDetails } from '../errors.ts';
import type { BuildEvent, Emit, StepInfo } from '../progress/index.ts';
import { type BakeSurroundings, readBakeDefinition, textStream } from './definition.ts';
import { checkEntitlements } from './entitlements.ts';

/**
 * Builds targets side by side: steps that they share run once, and a target whose image another one uses as a context is built
 * before it. The first failure ends all builds.
 *
 * @throws AppError as `readBakeDefinition` and `build`, with the target in `details.bakeTarget`; BAKE_ENTITLEMENT
 */
export async function bake(
  options: BakeOptions,
  surroundings: BakeSurroundings,
): Promise<BakeResult> {
  const definition = await readBakeDefinition(options, surroundings);
  checkEntitlements(definition.targets, {
    allow: options.allow ?? [],
    directory: options.directory ?? process.cwd(),
    isGiven: (path) => (options.overrides ?? []).some((text) => text.includes(`=${path}`)),
  });
  return new Baking(definition, options, surroundings).run();
}

type NamedTarget = BakeDefinition['targets'][number];

class Baking {
  private readonly definition: BakeDefinition;
  private readonly options: BakeOptions;
  private readonly surroundings: BakeSurroundings;
  private readonly builds = new Map<string, Promise<BuildResult>>();
  private readonly stop = new AbortController();
  /** Names that images have while others use them. */
  private readonly temporary: string[] = [];
  private readonly repository = `${BUILT_TOGETHER}/${randomUUID()}`;

  constructor(definition: BakeDefinition, options: BakeOptions, surroundings: BakeSurroundings) {
    this.definition = definition;
    this.options = options;
    this.surroundings = surroundings;
  }

  async run(): Promise<BakeResult> {
    const { targets } = this.definition;
    const settled = await Promise.allSettled(targets.map(({ name }) => this.build(name)));
    await this.removeTemporary();
    const failures = settled.flatMap((outcome): unknown[] =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    );
    if (failures.length > 0) {
      throw failures.find((failure) => !(failure instanceof AbortedError)) ?? failures[0];
    }
    const results = await Promise.all(
      targets.map(async ({ name, options }) => ({
        name,
        isShown: !options.isLinkedOnly,
        result: await this.build(name),
      })),
    );
    this.options.onCollectionDue?.();
    return {
      targets: results.flatMap(({ name, isShown, result }) => (isShown ? [{ name, result }] : [])),
    };
  }

  private build(name: string): Promise<BuildResult> {
    const known = this.builds.get(name);
    if (known !== undefined) return known;
    const target = this.definition.targets.find((candidate) => candidate.name === name);
    if (target === undefined) throw new Error(`no target ${name}`);
    const building = this.start(target).catch((error: unknown) => {
      this.stop.abort(error);
      throw error instanceof AppError ? withDetails(error, { bakeTarget: name }) : error;
    });
    this.builds.set(name, building);
    return building;
  }

  private async start({ name, options }: NamedTarget): Promise<BuildResult> {
    const linked = await Promise.all(
      Object.entries(options.linkedContexts).map(async ([context, other]) => {
        await this.build(other);
        return [context, `docker-image://${this.nameOf(other)}`] as const;
      }),
    );
    const { signal } = this.options;
    const { lamina } = this.surroundings;
    return lamina.build({
      ...ownOptions(options),
      ...this.linkOptions(name, options),
      root: this.options.root,
      jobs: this.options.jobs,
      isolation: this.options.isolation,
      builder: this.options.builder,
      policy: this.options.policy,
      caCertificates: this.options.caCertificates,
      buildContexts: { ...options.buildContexts, ...Object.fromEntries(linked) },
      signal: signal === undefined ? this.stop.signal : AbortSignal.any([signal, this.stop.signal]),
      onEvent: this.options.onEvent && eventsOf(name, this.options.onEvent),
    });
  }

  /** An image that others use gets a name in the store until the end. */
  private linkOptions(name: string, options: BakeTargetOptions): Partial<BuildOptions> {
    const isUsed = this.definition.targets.some(({ options: other }) =>
      Object.values(other.linkedContexts).includes(name),
    );
    if (!isUsed) return {};
    const reference = this.nameOf(name);
    this.temporary.push(reference);
    const image: OutputSpec = { type: 'image', name: reference, attrs: {} };
    const own = (options.outputs ?? []).filter(({ type }) => type !== 'cacheonly');
    if (options.isLinkedOnly || (own.length === 0 && (options.outputs ?? []).length > 0)) {
      return { outputs: [image], tags: [] };
    }
    if (own.length === 0) return { tags: [...(options.tags ?? []), reference] };
    return { outputs: [...own, image] };
  }

  private nameOf(target: string): string {
    return `${this.repository}/${target.toLowerCase()}:linked`;
  }

  private async removeTemporary(): Promise<void> {
    const { root } = this.options;
    for (const image of this.temporary) {
      await this.surroundings.lamina.removeImage({ image, root }).catch(() => undefined);
    }
  }
}

/** The members that a build has too. */
function ownOptions(options: BakeTargetOptions): BuildOptions {
  const { dockerfileText, linkedContexts: _, isLinkedOnly: __, call: ___, ...own } = options;
  if (dockerfileText === undefined) return own;
  return { ...own, dockerfile: '-', stdin: textStream(dockerfileText) };
}

/** The events of one target among those of others. */
function eventsOf(target: string, emit: Emit): Emit {
  const renamed = (step: StepInfo): StepInfo => ({
    ...step,
    id: `${target}\0${step.id}`,
    name: step.name.startsWith('[')
      ? `[${target} ${step.name.slice(1)}`
      : `[${target}] ${step.name}`,
  });
  return (event) => emit(renamedEvent(event, renamed));
}

function renamedEvent(event: BuildEvent, renamed: (step: StepInfo) => StepInfo): BuildEvent {
  if ('step' in event) return { ...event, step: renamed(event.step) };
  if (event.kind === 'build.planned') return { ...event, steps: event.steps.map(renamed) };
  return event;
}
