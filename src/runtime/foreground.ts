/** Runs a process as if it were lamina: with its standard streams, its terminal and its signals. */
import { isatty } from 'node:tty';
import type { ProcessResult, ProcessSpec, Runtime } from './process/index.ts';

export interface ForegroundOptions {
  /** Opened for the `foreground`. */
  readonly runtime: Runtime;
  /** Passes standard input on to the process; typing into a terminal needs it. */
  readonly interactive: boolean;
}

/** Signals for the process. SIGWINCH tells the runtime that the size of the terminal has changed. */
const FORWARDED: readonly NodeJS.Signals[] = [
  'SIGINT',
  'SIGTERM',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
];

/** Before the process exists, these end lamina. */
const ENDING: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']);

/** This many of these signals within so many milliseconds kill a process that ignores them. */
const INSISTENT: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGTERM']);
const INSISTENCE = 3;
const INSISTENCE_MS = 5000;

/** Milliseconds that a process has to end by itself after its terminal has gone. */
const FAREWELL = 1000;

/**
 * With `spec.terminal` the process gets a terminal of its own, connected to lamina's in raw mode: all keys go to it.
 * Without, its streams are piped to lamina's, byte for byte. While it runs, signals to lamina go to it. Lamina itself
 * ends only with the process, by `signal`, when a signal is repeated, or when the terminal goes away: process 1 of a
 * container does not notice, since signals without a handler never reach it.
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
    // A SIGHUP may also come from a user who wants a server to reload its files.
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
