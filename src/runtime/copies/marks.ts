/**
 * How the files of a root file system looked before a process ran: enough to tell which of them it changed, without
 * reading any content. Nobody can set a file's change time, so the same file with the same one is unchanged.
 */
import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { fsPath } from '../../system/index.ts';
import { FILE_TYPE, typeOf } from './copy-file.ts';
import { Pace } from './pace.ts';

export interface Mark {
  readonly inode: bigint;
  /** Numbers of inodes are used again at once. 0 where the file system does not record it. */
  readonly born: bigint;
  readonly changed: bigint;
  readonly mode: bigint;
  readonly owner: string;
  /** Of a file that had several names when it was marked. */
  readonly linked:
    | { readonly names: bigint; readonly size: bigint; readonly modified: bigint }
    | undefined;
  /** Of a directory. */
  readonly children: ReadonlyMap<string, Mark> | undefined;
}

export function markOf(stat: BigIntStats, children?: ReadonlyMap<string, Mark>): Mark {
  const { ino, birthtimeNs, ctimeNs, mode, uid, gid, nlink, size, mtimeNs } = stat;
  const isLinked = children === undefined && nlink > 1n;
  return {
    inode: ino,
    born: birthtimeNs,
    changed: ctimeNs,
    mode,
    owner: `${uid}:${gid}`,
    linked: isLinked ? { names: nlink, size, modified: mtimeNs } : undefined,
    children,
  };
}

/** @param covered paths of directories that are not looked into */
export async function markTree(root: string, covered: ReadonlySet<string>): Promise<Mark> {
  const pace = new Pace();
  const mark = async (path: string, inside: string): Promise<Mark> => {
    await pace.step();
    const stat = lstatSync(fsPath(path), { bigint: true });
    if (typeOf(stat) !== FILE_TYPE.directory) return markOf(stat);
    const children = new Map<string, Mark>();
    if (!covered.has(inside)) {
      for (const name of readdirSync(fsPath(path), { encoding: 'latin1' })) {
        children.set(
          name,
          await mark(`${path}/${name}`, inside === '' ? name : `${inside}/${name}`),
        );
      }
    }
    return markOf(stat, children);
  };
  return mark(root, '');
}

export function isSameFile({ inode, born }: Mark, stat: BigIntStats): boolean {
  return inode === stat.ino && born === stat.birthtimeNs;
}

/** Whether it is the same file, and nothing of it has changed. */
export function isUnchanged(mark: Mark, stat: BigIntStats): boolean {
  if (!isSameFile(mark, stat)) return false;
  if (mark.changed === stat.ctimeNs) return true;
  // Removing or moving another name of a file changes it too; for overlayfs each name is a file of its own.
  const { linked } = mark;
  return (
    linked !== undefined &&
    stat.nlink <= linked.names &&
    sameMode(mark, stat) &&
    linked.size === stat.size &&
    linked.modified === stat.mtimeNs
  );
}

export function sameMode(mark: Mark, { mode, uid, gid }: BigIntStats): boolean {
  return mark.mode === mode && mark.owner === `${uid}:${gid}`;
}
