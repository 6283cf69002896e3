/** The subordinate ids that /etc/subuid and /etc/subgid give to users. */
import { readFileSync } from 'node:fs';
import type { Environment } from '../environment.ts';
import { findProgram, userName } from '../system/index.ts';

export interface SubordinateRange {
  /** A name or a number, as written. */
  readonly owner: string;
  readonly first: number;
  readonly count: number;
}

export interface SubordinateIds {
  readonly uids: readonly SubordinateRange[];
  readonly gids: readonly SubordinateRange[];
}

/** `name:first:count` on each line; others are left out, as by the programs that read these files. */
export function subordinateRangesIn(text: string): readonly SubordinateRange[] {
  return text.split('\n').flatMap((line) => {
    const [, owner = '', first, count] = /^([^:#\s]+):(\d{1,10}):(\d{1,10})\s*$/.exec(line) ?? [];
    return first === undefined ? [] : [{ owner, first: Number(first), count: Number(count) }];
  });
}

/** All ranges of this machine, of every user. */
export function allSubordinateIds(): SubordinateIds {
  return {
    uids: subordinateRangesIn(textOf('/etc/subuid')),
    gids: subordinateRangesIn(textOf('/etc/subgid')),
  };
}

/** Those of the user of this process, by name or by number. */
export function ownSubordinateIds(): SubordinateIds {
  const all = allSubordinateIds();
  const names = [userName(), String(process.geteuid?.())];
  const isOwn = ({ owner, count }: SubordinateRange) => count > 0 && names.includes(owner);
  return { uids: all.uids.filter(isOwn), gids: all.gids.filter(isOwn) };
}

/** Why the user of this process cannot have more than one id in a user namespace; undefined: it can. */
export function lackingSubordinateIds(env: Environment): string | undefined {
  const { uids, gids } = ownSubordinateIds();
  if (uids.length === 0) return '/etc/subuid gives this user no IDs';
  if (gids.length === 0) return '/etc/subgid gives this user no IDs';
  const missing = ['newuidmap', 'newgidmap'].find((one) => findProgram(one, env) === undefined);
  return missing === undefined ? undefined : `${missing} is not installed`;
}

/**
 * What `newuidmap` and `newgidmap` take after the process: the user as root, then the subordinate ids from 1 on.
 *
 * @param own the id of the user
 */
export function mappingArguments(own: number, ranges: readonly SubordinateRange[]): string[] {
  let next = 1;
  const more = ranges.flatMap(({ first, count }) => {
    const inside = next;
    next += count;
    return [inside, first, count];
  });
  return [0, own, 1, ...more].map(String);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
