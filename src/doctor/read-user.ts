/** The user, and the subordinate ids that /etc/subuid and /etc/subgid give it. */
import { readFileSync } from 'node:fs';
import type { Environment } from '../environment.ts';
import { findProgram, isRoot, userName } from '../system/index.ts';
import type { UserFacts } from './facts.ts';

/** Where distributions begin to give ranges away. */
const FIRST_ID = 100_000;

interface IdRange {
  readonly owner: string;
  readonly first: number;
  readonly count: number;
}

export function readUser(env: Environment): UserFacts {
  const uid = process.geteuid?.() ?? 0;
  const name = userName();
  const files = ['/etc/subuid', '/etc/subgid'].map((path) => idRangesIn(textOf(path)));
  const counts = files.map((ranges) =>
    ranges
      .filter(({ owner }) => owner === name || owner === String(uid))
      .reduce((sum, { count }) => sum + count, 0),
  );
  return {
    isRoot: isRoot(),
    uid,
    name,
    subordinateIds: Math.min(...counts),
    firstFreeId: Math.max(FIRST_ID, ...files.flat().map(({ first, count }) => first + count)),
    canMapIds: ['newuidmap', 'newgidmap'].every((one) => findProgram(one, env) !== undefined),
  };
}

/** `name:first:count` on each line; others are left out, as by the programs that read these files. */
export function idRangesIn(text: string): readonly IdRange[] {
  return text.split('\n').flatMap((line) => {
    const [, owner = '', first, count] = /^([^:#\s]+):(\d{1,10}):(\d{1,10})\s*$/.exec(line) ?? [];
    return first === undefined ? [] : [{ owner, first: Number(first), count: Number(count) }];
  });
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
