import { statfsSync } from 'node:fs';
import { fsPath } from './fs-path.ts';

const OVERLAY_MAGIC = 0x79_4c_76_30;

/**
 * Whether a directory is on overlayfs, as the files of a container are: the kernel does not stack such directories.
 * @param directory latin1 bytes
 */
export function isOnOverlay(directory: string): boolean {
  return statfsSync(fsPath(directory)).type === OVERLAY_MAGIC;
}
