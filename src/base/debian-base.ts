/** Makes the root file system of a Debian base image with mmdebstrap, as a stream. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeHeader } from '../archive/index.ts';
import { AbortedError, AppError } from '../errors.ts';
import type { Emit, StepInfo } from '../progress/index.ts';
import { isRoot } from '../system/index.ts';
import { hostAptOptions } from './apt-options.ts';
import { readAptSources } from './apt-sources.ts';
import { parseBaseName } from './base-name.ts';
import { debianSources } from './debian-mirror.ts';
import { findProgram } from './programs.ts';
import { customizeScript, mmdebstrapArguments, type RecipeOptions } from './recipe.ts';

export interface DebianBaseOptions {
  /** `debian:bookworm-slim`, … as `parseBaseName` reads it. */
  readonly name: string;
  /** Undefined: the mirror this machine's own apt uses. */
  readonly mirror?: string | undefined;
  /** Seconds; makes two runs against the same state of the mirror give the same bytes. */
  readonly sourceDateEpoch?: number | undefined;
  /** Where the root file system is put together (some hundred megabytes); undefined: the system's. */
  readonly temporaryDirectory?: string | undefined;
  readonly emit?: Emit | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param consume takes the tar of the root file system. What it returns counts only if this call resolves: a tar that
 *   was cut short makes the iteration throw.
 * @throws AppError BASE_UNKNOWN, BASE_NO_MIRROR, BASE_MIRROR_INVALID, BASE_TOOL_MISSING, BASE_FAILED; AbortedError
 */
export async function debianBase<T>(
  options: DebianBaseOptions,
  consume: (tar: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const { emit = () => {}, signal } = options;
  const release = parseBaseName(options.name);
  const program = await requireProgram();
  const sources = await debianSources({
    suite: release.suite,
    mirror: options.mirror,
    sources: await readAptSources(),
  });
  if (signal?.aborted === true) throw new AbortedError();
  const step: StepInfo = {
    id: `base ${options.name}`,
    name: `[base] ${options.name}`,
    stage: undefined,
    line: undefined,
  };
  const started = Date.now();
  emit({ kind: 'step.started', time: started, step });
  const scratch = await mkdtemp(join(tmpdir(), 'lamina-base-'));
  try {
    const recipe = await writeRecipe(scratch, { release, sources }, signal);
    const argv = [...(await guard()), program, ...mmdebstrapArguments(recipe)];
    const { value, bytes } = await runBootstrap(argv, options, step, consume);
    const time = Date.now();
    emit({ kind: 'step.completed', time, step, durationMs: time - started, addedBytes: bytes });
    return value;
  } catch (error) {
    const time = Date.now();
    if (error instanceof AbortedError) emit({ kind: 'step.cancelled', time, step });
    else if (error instanceof Error) emit({ kind: 'step.failed', time, step, error });
    throw error;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function requireProgram(): Promise<string> {
  const program = await findProgram('mmdebstrap');
  if (program !== undefined) return program;
  throw new AppError('BASE_TOOL_MISSING', 'making a Debian base image needs mmdebstrap', {
    hint: 'install it (apt-get install mmdebstrap), or load an image: lamina load -i FILE',
  });
}

/** Completes the recipe, and writes its script to a file that mmdebstrap can run. */
async function writeRecipe(
  scratch: string,
  wanted: Pick<RecipeOptions, 'release' | 'sources'>,
  signal: AbortSignal | undefined,
): Promise<RecipeOptions> {
  const aptOptions = await hostAptOptions(signal);
  const customizeHook = join(scratch, 'customize.sh');
  await writeFile(customizeHook, customizeScript({ ...wanted, aptOptions }));
  // mmdebstrap may run it as another user.
  await chmod(scratch, 0o755);
  await chmod(customizeHook, 0o755);
  return {
    ...wanted,
    aptOptions,
    customizeHook,
    mode: isRoot() ? 'root' : 'unshare',
    mergedUsrHooks: await mergedUsrHooks(wanted.release.suite),
  };
}

/** When lamina dies, mmdebstrap is told to stop, and cleans up. */
async function guard(): Promise<string[]> {
  const setpriv = await findProgram('setpriv');
  return setpriv === undefined ? [] : [setpriv, '--pdeathsig', 'TERM', '--'];
}

/**
 * Without this hook Debian 12 installs a package that merges /usr afterwards, and with it the whole of Perl. For
 * suites that mean another release every other year, the slower hook finds out by itself.
 */
async function mergedUsrHooks(suite: string): Promise<string | undefined> {
  if (suite === 'bullseye') return undefined;
  const name = suite === 'bookworm' ? 'merged-usr' : 'maybe-merged-usr';
  const path = `/usr/share/mmdebstrap/hooks/${name}`;
  return access(path).then(
    () => path,
    () => undefined,
  );
}

const KEPT_OUTPUT = 20;

async function runBootstrap<T>(
  argv: readonly string[],
  options: DebianBaseOptions,
  step: StepInfo,
  consume: (tar: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<{ value: T; bytes: number }> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    // Its own process group: all of it can be stopped, and Ctrl-C reaches it only through `signal`.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment(options),
  });
  const exit = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : 1));
  exit.catch(() => {});
  const stopOnAbort = (): void => stop(child);
  options.signal?.addEventListener('abort', stopOnAbort);
  const tail: string[] = [];
  child.stderr.on('data', (data: Buffer) => {
    options.emit?.({ kind: 'step.log', time: Date.now(), step, stream: 'stderr', data });
    tail.push(
      ...data
        .toString()
        .split(/[\r\n]+/)
        .filter((line) => line.trim() !== ''),
    );
    tail.splice(0, tail.length - KEPT_OUTPUT);
  });
  let bytes = 0;
  async function* tar(): AsyncGenerator<Uint8Array> {
    // The reader may stop at the end of the archive: what mmdebstrap still writes then must go somewhere.
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      if (!(chunk instanceof Uint8Array)) continue;
      if (bytes === 0) yield deviceDirectory(options.sourceDateEpoch);
      bytes += chunk.length;
      yield chunk;
    }
    const code = await exit;
    if (code !== 0) throw failure(code, tail);
  }
  try {
    const value = await consume(tar());
    child.stdout.resume();
    const code = await exit;
    if (options.signal?.aborted === true) throw new AbortedError();
    if (code !== 0) throw failure(code, tail);
    return { value, bytes };
  } catch (error) {
    stop(child);
    child.stdout.destroy();
    await exit;
    throw options.signal?.aborted === true ? new AbortedError() : error;
  } finally {
    options.signal?.removeEventListener('abort', stopOnAbort);
  }
}

