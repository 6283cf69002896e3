/** Chooses the display for a command that emits events. */
import { AppError } from '../errors.ts';
import {
  type Display,
  plainDisplay,
  quietDisplay,
  rawjsonDisplay,
  ttyDisplay,
} from '../progress/index.ts';
import type { CommandContext } from './command.ts';
import { useColor } from './io.ts';

const kinds = ['auto', 'tty', 'plain', 'quiet', 'none', 'rawjson'] as const;
export type ProgressKind = (typeof kinds)[number];

/**
 * The kind asked for by `--progress`, else by BUILDKIT_PROGRESS, else `auto`.
 * @throws AppError CLI_ENVIRONMENT
 */
export function progressKind(flag: string | undefined, context: CommandContext): ProgressKind {
  const text = flag ?? (context.env.BUILDKIT_PROGRESS || 'auto');
  const kind = kinds.find((candidate) => candidate === text);
  if (kind !== undefined) return kind;
  throw new AppError(
    'CLI_ENVIRONMENT',
    `BUILDKIT_PROGRESS names no progress display: ${JSON.stringify(text)}`,
    { expected: kinds.join(', ') },
  );
}

/** The display on standard error. `auto` is the live one on a terminal, else plain lines. */
export function makeDisplay(kind: ProgressKind, context: CommandContext): Display {
  const { stderr } = context.io;
  // Displays do not wait: what standard error cannot take at once is queued by its stream.
  const write = (data: string | Uint8Array): void => void stderr.write(data);
  switch (kind) {
    case 'quiet':
    case 'none':
      return quietDisplay();
    case 'rawjson':
      return rawjsonDisplay(write);
    case 'plain':
      return plainDisplay(write);
    case 'auto':
      if (!stderr.isTerminal || context.env.TERM === 'dumb') return plainDisplay(write);
      return terminalDisplay(write, context);
    case 'tty':
      return terminalDisplay(write, context);
  }
}

function terminalDisplay(
  write: (data: string | Uint8Array) => void,
  context: CommandContext,
): Display {
  const { io, env } = context;
  const color = useColor(io, env);
  return ttyDisplay({ write, color, size: () => io.stderr.size(), now: Date.now });
}
