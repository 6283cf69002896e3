/** The owner of new files: `--chown` of COPY and ADD, and the user of WORKDIR. */
import { closeSync, readSync } from 'node:fs';
import { AppError, type Warning } from '../errors.ts';
import { type FileTree, resolveInTree } from '../files/index.ts';
import { openContent } from '../system/index.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface ResolvedOwner extends Owner {
  /** As in BuildKit, an unknown user counts as 0, and an unknown group as the user's; a warning says so. */
  readonly warnings: readonly Warning[];
}

const MAX_ACCOUNT_FILE = 10 * 1024 * 1024;
/** Larger numbers count as names. */
const MAX_ID = 0x7fff_ffff;
const MIN_ID = -0x8000_0000;

/**
 * Resolves `user[:group]`. A user that is a number (or `root`) has the group of the same number unless one is given;
 * names come from `/etc/passwd` and `/etc/group` of the file system.
 * @param base undefined without a file system: every name but `root` is unknown
 */
export function resolveOwner(spec: string, base: FileTree | undefined): ResolvedOwner {
  const warnings: Warning[] = [];
  const colon = spec.indexOf(':');
  const user = colon < 0 ? spec : spec.slice(0, colon);
  const group = colon < 0 ? undefined : spec.slice(colon + 1);
  const owner = resolveUserPart(user, base, warnings);
  if (group === undefined) return { ...owner, warnings };
  return { uid: owner.uid, gid: resolveGroupPart(group, { base, warnings, owner }), warnings };
}

function resolveUserPart(user: string, base: FileTree | undefined, warnings: Warning[]): Owner {
  const id = numericId(user);
  if (id !== undefined) return { uid: id, gid: id };
  const account = findAccount(base, 'etc/passwd', user);
  const uid = numericId(account?.[2] ?? '');
  const gid = numericId(account?.[3] ?? '');
  if (uid !== undefined && gid !== undefined) return { uid, gid };
  warnings.push(unknownName('user', user, 0));
  return { uid: 0, gid: 0 };
}

interface GroupContext {
  readonly base: FileTree | undefined;
  readonly warnings: Warning[];
  readonly owner: Owner;
}

/** An unknown group leaves the user's; an empty one, as in `user:`, is 0. */
function resolveGroupPart(group: string, { base, warnings, owner }: GroupContext): number {
  const id = numericId(group) ?? numericId(findAccount(base, 'etc/group', group)?.[2] ?? '');
  if (id !== undefined) return id;
  const gid = group === '' ? 0 : owner.gid;
  warnings.push(unknownName('group', group, gid));
  return gid;
}

function numericId(text: string): number | undefined {
  if (text === 'root') return 0;
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const id = Number(text);
  if (id < MIN_ID || id > MAX_ID) return undefined;
  // BuildKit passes -1 to chown(2), which keeps the owner: root.
  if (id === -1) return 0;
  return id < 0 ? id + 2 ** 32 : id;
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

/** Text of a regular file of the tree, symlinks followed; empty when it is missing, not a file, or too large. */
function readSmallFile(tree: FileTree, path: string): string {
  const { entry } = resolveInTree(tree, path);
  if (entry?.type !== 'file' || entry.size > MAX_ACCOUNT_FILE) return '';
  const content = tree.content(entry);
  const fd = openContent(content);
  try {
    const buffer = Buffer.alloc(content.size);
    const length = readSync(fd, buffer, 0, content.size, content.offset);
    return buffer.toString('utf8', 0, length);
  } finally {
    closeSync(fd);
  }
}

function unknownName(kind: 'user' | 'group', name: string, id: number): Warning {
  const file = kind === 'user' ? 'passwd' : 'group';
  return {
    code: 'COPY_UNKNOWN_OWNER',
    message: `the ${kind} is set to ${id}, because '${name}' is not in /etc/${file}`,
    hint: `create the ${kind} in an earlier step, or use its number`,
  };
}

/**
 * A layer of its own and an empty file system have no accounts: they need numbers.
 * @throws AppError COPY_LINK_OWNER
 */
export function requireNumericOwner(
  spec: string,
  { isLinked = false }: { readonly isLinked?: boolean | undefined } = {},
): void {
  for (const part of spec.split(':')) {
    if (part === '' || numericId(part) !== undefined) continue;
    if (/^[+-]?[0-9]+$/.test(part)) {
      throw new AppError('COPY_LINK_OWNER', `the owner '${part}' is out of range`, {
        expected: `a number from 0 to ${MAX_ID}`,
        hint: 'choose a smaller number',
      });
    }
    const who = isLinked ? '--link' : 'an empty file system';
    throw new AppError('COPY_LINK_OWNER', `${who} cannot look up the owner '${part}'`, {
      expected: 'numbers',
      hint: isLinked
        ? `use the number of '${part}', or remove --link`
        : `use the number of '${part}', or copy an /etc/passwd first`,
    });
  }
}
