/** How a tree on the disk tells that a file of the layers below is gone. */
import type { BigIntStats } from 'node:fs';
import { makeNode } from './nodes.ts';
import { hasErrorCode } from './system-error.ts';

const TYPE_MASK = 0o170_000n;
const CHARACTER_DEVICE = 0o020_000n;
const SOCKET = 0o140_000n;

/**
 * Makes a whiteout: a character device 0/0, as overlayfs has it. Where that cannot be made, as on overlayfs itself, which is
 * the disk of most containers, a socket stands for it: layers have none. Such a tree is only read by lamina.
 *
 * @param path latin1 bytes
 * @throws SystemError
 */
export function makeWhiteout(path: string): void {
  try {
    makeNode(path, { type: 'char', mode: 0, major: 0, minor: 0 });
  } catch (error) {
    if (!hasErrorCode(error, 'EPERM')) throw error;
    makeNode(path, { type: 'socket', mode: 0 });
  }
}

/** @param stat of the file itself, in a tree of a layer */
export function isWhiteout({ mode, rdev }: BigIntStats): boolean {
  const type = mode & TYPE_MASK;
  return type === SOCKET || (type === CHARACTER_DEVICE && rdev === 0n);
}
