/** Chooses the display for a command that emits events. */

import type { Environment } from '../environment.ts';
import { AppError, StepError, withDetails } from '../errors.ts';
import {
  type Display,
  plainDisplay,
  quietDisplay,
  rawjsonDisplay,
  type SummaryKind,
  ttyDisplay,
} from '../progress/index.ts';
import type { CommandContext } from './command.ts';
import { useColor } from './io.ts';

const kinds = ['auto', 'tty', 'plain', 'quiet', 'none', 'rawjson'] as const;
export type ProgressKind = (typeof kinds)[number];

/**
 * The kind from `--progress`, else from BUILDKIT_PROGRESS, else `auto`.
 * @throws AppError CLI_ENVIRONMENT
 */
export function progressKind(flag: string | undefined, context: CommandContext): ProgressKind {
  const text = flag ?? (context.env.BUILDKIT_PROGRESS || 'auto');
  const kind = kinds.find((candidate) => candidate === text);
  if (kind !== undefined) return kind;
  throw new AppError(
    'CLI_ENVIRONMENT',
    `invalid value ${JSON.stringify(text)} for BUILDKIT_PROGRESS`,
    { expected: kinds.join(', ') },
  );
}

/**
 * The display on standard error. `auto` is the live one on a terminal, else plain lines.
 *
 * @param summary how much of a build's summary it shows
 */
export function makeDisplay(
  kind: ProgressKind,
  context: CommandContext,
  summary?: SummaryKind,
): Display {
  const { stderr } = context.io;
  // Displays do not wait: the stream queues what standard error cannot take at once.
  const write = (data: string | Uint8Array): void => void stderr.write(data);
  // In logs too: a reader can remove colours later, but not restore them.
  const plain = { color: (context.env.NO_COLOR ?? '') === '', summary };
  switch (kind) {
    case 'quiet':
    case 'none':
      return quietDisplay();
    case 'rawjson':
      return rawjsonDisplay(write);
    case 'plain':
      return plainDisplay(write, plain);
    case 'auto':
      if (!stderr.isTerminal || context.env.TERM === 'dumb') return plainDisplay(write, plain);
      return terminalDisplay(write, context, summary);
    case 'tty':
      return terminalDisplay(write, context, summary);
  }
}

/**
 * Runs the work that a display shows, and closes the display.
 *
 * @throws errors of the work, which record whether the output of a failed program has been shown
 */
export async function displaying<T>(display: Display, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const hasOutput =
      error instanceof StepError ||
      (error instanceof AppError && error.details?.outputTail !== undefined);
    throw hasOutput ? withDetails(error, { outputShown: display.showsOutput }) : error;
  } finally {
    display.close();
  }
}

function terminalDisplay(
  write: (data: string | Uint8Array) => void,
  context: CommandContext,
  summary: SummaryKind | undefined,
): Display {
  const { io, env } = context;
  return ttyDisplay({
    write,
    color: useColor(io, env),
    size: () => io.stderr.size(),
    onResize: (listener) => io.stderr.onResize(listener),
    rewraps: rewraps(env),
    now: Date.now,
    summary,
  });
}

/** xterm and the console of Linux cut lines off where other terminals wrap them again. */
export function rewraps({ TERM = '', TMUX, XTERM_VERSION }: Environment): boolean {
  if (TMUX !== undefined) return true;
  return XTERM_VERSION === undefined && TERM !== 'linux' && !TERM.startsWith('screen');
}
