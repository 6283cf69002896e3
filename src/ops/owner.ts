/** Whom new files belong to: `--chown` of COPY and ADD, and the user of WORKDIR. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { Warning } from '../errors.ts';
import { type FileTree, resolveInTree } from '../files/index.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface ResolvedOwner extends Owner {
  /** A name that is not known counts as 0, as in BuildKit; the user is told. */
  readonly warnings: readonly Warning[];
}

const MAX_ACCOUNT_FILE = 10 * 1024 * 1024;
const MAX_ID = 0xffff_fffe;

/**
 * Resolves `user[:group]`. A user that is a number (or `root`) has the group of the same number unless one is given;
 * names come from `/etc/passwd` and `/etc/group` of the file system.
 * @param base undefined when there is no file system to look into: every name but `root` is unknown
 */
export function resolveOwner(spec: string, base: FileTree | undefined): ResolvedOwner {
  const warnings: Warning[] = [];
  const colon = spec.indexOf(':');
  const user = colon < 0 ? spec : spec.slice(0, colon);
  const group = colon < 0 ? undefined : spec.slice(colon + 1);
  const owner = resolveUserPart(user, base, warnings);
  if (group === undefined) return { ...owner, warnings };
  return { uid: owner.uid, gid: resolveGroupPart(group, base, warnings), warnings };
}

function resolveUserPart(user: string, base: FileTree | undefined, warnings: Warning[]): Owner {
  const id = numericId(user);
  if (id !== undefined) return { uid: id, gid: id };
  const account = findAccount(base, 'etc/passwd', user);
  const uid = numericId(account?.[2] ?? '');
  const gid = numericId(account?.[3] ?? '');
  if (uid !== undefined && gid !== undefined) return { uid, gid };
  warnings.push(unknownName('user', user, base));
  return { uid: 0, gid: 0 };
}

function resolveGroupPart(group: string, base: FileTree | undefined, warnings: Warning[]): number {
  const id = numericId(group) ?? numericId(findAccount(base, 'etc/group', group)?.[2] ?? '');
  if (id !== undefined) return id;
  warnings.push(unknownName('group', group, base));
  return 0;
}

function numericId(text: string): number | undefined {
  if (text === 'root') return 0;
  if (!/^[0-9]{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MAX_ID ? id : undefined;
}

/** The fields of the first line with this name. */
function findAccount(
  base: FileTree | undefined,
  path: string,
  name: string,
): readonly string[] | undefined {
  if (base === undefined || name === '') return undefined;
  const text = readSmallFile(base, path);
  for (const line of text.split('\n')) {
    const fields = line.trim().split(':');
    if (fields[0] === name) return fields;
  }
  return undefined;
}

/** Text of a regular file of the tree, symlinks followed; empty when it is missing, no file, or too large. */
function readSmallFile(tree: FileTree, path: string): string {
  const { entry } = resolveInTree(tree, path);
  if (entry?.type !== 'file' || entry.size > MAX_ACCOUNT_FILE) return '';
  const { hostPath, offset, size } = tree.content(entry);
  const fd = openSync(
    Buffer.from(hostPath, 'latin1'),
    constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
  );
  try {
    const buffer = Buffer.alloc(size);
    const length = readSync(fd, buffer, 0, size, offset);
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(fd);
  }
}

function unknownName(kind: 'user' | 'group', name: string, base: FileTree | undefined): Warning {
  const where =
    base === undefined
      ? 'which --link cannot look up'
      : `which is not in /etc/${kind === 'user' ? 'passwd' : 'group'}`;
  return {
    code: 'COPY_UNKNOWN_OWNER',
    message: `the owner is set to 0 instead of ${kind} '${name}', ${where}`,
    hint: `create the ${kind} in an earlier step, or use its number`,
  };
}
