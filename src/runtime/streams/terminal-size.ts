import { spawnSync } from 'node:child_process';
import { isatty } from 'node:tty';

export interface TerminalSize {
  /** In characters. */
  readonly width: number;
  readonly height: number;
}

/** Of a terminal that is in no window. */
export const USUAL_SIZE: TerminalSize = { height: 24, width: 80 };

/**
 * The size of the terminal among our own standard streams. The runtime would set it only after the process has started,
 * which may have read it by then.
 */
export function ownTerminalSize(): TerminalSize | undefined {
  const terminal = [process.stdout, process.stderr].find(({ isTTY }) => isTTY);
  const [width = 0, height = 0] = terminal?.getWindowSize() ?? [];
  return width === 0 || height === 0 ? undefined : { width, height };
}

/** The same after a change: Node's answer is that of the start, since no signal tells the runner. */
export function changedTerminalSize(): TerminalSize | undefined {
  const fd = [1, 2].find((stream) => isatty(stream));
  if (fd === undefined) return undefined;
  const { stdout } = spawnSync('stty', ['size'], {
    stdio: [fd, 'pipe', 'ignore'],
    encoding: 'utf8',
  });
  const [height = 0, width = 0] = stdout.split(' ').map(Number);
  return width > 0 && height > 0 ? { width, height } : undefined;
}
