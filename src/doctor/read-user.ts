/** The user, and the subordinate ids that /etc/subuid and /etc/subgid give it. */
import type { Environment } from '../environment.ts';
import { findProgram, isRoot, userName } from '../system/index.ts';
import { allSubordinateIds, ownSubordinateIds } from '../user-namespace/index.ts';
import type { UserFacts } from './facts.ts';

/** Where distributions begin to give ranges away. */
const FIRST_ID = 100_000;

export function readUser(env: Environment): UserFacts {
  const uid = process.geteuid?.() ?? 0;
  const { uids, gids } = allSubordinateIds();
  const own = ownSubordinateIds();
  const counts = [own.uids, own.gids].map((ranges) =>
    ranges.reduce((sum, { count }) => sum + count, 0),
  );
  return {
    isRoot: isRoot(),
    uid,
    name: userName(),
    subordinateIds: Math.min(...counts),
    firstFreeId: Math.max(FIRST_ID, ...[...uids, ...gids].map(({ first, count }) => first + count)),
    canMapIds: ['newuidmap', 'newgidmap'].every((one) => findProgram(one, env) !== undefined),
  };
}
