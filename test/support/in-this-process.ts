/** Runs command lines of lamina in this process: what starts hundreds of them would mostly start Node.js. */
import type { Io, Output } from '../../src/cli/io.ts';
import { runProgram } from '../../src/cli/program.ts';
import { createLamina } from '../../src/index.ts';

export interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  /** What lamina wrote to standard error. */
  readonly log: string;
}

/** @param stdin undefined: nothing may be read */
export type RunLamina = (argv: readonly string[], stdin?: Uint8Array | undefined) => Promise<Ended>;

/** @param root the store */
export function inThisProcess(root: string): RunLamina {
  return async (argv, stdin) => {
    const [stdout, stderr] = [new Collected(), new Collected()];
    const { PATH, LAMINA_ISOLATION } = process.env;
    const env = { LAMINA_ROOT: root, LAMINA_ISOLATION, PATH, NO_COLOR: '1' };
    const status = await runProgram({
      argv,
      io: ioOf(stdout, stderr, stdin),
      env,
      signal: new AbortController().signal,
      api: async () => createLamina({ env }),
    });
    return { status, stdout: stdout.text, log: stderr.text };
  };
}

/**
 * Standard output of a command line on a store.
 *
 * @throws Error with what it said, unless it succeeds
 */
export async function outputOf(root: string, argv: readonly string[]): Promise<string> {
  const { status, stdout, log } = await inThisProcess(root)(argv);
  if (status !== 0) throw new Error(`lamina ${argv.join(' ')} ended with ${status}:\n${log}`);
  return stdout;
}

class Collected implements Output {
  readonly isTerminal = false;
  readonly #chunks: Buffer[] = [];

  write(data: string | Uint8Array): Promise<void> {
    this.#chunks.push(Buffer.from(data));
    return Promise.resolve();
  }

  size() {
    return { columns: 80, rows: 24 };
  }

  onResize() {
    return () => undefined;
  }

  get text(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

function ioOf(stdout: Output, stderr: Output, stdin: Uint8Array | undefined): Io {
  return {
    stdout,
    stderr,
    stdinIsTerminal: false,
    async *stdin() {
      if (stdin === undefined) throw new Error('this case has nothing on standard input');
      yield await Promise.resolve(stdin);
    },
    question: () => Promise.resolve(undefined),
    secret: async () => undefined,
  };
}
