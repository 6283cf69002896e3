/** What a build costs, in seconds on a builder's two cores. */
import type { Change } from './workload.ts';

/** Where the results of earlier steps are. */
export type CachePlace = 'here' | 'registry' | 'nowhere';

export interface Costs {
  /** Installing packages into the base, installing dependencies, compiling. */
  readonly setup: number;
  readonly install: number;
  /** With the package manager's cache mount. */
  readonly installWithMount: number;
  readonly compile: number;
  /** A build in which everything is cached. */
  readonly cached: number;
  /** Finding steps in a registry's cache, and fetching the layers that are opened. */
  readonly fetch: number;
  /** Export of the layers that changed, and their push. */
  readonly push: number;
}

/**
 * `cached`, `fetch` and `push` are lamina's, measured by `npm run bench`: 0.06 s for a small cached build, 350 MB pulled in 1.4 s on loopback, here
 * over 1 Gbit/s; 60 MB compressed in 0.9 s. The others are those of the examples for Node.js and Java.
 */
export const defaultCosts: Costs = {
  setup: 30,
  install: 60,
  installWithMount: 18,
  compile: 40,
  cached: 0.1,
  fetch: 4.5,
  push: 2,
};

const STEPS = 3;

export interface BuildCost {
  readonly seconds: number;
  /** Of the three steps, those that did not run. */
  readonly cachedSteps: number;
  readonly steps: number;
}

/** @param change counts only where there is a cache */
export function costOf(change: Change, place: CachePlace, costs: Costs): BuildCost {
  const { setup, install, installWithMount, compile, cached, fetch, push } = costs;
  if (place === 'nowhere') {
    return { seconds: setup + install + compile + push, cachedSteps: 0, steps: STEPS };
  }
  const again = { nothing: 0, source: 1, dependencies: 2, base: 3 }[change];
  const overhead = cached + (place === 'registry' ? fetch : 0) + (again === 0 ? 0 : push);
  const dependencies = place === 'here' ? installWithMount : install;
  const work =
    (again >= 1 ? compile : 0) + (again >= 2 ? dependencies : 0) + (again >= 3 ? setup : 0);
  return { seconds: overhead + work, cachedSteps: STEPS - again, steps: STEPS };
}
