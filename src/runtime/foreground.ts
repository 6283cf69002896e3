/** Runs a process in the place of lamina: with its standard streams, its terminal and its signals. */
import { Sandbox, type SandboxOptions } from './sandbox.ts';
import type { ProcessResult, ProcessSpec } from './spec.ts';

export interface ForegroundOptions extends SandboxOptions {
  /** Passes standard input on to the process; a terminal needs it to be typed into. */
  readonly interactive: boolean;
}

/** Signals that are for the process. SIGWINCH tells the runtime that the terminal has another size. */
const FORWARDED: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
];

/** Before there is a process, these end lamina. */
const ENDING: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']);

/**
 * With `spec.terminal` the process gets a terminal of its own, coupled to lamina's in raw mode: all keys go to it.
 * Without, its streams are piped to lamina's, byte for byte. While it runs, signals to lamina go to it; lamina
 * itself ends only with it, or by `signal`.
 * @throws as `Sandbox.run`
 */
export async function runForeground(
  spec: ProcessSpec,
  options: ForegroundOptions,
): Promise<ProcessResult> {
  await using sandbox = Sandbox.start(options, 'foreground');
  const tooEarly = new AbortController();
  const forward = (signal: NodeJS.Signals) => {
    if (!sandbox.forward(signal) && ENDING.has(signal)) tooEarly.abort();
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    const { interactive } = options;
    return await sandbox.run(spec, { signal: tooEarly.signal }, { interactive });
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}