/** /dev itself: mmdebstrap either packs it with device nodes, which every runtime brings along, or not at all. */
function deviceDirectory(epoch: number | undefined): Buffer {
  return encodeHeader({
    path: './dev/',
    type: 'directory',
    mode: 0o755,
    uid: 0,
    gid: 0,
    size: 0,
    mtime: epoch ?? Math.floor(Date.now() / 1000),
    mtimeNs: 0,
  });
}

function environment({
  sourceDateEpoch,
  temporaryDirectory,
}: DebianBaseOptions): NodeJS.ProcessEnv {
  const { SOURCE_DATE_EPOCH: _, ...env } = process.env;
  return {
    ...env,
    LC_ALL: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
    ...(sourceDateEpoch === undefined ? {} : { SOURCE_DATE_EPOCH: String(sourceDateEpoch) }),
    // In a user namespace the directory must be one that others may enter, which the store's are not.
    ...(temporaryDirectory === undefined || !isRoot() ? {} : { TMPDIR: temporaryDirectory }),
  };
}

/** How long mmdebstrap has to remove what it made. */
const GRACE_MS = 5000;

function stop(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const group = -child.pid;
  signalGroup(group, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(group, 'SIGKILL'), GRACE_MS);
  timer.unref();
  child.once('close', () => clearTimeout(timer));
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(group, signal);
  } catch {
    // It has ended meanwhile.
  }
}

function failure(code: number, tail: readonly string[]): AppError {
  const fault = tail.findLast((line) => /^E: /.test(line))?.slice('E: '.length);
  return new AppError(
    'BASE_FAILED',
    `mmdebstrap ended with exit code ${code}${fault === undefined ? '' : `: ${fault}`}`,
    {
      hint: 'see its output above; --mirror names another mirror',
      details: { outputTail: [...tail] },
    },
  );
}
