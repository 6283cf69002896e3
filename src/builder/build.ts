/** The phases of a build: Dockerfile → plans → layers → image → outputs. */
import type { Admission } from '../admission/index.ts';
import type { BuildOptions, BuildResult } from '../api/index.ts';
import { AppError } from '../errors.ts';
import type { LaminaContext } from '../lamina-context.ts';
import { isLostStep, unpackLimitOf } from '../layers/index.ts';
import type { ResolveImage } from '../plan/index.ts';
import {
  type ImageRecord,
  isGone,
  type OpenStoreOptions,
  type Store,
  useStore,
} from '../store/index.ts';
import { objectStoresOf, RegistryProvider, registriesOf } from '../transfer/index.ts';
import { imageResolver } from './bases/base-images.ts';
import { borrowing } from './bases/borrowed-images.ts';
import { remoteResolver } from './bases/remote-images.ts';
import { BuildCaches } from './caches/index.ts';
import { chosenBuilder, chosenSolver } from './chosen-solver.ts';
import { loadDefinition } from './definition/load-definition.ts';
import { withEpoch } from './definition/source-date-epoch.ts';
import { exportResult } from './outputs/export-result.ts';
import { parseOutputs, pushTargetOf } from './outputs/index.ts';
import { runChecks, SeenImages } from './plans/checks.ts';
import { makePlans } from './plans/make-plans.ts';
import { type BuildEnd, BuildRecorder } from './records/recorder.ts';
import { type BuildRun, beginRun } from './run/build-run.ts';
import { builtPlans } from './solver/built-plans.ts';
import type { Solver } from './solver/solver.ts';
import { summarize } from './summary.ts';

export function build(context: LaminaContext, options: BuildOptions): Promise<BuildResult> {
  const { env, machines } = context;
  return useStore(storeOf(context), async (store) => {
    const solver = await chosenSolver(options, { env, machines });
    return (await buildIn({ store, env }, options, { solver })).result;
  });
}

/** How the store of a build is opened. */
export function storeOf({ root, env }: LaminaContext): OpenStoreOptions {
  return { root, provider: new RegistryProvider(env), unpackLimit: unpackLimitOf(env) };
}

export interface FinishedBuild {
  readonly result: BuildResult;
  /** One for each platform; empty if no image was made. */
  readonly images: readonly ImageRecord[];
}

export interface BuildInOptions {
  /** Another store, which has images that this one lacks. */
  readonly lender?: Store | undefined;
  /** Do not empty cache mounts of steps that ignore the cache. */
  readonly keepsCacheMounts?: boolean | undefined;
  /** The solver that runs the graph; by default that of the chosen builder. */
  readonly solver?: Solver | undefined;
}

/**
 * Builds in an open store, and leaves it open.
 *
 * @throws as `build`
 */
export async function buildIn(
  { store, env }: Pick<BuildRun, 'store' | 'env'>,
  options: BuildOptions,
  { lender, keepsCacheMounts = false, solver: given }: BuildInOptions = {},
): Promise<FinishedBuild> {
  parseOutputs(options);
  const solver = given ?? (await chosenSolver(options, { env }));
  // Kept until the next build.
  if (!store.isReadOnly) store.keptStep.drop();
  store.forgetInterruptedStep();
  const recorder = new BuildRecorder(beginRun({ store, env }, options));
  const keep = async (end: BuildEnd) => {
    if (lender !== undefined) return;
    await recorder.keep(end);
    if (options.onCollectionDue !== undefined && store.isCollectionDue()) options.onCollectionDue();
  };
  const building =
    options.frontend === 'remote'
      ? buildThere(recorder, env)
      : buildRecorded(recorder, { lender, keepsCacheMounts, solver });
  const finished = await building.catch(async (error: unknown) => {
    await keep({ error });
    throw error;
  });
  const { images, result } = finished;
  try {
    // Nobody waits for the record.
    await options.onResult?.(result);
  } finally {
    await keep({ summary: result.summary, images });
  }
  return finished;
}

