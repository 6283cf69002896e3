/**
 * The process's standard streams, as the commands see them. Writing goes straight to the file descriptor: setting up
 * Node's stream objects takes several milliseconds, too long for a cached build.
 */
import { fstatSync, writeSync } from 'node:fs';
import { addAbortSignal } from 'node:stream';
import { isatty } from 'node:tty';
import type { Environment } from '../environment.ts';
import type { TerminalSize } from '../progress/index.ts';

export interface Output {
  /**
   * Resolves when the system has the bytes. On a terminal, standard output shows control characters as escapes, since
   * results contain untrusted text, in labels, names and histories.
   *
   * @throws PipeClosed
   */
  write(data: string | Uint8Array): Promise<void>;
  readonly isTerminal: boolean;
  /** Current size of the terminal; 80 by 24 if there is none. */
  size(): TerminalSize;
  /** Calls back whenever the terminal's size has changed, until the function it returns is called. */
  onResize(listener: () => void): () => void;
}

/** Standard input is read until its end or until the signal of the process: then reading it throws AbortError. */
export interface Io {
  readonly stdout: Output;
  /** Never fails, even if nothing reads it. */
  readonly stderr: Output;
  readonly stdinIsTerminal: boolean;
  stdin(): AsyncIterable<Uint8Array>;
  /** One line from standard input, without its end; undefined at the end of input. */
  question(text: string): Promise<string | undefined>;
  /** The same, without echo on a terminal. */
  secret(text: string): Promise<string | undefined>;
}

/** The reader of standard output closed it (`| head`): not an error, but the command can stop. */
export class PipeClosed extends Error {
  constructor() {
    super('standard output was closed');
    this.name = 'PipeClosed';
  }
}

/** Colours are for terminals, unless the user turns them off. */
export function useColor(io: Io, env: Environment): boolean {
  return io.stderr.isTerminal && (env.NO_COLOR ?? '') === '' && env.TERM !== 'dumb';
}

/** @param signal ends reading from standard input, and the prompts */
export function processIo(signal: AbortSignal): Io {
  const stdin = lazily(() => abortable(process.stdin, signal));
  const lines: LineInput = { rest: '' };
  const stderr = descriptorOutput(2, () => process.stderr, { quiet: true });
  const stdout = descriptorOutput(1, () => process.stdout, { quiet: false });
  return {
    stdout: stdout.isTerminal ? withoutControls(stdout) : stdout,
    stderr,
    get stdinIsTerminal() {
      return isTerminal(0);
    },
    stdin,
    async question(text) {
      await stderr.write(text);
      return await withLineEnded(stderr, readLine(stdin(), lines));
    },
    async secret(text) {
      const { readHidden } = await import('./read-hidden.ts');
      try {
        return await readHidden(stdin(), () => stderr.write(text));
      } finally {
        await stderr.write('\n');
      }
    },
  };
}

function withoutControls(output: Output): Output {
  return {
    ...output,
    async write(data) {
      const { printableText } = await import('../progress/index.ts');
      return output.write(printableText(typeof data === 'string' ? data : decoded(data)));
    },
  };
}

function decoded(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function lazily<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function abortable(stdin: NodeJS.ReadStream, signal: AbortSignal): NodeJS.ReadStream {
  addAbortSignal(signal, stdin);
  // The signal may fire while nothing is reading.
  stdin.on('error', () => undefined);
  return stdin;
}

/** After Ctrl-C the cursor is after the prompt. */
async function withLineEnded<T>(stderr: Output, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    await stderr.write('\n');
    throw error;
  }
}

function descriptorOutput(
  fd: 1 | 2,
  stream: () => NodeJS.WriteStream,
  options: { readonly quiet: boolean },
): Output {
  const terminal = isTerminal(fd);
  // A descriptor that another process made non-blocking may refuse bytes; the stream can wait.
  let viaStream = false;
  let closed = false;
  const attempt = async (bytes: Uint8Array): Promise<void> => {
    const rest = viaStream ? bytes : writeDirectly(fd, bytes);
    if (rest.length === 0) return;
    // The stream reports a failed write twice: to its callback, and as an event that needs a listener.
    if (!viaStream) stream().on('error', () => undefined);
    viaStream = true;
    await writeToStream(stream(), rest);
  };
  return {
    isTerminal: terminal,
    async write(data) {
      if (closed) return;
      try {
        await attempt(typeof data === 'string' ? Buffer.from(data) : data);
      } catch (error) {
        if (options.quiet) closed = true;
        else if (isBrokenPipe(error)) throw new PipeClosed();
        else throw error;
      }
    },
    size() {
      const { columns = 80, rows = 24 } = terminal ? stream() : {};
      return { columns: columns || 80, rows: rows || 24 };
    },
    onResize(listener) {
      if (!terminal) return () => undefined;
      stream().on('resize', listener);
      return () => stream().off('resize', listener);
    },
  };
}

/** @returns the bytes that the descriptor did not accept */
function writeDirectly(fd: number, bytes: Uint8Array): Uint8Array {
  let done = 0;
  while (done < bytes.length) {
    try {
      done += writeSync(fd, bytes, done);
    } catch (error) {
      if (codeOf(error) === 'EAGAIN') return bytes.subarray(done);
      throw error;
    }
  }
  return bytes.subarray(done);
}

function writeToStream(stream: NodeJS.WriteStream, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** What was read of standard input beyond the line of the last prompt: pipes give several answers at once. */
interface LineInput {
  rest: string;
}

async function readLine(stdin: NodeJS.ReadStream, input: LineInput): Promise<string | undefined> {
  if (!input.rest.includes('\n')) {
    // Leaving the loop must not end the stream: another prompt may follow.
    for await (const chunk of stdin.iterator({ destroyOnReturn: false })) {
      input.rest += String(chunk);
      if (input.rest.includes('\n')) break;
    }
    stdin.pause();
  }
  if (input.rest === '') return undefined;
  const [line = ''] = input.rest.split('\n', 1);
  input.rest = input.rest.slice(line.length + 1);
  return line;
}

/** The major number of Linux for `/dev/null` and the like: asking it whether it is a terminal loads the network module. */
const MEMORY_DEVICES = 1;

function isTerminal(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    if (process.platform === 'linux' && stats.rdev >> 8 === MEMORY_DEVICES) return false;
    return stats.isCharacterDevice() && isatty(fd);
  } catch {
    return false;
  }
}

function isBrokenPipe(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
