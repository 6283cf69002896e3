/** From a Dockerfile that works to a verified smaller one: changes are built and tested one by one. */
import { join } from 'node:path';
import type { Lamina, MeasuredImage, OptimizeOptions, OptimizeResult } from '../api/index.ts';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import { hasErrorCode, readFailure, readInput } from '../system/index.ts';
import { buildLayers } from './build-layers.ts';
import { type Change, type Definition, ignoreMore, keepNeeded, ordinaryUser } from './changes.ts';
import { expectFreePort } from './free-port.ts';
import { tryLintFixes } from './lint-fixes.ts';
import { type Observation, observe, useHealthcheck } from './observe.ts';
import type { UsedPaths } from './trace.ts';
import { traced } from './traced-run.ts';
import { Trial } from './trial.ts';
import { type Version, Workshop } from './workshop.ts';

export interface OptimizeContext {
  readonly env: Environment;
  /** The calls on the store of the context, in an environment. */
  readonly laminaIn: (env: Environment) => Lamina;
}

/**
 * @throws AppError OPTIMIZE_TEST_FAILED if the given Dockerfile's image does not pass; OPTIMIZE_PORT_TAKEN;
 *   DOCKERFILE_NOT_FOUND; those of `build` for the given Dockerfile, and of `run`
 */
export async function optimizeImage(
  { env, laminaIn }: OptimizeContext,
  options: OptimizeOptions,
): Promise<OptimizeResult> {
  const { signal, test = { kind: 'start' }, measureBuilds = true, onChange } = options;
  const lamina = laminaIn(env);
  const source = await readSource(options);
  if (test.kind === 'http') await expectFreePort(test.port);
  await using workshop = await Workshop.open(lamina, options);
  const given = await workshop.build(source.definition, { noCache: measureBuilds });
  // A command says nothing about what the image does by itself: that must start too, whatever it prints.
  const starts = test.kind === 'command';
  // Of the image without changes, how it starts.
  let before: Observation | undefined;
  const watch = async (image: string, within: Lamina = lamina): Promise<readonly Observation[]> => {
    const calls = { lamina: within, env, signal, before };
    const observed = await observe(image, test, calls);
    if (test.kind === 'start') before ??= observed;
    if (!starts) return [observed];
    const started = { ...(await observe(image, { kind: 'start' }, calls)), text: undefined };
    before ??= started;
    return [started, observed];
  };
  const first = await Trial.begin(given, { workshop, watch, onChange, signal });
  const trace = await traced(env, workshop.directory, async (inside) => {
    const calls = laminaIn(inside);
    const observed = await watch(given.image, calls);
    await useHealthcheck(given.image, given.config, { lamina: calls, env, signal });
    return observed;
  });
  const trial = 'reason' in trace ? first : first.withoutVarying(trace.result);

  let current = given;
  const attempt = async (changes: readonly Change[]): Promise<Definition> => {
    current = (await trial.firstKept(current, changes)) ?? current;
    return current.definition;
  };
  const { context, dockerfile } = options;
  const ignoring = ignoreMore(
    current.definition,
    await lamina.listContext({ context, dockerfile }),
  );
  if (ignoring !== undefined) await attempt([ignoring]);
  const { path } = source;
  const linted = { definition: current.definition, path, context, signal };
  await tryLintFixes(lamina, linted, attempt);
  if ('reason' in trace) trial.skip('needed-files', COPY_NEEDED, trace.reason, current);
  else await attempt(await neededChanges(lamina, current, { ...options, used: trace.used }));
  const [user] = ordinaryUser(current.definition, current.config);
  if (user !== undefined && test.kind === 'start' && !trial.sawAll) {
    trial.skip(user.name, user.what, 'it needs a test: --test, --test-script or --http', current);
  } else if (user !== undefined) await attempt([user]);

  const after = current.definition;
  return {
    dockerfile: after.text,
    ignoreFile: after.ignore === source.definition.ignore ? undefined : after.ignore,
    source: { path: source.path, text: source.definition.text },
    before: await measured(workshop, given, measureBuilds, given),
    after: await measured(workshop, current, measureBuilds, given),
    changes: trial.tried,
  };
}

const COPY_NEEDED = 'copy only the files that the program needs into an empty image';

async function neededChanges(
  lamina: Lamina,
  { image, definition, config }: Version,
  { used, buildContexts = {} }: Pick<OptimizeOptions, 'buildContexts'> & { used: UsedPaths },
): Promise<readonly Change[]> {
  await using opened = await lamina.openImage({ image });
  if (!('files' in opened)) throw new Error(`${image} is an index`);
  const tree = await opened.files();
  const built = { history: opened.config.history, layers: tree.layers };
  const layers = buildLayers(definition.text, built, Object.keys(buildContexts));
  return await keepNeeded(definition, { config, tree, layers, used });
}

/** Bytes. */
const LARGEST = 16 << 20;

interface Source {
  readonly path: string;
  readonly definition: Definition;
}

/** @throws AppError DOCKERFILE_NOT_FOUND */
async function readSource({ context, dockerfile, signal }: OptimizeOptions): Promise<Source> {
  const path = dockerfile ?? join(context, 'Dockerfile');
  const text = await readIfThere(path, signal);
  if (text === undefined) {
    throw new AppError('DOCKERFILE_NOT_FOUND', `there is no Dockerfile at '${path}'`, {
      hint: 'name it with --file, or run `lamina init` to write one',
    });
  }
  const ignore =
    (await readIfThere(`${path}.dockerignore`, signal)) ??
    (await readIfThere(join(context, '.dockerignore'), signal));
  return { path, definition: { text, ignore } };
}

async function readIfThere(
  path: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  try {
    return (await readInput(path, { limit: LARGEST, signal })).toString();
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR')) return undefined;
    const reason = readFailure(error);
    if (reason === undefined) throw error;
    throw new AppError('DOCKERFILE_UNREADABLE', `cannot read '${path}': ${reason}`, {
      hint: 'check the path',
      cause: error,
    });
  }
}

/** @param first the version that was built without cache already */
async function measured(
  workshop: Workshop,
  version: Version,
  measureBuilds: boolean,
  first: Version,
): Promise<MeasuredImage> {
  const { bytes, definition } = version;
  if (!measureBuilds) {
    return { bytes, coldMilliseconds: undefined, warmMilliseconds: undefined };
  }
  const cold = version === first ? first : await workshop.build(definition, { noCache: true });
  const warm = await workshop.build(definition);
  return { bytes, coldMilliseconds: cold.milliseconds, warmMilliseconds: warm.milliseconds };
}
