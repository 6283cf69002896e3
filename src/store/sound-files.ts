/**
 * Large files whose bytes were hashed when they were written or read, so that they need not be hashed again. Any change of a file
 * changes its inode, its size or its times; what a disk loses by itself is found by `lamina system check`.
 */
import { statSync } from 'node:fs';
import type { Digest } from '../oci/index.ts';
import type { FactStore } from './facts.ts';

/** Facts kind. */
const SOUND_FACT = 'soundFile';
/** Bytes. Hashing fewer takes less time than a fact is worth. */
const SMALL = 1 << 20;

/** A file and what its first bytes were found to be. */
export interface HashedFile {
  /** Of the fact: the digest of a blob, or the id of a layer, which removes it together with the fact. */
  readonly name: string;
  readonly path: string;
  readonly digest: Digest;
  /** Bytes that the digest covers. */
  readonly size: number;
}

/** Remembers a file. Call it once nothing writes to it any more. */
export function noteSound(facts: Pick<FactStore, 'put'>, file: HashedFile): void {
  const state = file.size < SMALL ? undefined : stateOf(file);
  if (state !== undefined) facts.put(SOUND_FACT, file.name, state);
}

/** Whether the file is as it was when these bytes were hashed. */
export function isSound(facts: Pick<FactStore, 'get'>, file: HashedFile): boolean {
  if (file.size < SMALL) return false;
  const known = facts.get<string>(SOUND_FACT, file.name);
  return known !== undefined && known === stateOf(file);
}

function stateOf({ path, digest, size }: HashedFile): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined || stats.size < size) return undefined;
  const { ino, mtimeNs, ctimeNs } = stats;
  return [digest, size, ino, stats.size, mtimeNs, ctimeNs].join(' ');
}
