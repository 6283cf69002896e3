/** WORKDIR: a directory with its parents. */
import { inPart, type Warning } from '../errors.ts';
import { type FileEntry, type FileTree, toBytes } from '../files/index.ts';
import type { MkdirOp } from '../graph/index.ts';
import { Canvas } from './canvas.ts';
import { type ResolvedOwner, requireNumericOwner, resolveOwner } from './owner.ts';

export interface MadeDirectories {
  /** Sorted; empty when the directory exists. */
  readonly entries: readonly FileEntry[];
  readonly warnings: readonly Warning[];
}

/**
 * The directories a WORKDIR has to make: mode 0755, owned by the user. Symlinks on the way are followed inside the
 * file system.
 * @param base undefined for an empty file system
 * @param now milliseconds since the epoch
 * @throws AppError PATH_NOT_A_DIRECTORY, SYMLINK_LOOP, COPY_LINK_OWNER
 */
export function makeDirectories(
  op: MkdirOp,
  base: FileTree | undefined,
  now: number,
): MadeDirectories {
  const owner = inPart('user', () => ownerOf(op, base));
  const canvas = new Canvas(base, {
    mode: 0o755,
    uid: owner?.uid ?? 0,
    gid: owner?.gid ?? 0,
    mtime: Math.floor(now / 1000),
  });
  inPart('workdir', () => canvas.makeDirectories(canvas.resolve(toBytes(op.path))));
  const entries = canvas.files().map(({ entry }) => entry);
  return { entries, warnings: entries.length > 0 ? (owner?.warnings ?? []) : [] };
}

function ownerOf({ owner }: MkdirOp, base: FileTree | undefined): ResolvedOwner | undefined {
  if (owner === undefined || owner === '') return undefined;
  if (base === undefined) requireNumericOwner(owner);
  return resolveOwner(owner, base);
}
