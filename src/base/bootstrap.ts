/** Runs mmdebstrap to its end, and stops it with everything it started. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { encodeHeader } from '../archive/index.ts';
import type { Environment } from '../environment.ts';
import { AbortedError, AppError } from '../errors.ts';
import type { Emit, StepInfo } from '../progress/index.ts';
import { refusedNamespaces } from '../runtime/index.ts';
import { isRoot } from '../system/index.ts';

const KEPT_OUTPUT = 20;

export interface BootstrapOptions {
  readonly step: StepInfo;
  readonly env: Environment;
  /** The only directory that mmdebstrap writes to. */
  readonly scratch: string;
  readonly sourceDateEpoch: number | undefined;
  readonly emit: Emit | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Runs `argv` and hands its standard output to `consume`.
 * @throws AppError BASE_FAILED, RUNTIME_NO_NAMESPACES; AbortedError; whatever `consume` throws
 */
export async function runBootstrap<T>(
  argv: readonly string[],
  options: BootstrapOptions,
  consume: (tar: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<{ value: T; bytes: number }> {
  const [program = '', ...args] = argv;
  const child = spawn(program, args, {
    // Its own process group: all of it can be stopped, and Ctrl-C reaches it only through `signal`.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    // The current directory of lamina may not exist in the enclosure.
    cwd: '/',
    env: environment(options),
  });
  const exit = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : 1));
  exit.catch(() => {});
  const stopOnAbort = (): void => stop(child);
  options.signal?.addEventListener('abort', stopOnAbort);
  const tail = new LastLines();
  child.stderr.on('data', (data: Buffer) => {
    options.emit?.({
      kind: 'step.log',
      time: Date.now(),
      step: options.step,
      stream: 'stderr',
      data,
    });
    tail.add(data.toString());
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
    if (code !== 0) throw failure(code, tail.lines());
  }
  try {
    const value = await consume(tar());
    child.stdout.resume();
    const code = await exit;
    if (options.signal?.aborted === true) throw new AbortedError();
    if (code !== 0) throw failure(code, tail.lines());
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

/** Programs write a line in pieces, so one ends with its line break and not with the chunk. */
class LastLines {
  readonly #lines: string[] = [];
  #unfinished = '';

  add(text: string): void {
    const pieces = `${this.#unfinished}${text}`.split(/[\r\n]+/);
    this.#unfinished = pieces.pop() ?? '';
    this.#lines.push(...pieces.filter(isNotBlank));
    this.#lines.splice(0, this.#lines.length - KEPT_OUTPUT);
  }

  lines(): readonly string[] {
    return [...this.#lines, this.#unfinished].filter(isNotBlank);
  }
}

function isNotBlank(line: string): boolean {
  return line.trim() !== '';
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

function environment({ env: given, sourceDateEpoch, scratch }: BootstrapOptions): Environment {
  const { SOURCE_DATE_EPOCH: _, ...env } = given;
  return {
    ...env,
    LC_ALL: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
    TMPDIR: scratch,
    ...(sourceDateEpoch === undefined ? {} : { SOURCE_DATE_EPOCH: String(sourceDateEpoch) }),
  };
}

/** How long mmdebstrap has to remove what only it can remove. */
const GRACE_MS = 5000;

function stop(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const group = -child.pid;
  // As root its namespaces end with it, and what it leaves is removed here.
  if (isRoot()) {
    signalGroup(group, 'SIGKILL');
    return;
  }
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
  const refused = refusedNamespaces(tail.join('\n'));
  if (refused !== undefined) return refused;
  const fault = tail.findLast((line) => /^E: /.test(line))?.slice('E: '.length);
  return new AppError(
    'BASE_FAILED',
    `mmdebstrap failed with exit code ${code}${fault === undefined ? '' : `: ${fault}`}`,
    {
      hint: 'check its output above, or set another mirror with --mirror',
      details: { outputTail: [...tail] },
    },
  );
}