/** The steps of another frontend are not recorded. */
async function buildThere(
  { run, id }: BuildRecorder,
  env: BuildRun['env'],
): Promise<FinishedBuild> {
  if (run.options.policy !== undefined) {
    throw new AppError('BUILDER_UNSUPPORTED', 'a policy cannot be applied with --frontend=remote', {
      hint: 'remove --frontend=remote: only images that lamina resolves itself can be checked',
    });
  }
  const builder = await chosenBuilder(run.options, { env });
  if (builder === undefined) {
    throw new AppError('BUILDER_UNSUPPORTED', '--frontend=remote needs a builder', {
      hint: 'lamina build --builder ADDRESS --frontend=remote',
    });
  }
  const { buildByFrontend } = await import('./frontend-build.ts');
  return buildByFrontend(run, builder, id);
}

interface RecordedBuildOptions {
  readonly lender: Store | undefined;
  readonly keepsCacheMounts: boolean;
  readonly solver: Solver;
}

async function buildRecorded(
  recorder: BuildRecorder,
  { lender, keepsCacheMounts, solver }: RecordedBuildOptions,
): Promise<FinishedBuild> {
  const begun = recorder.run;
  const { store, options } = begun;
  const started = begun.now();
  const definition = await loadDefinition(begun);
  recorder.defined(definition);
  const run = await withEpoch(begun, definition);
  const registries = registriesOf(store);
  const caches = new BuildCaches({ run, registries, objects: objectStoresOf(store) });
  recorder.importing(caches);
  const local = registries === undefined ? imageResolver(store) : remoteResolver(run, registries);
  const asked = lender === undefined ? local : borrowing(local, { store, lender });
  const resolve = await underPolicy(asked, { run, registries });
  const bases = new SeenImages(resolve);
  let plans = await makePlans(run, definition, bases.resolve);
  await runChecks(run, definition, bases);
  let isFirst = true;
  const make = async () => {
    // Emptied once: files from an earlier attempt stay.
    const keeps = keepsCacheMounts || !isFirst;
    isFirst = false;
    recorder.planned(plans);
    const { observe } = recorder;
    const pushTarget = pushTargetOf(run.options);
    const request = {
      run,
      definition,
      plans,
      caches,
      keepsCacheMounts: keeps,
      pushTarget,
      observe,
    };
    const solved = await solver.solve(request);
    await caches.solved(solved.portable);
    const built = await builtPlans(run, plans, solved.results);
    const origin = { buildId: recorder.id, started, dockerfile: definition.name };
    const exported = await exportResult(run, { built, caches, origin });
    return { solved, built, exported };
  };
  const { solved, built, exported } = await persistently(make, async (error) => {
    if (isLostStep(error)) {
      caches.giveUp(error);
    } else {
      store.refresh();
      // Their warnings have been reported.
      const silent = { ...run, warn: () => undefined };
      plans = await makePlans(silent, definition, new SeenImages(resolve).resolve);
    }
  });
  await caches.export(new Set(built.flatMap(({ layers }) => layers)));
  const summary = await summarize({
    store,
    solved,
    built,
    squashed: options.squash === undefined ? undefined : exported.images,
    durationMs: run.now() - started,
  });
  run.emit({ kind: 'build.summary', time: run.now(), summary });
  const result = { ...exported.result, summary, warnings: run.warnings, buildId: recorder.id };
  return { result, images: exported.images };
}

async function underPolicy(
  resolve: ResolveImage,
  { run, registries }: Pick<Admission, 'registries'> & { readonly run: BuildRun },
): Promise<ResolveImage> {
  const path = run.options.policy;
  if (path === undefined) return resolve;
  const { loadPolicy } = await import('../admission/index.ts');
  const { policed } = await import('./bases/policed-images.ts');
  return policed(resolve, { policy: loadPolicy(path), registries, signal: run.signal });
}

/** Attempts before giving up: prunes that repeatedly remove the content are no accident. */
const ATTEMPTS = 8;

/** Starts over when results are gone: from a cache of another machine, or because the store was pruned. */
async function persistently<T>(
  make: () => Promise<T>,
  prepare: (error: unknown) => Promise<void>,
): Promise<T> {
  let isLost = false;
  for (let attempt = 1; ; attempt++) {
    try {
      return await make();
    } catch (error) {
      const mayHelp = isLostStep(error) ? !isLost : isGone(error);
      if (!mayHelp || attempt === ATTEMPTS) throw error;
      isLost ||= isLostStep(error);
      await prepare(error);
    }
  }
}
