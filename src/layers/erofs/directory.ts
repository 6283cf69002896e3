/**
 * The contents of a directory: blocks of entries, in each block the entries first, then their names. Names are sorted
 * by bytes over all blocks, `.` and `..` among them, since the kernel does a binary search.
 */
import { BLOCK } from './format.ts';

export interface DirectoryEntry {
  /** latin1 bytes */
  readonly name: string;
  /** The number of the inode. */
  readonly nid: number;
  /** As in `FILE_TYPES`. */
  readonly type: number;
}

const ENTRY = 12;

/** @returns whole blocks, each padded with zeros after its last name */
export function encodeDirectory(entries: readonly DirectoryEntry[]): Buffer {
  const sorted = [...entries].sort((a, b) => (a.name < b.name ? -1 : 1));
  const blocks: Buffer[] = [];
  let first = 0;
  let used = 0;
  for (const [position, { name }] of sorted.entries()) {
    const needed = ENTRY + name.length;
    if (used + needed > BLOCK) {
      blocks.push(encodeBlock(sorted.slice(first, position)));
      first = position;
      used = 0;
    }
    used += needed;
  }
  blocks.push(encodeBlock(sorted.slice(first)));
  return Buffer.concat(blocks);
}

function encodeBlock(entries: readonly DirectoryEntry[]): Buffer {
  const block = Buffer.alloc(BLOCK);
  let nameOffset = entries.length * ENTRY;
  for (const [position, { name, nid, type }] of entries.entries()) {
    const at = position * ENTRY;
    block.writeUInt32LE(nid, at);
    block.writeUInt16LE(nameOffset, at + 8);
    block.writeUInt8(type, at + 10);
    block.write(name, nameOffset, 'latin1');
    nameOffset += name.length;
  }
  return block;
}
