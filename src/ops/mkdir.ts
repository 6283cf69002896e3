/** WORKDIR: a directory with its parents. */
import { inPart, type Warning } from '../errors.ts';
import { type FileEntry, type FileTree, toBytes } from '../files/index.ts';
import type { MkdirOp } from '../graph/index.ts';
import { LayerDraft } from './layer-draft.ts';
import { type ResolvedOwner, requireNumericOwner, resolveOwner } from './owner.ts';

export interface MadeDirectories {
  /** Sorted; empty when the directory exists. */
  readonly entries: readonly FileEntry[];
  readonly warnings: readonly Warning[];
}

/**
 * The directories that a WORKDIR has to make: mode 0755, owned by the user. Symlinks in the path are followed inside
 * the file system.
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
  const draft = new LayerDraft(base, {
    mode: 0o755,
    uid: owner?.uid ?? 0,
    gid: owner?.gid ?? 0,
    mtime: Math.floor(now / 1000),
  });
  inPart('workdir', () => draft.makeDirectories(draft.resolve(toBytes(op.path))));
  const entries = draft.files().map(({ entry }) => entry);
  return { entries, warnings: entries.length > 0 ? (owner?.warnings ?? []) : [] };
}

function ownerOf({ owner }: MkdirOp, base: FileTree | undefined): ResolvedOwner | undefined {
  if (owner === undefined || owner === '') return undefined;
  if (base === undefined) requireNumericOwner(owner);
  return resolveOwner(owner, base);
}
