/** Small files of a tree, whole. */
import { closeSync, openSync, readSync } from 'node:fs';
import type { FileEntry, FileTree } from '../../files/index.ts';

const LARGEST = 16 * 1024 * 1024;

/** @returns bytes as latin1; empty for a file too large to be a list of certificates */
export function readTreeFile(tree: FileTree, entry: FileEntry): string {
  const { hostPath, offset, size } = tree.content(entry);
  if (size > LARGEST) return '';
  const bytes = Buffer.alloc(size);
  const file = openSync(Buffer.from(hostPath, 'latin1'), 'r');
  try {
    const length = readSync(file, bytes, 0, size, offset);
    return bytes.toString('latin1', 0, length);
  } finally {
    closeSync(file);
  }
}
