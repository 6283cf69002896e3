/** A day of builds in a company. */
import { randomNumbers, weighted } from './random.ts';

/** What changed since the last build of the same repository: the first step that must run again. */
export type Change = 'nothing' | 'source' | 'dependencies' | 'base';

export interface BuildRequest {
  /** Seconds since midnight. */
  readonly at: number;
  readonly repository: number;
  readonly change: Change;
}

export interface Company {
  readonly buildsPerDay: number;
  readonly repositories: number;
  readonly seed: number;
}

const HOUR = 3600;

/** Builds of each hour, relative: people work from 8 to 19, and nightly jobs run at 2. */
const HOURS = [1, 1, 6, 1, 1, 1, 2, 4, 8, 12, 13, 12, 8, 11, 13, 13, 12, 9, 6, 4, 3, 2, 2, 1];

const CHANGES: readonly (readonly [Change, number])[] = [
  ['nothing', 15],
  ['source', 68],
  ['dependencies', 12],
  ['base', 5],
];

/** In the order of time. Few repositories get most builds: the k-th one k^-0.9 of the first one's. */
export function dayOfBuilds({
  buildsPerDay,
  repositories,
  seed,
}: Company): readonly BuildRequest[] {
  const random = randomNumbers(seed);
  const hour = weighted(HOURS, random);
  const repository = weighted(
    Array.from({ length: repositories }, (_, rank) => (rank + 1) ** -0.9),
    random,
  );
  const change = weighted(
    CHANGES.map(([, weight]) => weight),
    random,
  );
  const requests = Array.from({ length: buildsPerDay }, () => ({
    at: (hour() + random()) * HOUR,
    repository: repository(),
    change: CHANGES[change()]?.[0] ?? 'source',
  }));
  return requests.sort((a, b) => a.at - b.at);
}
