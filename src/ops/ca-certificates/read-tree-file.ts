/** Reads small files of a tree, whole. */
import { closeSync, readSync } from 'node:fs';
import type { FileEntry, FileTree } from '../../files/index.ts';
import { openContent } from '../../system/index.ts';

const LARGEST = 16 * 1024 * 1024;

/** @returns bytes as latin1; empty for a file too large to be a list of certificates */
export function readTreeFile(tree: FileTree, entry: FileEntry): string {
  const content = tree.content(entry);
  const { offset, size } = content;
  if (size > LARGEST) return '';
  const bytes = Buffer.alloc(size);
  const file = openContent(content);
  try {
    const length = readSync(file, bytes, 0, size, offset);
    return bytes.toString('latin1', 0, length);
  } finally {
    closeSync(file);
  }
}
