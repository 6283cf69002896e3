/** Resolves USER to numbers, by the image's own /etc/passwd and /etc/group. */
import { closeSync, readSync } from 'node:fs';
import { AppError } from '../../errors.ts';
import { type FileTree, resolveInTree } from '../../files/index.ts';
import { nearestName } from '../../nearest-name.ts';
import { openContent } from '../../system/index.ts';
import type { ProcessUser } from './spec.ts';

export interface ResolvedUser extends ProcessUser {
  /** The first home directory that /etc/passwd gives for the uid, else `/`. */
  readonly home: string;
}

interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

const MAX_ID = 2 ** 31 - 1;
const MAX_FILE = 10 * 1024 * 1024;

/**
 * A number is always an id, never a name. `uid:gid` needs no files; `root` counts as a number there. A single
 * name or id brings the primary group and the groups that list the user; `user:group` brings only that group.
 * @param user `[user][:group]` after expansion; empty is `0`
 * @param more additional groups, as names or numbers
 * @throws AppError USER_UNKNOWN, GROUP_UNKNOWN, USER_INVALID, USER_FILE_INVALID
 */
export function resolveUser(
  user: string,
  tree: FileTree,
  more: readonly string[] = [],
): ResolvedUser {
  const resolved = resolveAccount(user, tree);
  if (more.length === 0) return resolved;
  const groups = parseGroups(readSmallFile(tree, 'etc/group'));
  const gids = more.map((group) => findGroup(group, groups));
  return { ...resolved, additionalGids: [...new Set([...resolved.additionalGids, ...gids])] };
}

function resolveAccount(user: string, tree: FileTree): ResolvedUser {
  const [userPart = '', groupPart, ...rest] = user.split(':');
  if (rest.length > 0) throw invalidUser(user);
  const passwd = parsePasswd(readSmallFile(tree, 'etc/passwd'));
  const plain = groupPart === undefined ? undefined : plainIds(userPart, groupPart);
  if (plain) return finish(plain.uid, plain.gid, [], passwd);
  const account = findAccount(userPart, passwd);
  const groups = () => parseGroups(readSmallFile(tree, 'etc/group'));
  if (groupPart !== undefined && groupPart !== '') {
    return finish(account.uid, findGroup(groupPart, groups()), [], passwd);
  }
  const { name } = account;
  const extra = name === undefined ? [] : groups().filter((group) => group.members.includes(name));
  return finish(
    account.uid,
    account.gid,
    extra.map((group) => group.gid),
    passwd,
  );
}

function finish(
  uid: number,
  gid: number,
  extra: readonly number[],
  passwd: readonly PasswdEntry[],
): ResolvedUser {
  const home = passwd.find((entry) => entry.uid === uid)?.home;
  return { uid, gid, additionalGids: [...new Set([gid, ...extra])], home: home || '/' };
}

/** Both as numbers (or `root`), if they are. */
function plainIds(user: string, group: string): { uid: number; gid: number } | undefined {
  const uid = user === 'root' ? 0 : parseId(user);
  const gid = group === 'root' ? 0 : parseId(group);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

function findAccount(
  user: string,
  passwd: readonly PasswdEntry[],
): { uid: number; gid: number; name: string | undefined } {
  const uid = user === '' ? 0 : parseId(user);
  const found = passwd.find((entry) =>
    uid === undefined ? entry.name === user : entry.uid === uid,
  );
  if (found) return found;
  if (uid !== undefined) return { uid, gid: 0, name: undefined };
  const names = passwd.map((entry) => entry.name);
  throw new AppError('USER_UNKNOWN', `unknown user '${printable(user)}'`, {
    hint: /\s#/.test(user)
      ? 'a comment after USER on the same line is part of the name: put it on a line of its own'
      : suggestion('/etc/passwd', nearestName(user, names), names.length === 0),
  });
}

function findGroup(group: string, groups: readonly GroupEntry[]): number {
  const gid = parseId(group);
  if (gid !== undefined) return gid;
  const found = groups.find((entry) => entry.name === group);
  if (found) return found.gid;
  const names = groups.map((entry) => entry.name);
  throw new AppError('GROUP_UNKNOWN', `unknown group '${printable(group)}'`, {
    hint: suggestion('/etc/group', nearestName(group, names), names.length === 0),
  });
}

function suggestion(file: string, nearest: string | undefined, empty: boolean): string {
  if (nearest !== undefined) return `did you mean '${printable(nearest)}'?`;
  if (empty) return `the image has no names in ${file}; use a number`;
  return `add it to ${file} of the image in an earlier step, or use a number`;
}

/** @returns undefined when the text is not a number */
function parseId(text: string): number | undefined {
  if (!/^[+-]?\d+$/.test(text)) return undefined;
  const id = Number(text);
  if (id < 0 || id > MAX_ID) throw invalidUser(text);
  return id;
}

function invalidUser(user: string): AppError {
  return new AppError('USER_INVALID', `'${printable(user)}' is not a valid user`, {
    expected: `user[:group] as names, or as numbers from 0 to ${MAX_ID}`,
  });
}

function parsePasswd(text: string): PasswdEntry[] {
  return records(text).flatMap(([name = '', , uid, gid, , home = '']) => {
    const ids = [recordId(uid), recordId(gid)];
    const [userId, groupId] = ids;
    if (userId === undefined || groupId === undefined) return [];
    return [{ name, uid: userId, gid: groupId, home }];
  });
}

function parseGroups(text: string): GroupEntry[] {
  return records(text).flatMap(([name = '', , id, members = '']) => {
    const gid = recordId(id);
    return gid === undefined ? [] : [{ name, gid, members: members.split(',') }];
  });
}

function records(text: string): string[][] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '').map((line) => line.split(':'));
}

/** Lines with broken numbers are skipped: reading them as 0 would turn a typing error into root. */
function recordId(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d+$/.test(text)) return undefined;
  const id = Number(text);
  return id <= MAX_ID ? id : undefined;
}

/** Empty if there is no such file. */
function readSmallFile(tree: FileTree, path: string): string {
  const { entry } = resolveInTree(tree, path);
  if (!entry) return '';
  if (entry.type !== 'file' || entry.size > MAX_FILE) {
    throw new AppError('USER_FILE_INVALID', `the image's /${path} is not a readable file`, {
      expected: 'a regular file of at most 10 MiB',
    });
  }
  const content = tree.content(entry);
  const { offset, size } = content;
  const buffer = Buffer.alloc(size);
  const fd = openContent(content);
  try {
    let done = 0;
    while (done < buffer.length) {
      const count = readSync(fd, buffer, done, buffer.length - done, offset + done);
      if (count === 0) break;
      done += count;
    }
    return buffer.toString('utf8', 0, done);
  } finally {
    closeSync(fd);
  }
}

function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f]/g, '?');
}
