import type { ConsoleSize } from './oci-types.ts';

/**
 * The size of the terminal among our own standard streams. The runtime would set it only after the process has started,
 * which may have read it by then.
 */
export function ownTerminalSize(): ConsoleSize | undefined {
  const terminal = [process.stdout, process.stderr].find(({ isTTY }) => isTTY);
  const [width = 0, height = 0] = terminal?.getWindowSize() ?? [];
  return width === 0 || height === 0 ? undefined : { width, height };
}
