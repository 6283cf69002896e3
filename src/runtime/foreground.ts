/** Runs a process in the place of lamina: with its standard streams, its terminal and its signals. */
import { isatty } from 'node:tty';
import type { ProcessResult, ProcessSpec, Runtime } from './process/index.ts';

export interface ForegroundOptions {
  /** Opened for the `foreground`. */
  readonly runtime: Runtime;
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

/** Of these, so many within so many milliseconds, and a process that takes no notice of them is killed. */
const INSISTENT: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGTERM']);
const INSISTENCE = 3;
const INSISTENCE_MS = 5000;

/** What a process has to end by itself after its terminal went away: milliseconds. */
const FAREWELL = 1000;

/**
 * With `spec.terminal` the process gets a terminal of its own, coupled to lamina's in raw mode: all keys go to it.
 * Without, its streams are piped to lamina's, byte for byte. While it runs, signals to lamina go to it; lamina
 * itself ends only with it, by `signal`, when somebody insists, or when the terminal goes away: process 1 of a
 * container does not notice, since a signal that it does not ask for never reaches it.
 * @throws as `Runtime.run`; AbortedError after the third SIGINT or SIGTERM within five seconds
 */
export async function runForeground(
  spec: ProcessSpec,
  { runtime, interactive }: ForegroundOptions,
): Promise<ProcessResult> {
  const ended = new AbortController();
  const terminals = [0, 1, 2].filter((fd) => isatty(fd));
  let farewell: NodeJS.Timeout | undefined;
  let insisted: readonly number[] = [];
  const forward = (signal: NodeJS.Signals) => {
    if (!runtime.forward(signal) && ENDING.has(signal)) ended.abort();
    if (INSISTENT.has(signal)) {
      const now = performance.now();
      insisted = [...insisted.filter((time) => now - time < INSISTENCE_MS), now];
      if (insisted.length >= INSISTENCE) ended.abort();
    }
    // A signal may also be somebody's, who wants a server to read its files again.
    const alone = signal === 'SIGHUP' && terminals.some((fd) => !isatty(fd));
    if (alone) farewell ??= setTimeout(() => ended.abort(), FAREWELL);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    return await runtime.run(spec, { signal: ended.signal, interactive });
  } finally {
    clearTimeout(farewell);
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}
