/** Builders, their caches and their queues through a day of builds. */
import { type CachePlace, type Costs, costOf } from './costs.ts';
import type { BuildRequest } from './workload.ts';

/**
 * `fresh`: a new machine for each build, without a cache. `fresh-registry`: the same, with a cache in a registry.
 * `any`: builders that keep their stores, the least busy one takes the build. `own`: the same, but a repository has its own
 * builder, and goes elsewhere only if that one has a queue.
 */
export type Routing = 'fresh' | 'fresh-registry' | 'any' | 'own';

export interface Fleet {
  readonly routing: Routing;
  readonly builders: number;
  /** Builds that a builder runs at the same time. */
  readonly slots: number;
  /** Repositories whose steps the store of one builder holds. */
  readonly stored: number;
  /** Builds that wait at a repository's own builder before others help. */
  readonly patience: number;
}

export interface Day {
  /** Of all steps, those that did not run. */
  readonly hitRate: number;
  /** Seconds of work on all builders. */
  readonly work: number;
  /** Seconds from the request to the start, and to the end, at the median and for 95 of 100 builds. */
  readonly wait: readonly [median: number, most: number];
  readonly total: readonly [median: number, most: number];
}

/** @param requests in the order of time */
export function simulate(requests: readonly BuildRequest[], fleet: Fleet, costs: Costs): Day {
  const builders = Array.from({ length: fleet.builders }, () => new Builder(fleet));
  const known = new Set<number>();
  const waits: number[] = [];
  const totals: number[] = [];
  let work = 0;
  let cachedSteps = 0;
  let steps = 0;
  for (const { at, repository, change } of requests) {
    const builder = chosen(builders, repository, at, fleet);
    const place = placeOf(builder, repository, known, fleet.routing);
    const cost = costOf(change, place, costs);
    const start = builder.take(at, cost.seconds);
    if (fleet.routing !== 'fresh') known.add(repository);
    builder.keep(repository);
    waits.push(start - at);
    totals.push(start - at + cost.seconds);
    work += cost.seconds;
    cachedSteps += cost.cachedSteps;
    steps += cost.steps;
  }
  return {
    hitRate: cachedSteps / steps,
    work,
    wait: [quantile(waits, 0.5), quantile(waits, 0.95)],
    total: [quantile(totals, 0.5), quantile(totals, 0.95)],
  };
}

/** The fewest builders with which 95 of 100 builds start within so many seconds, and that day. */
export function fewestBuilders(
  requests: readonly BuildRequest[],
  fleet: Omit<Fleet, 'builders'>,
  { costs, seconds }: { readonly costs: Costs; readonly seconds: number },
): { readonly builders: number; readonly day: Day } {
  for (let builders = 1; ; builders += 1) {
    const day = simulate(requests, { ...fleet, builders }, costs);
    if (day.wait[1] <= seconds) return { builders, day };
  }
}

class Builder {
  /** When each slot is free again. */
  private readonly free: number[];
  private readonly capacity: number;
  /** Least recently used first. */
  private readonly stored = new Set<number>();

  constructor({ slots, stored }: Fleet) {
    this.free = Array.from({ length: slots }, () => 0);
    this.capacity = stored;
  }

  /** When a build that comes now can start. */
  startOf(at: number): number {
    return Math.max(at, Math.min(...this.free));
  }

  take(at: number, seconds: number): number {
    const start = this.startOf(at);
    const slot = this.free.indexOf(Math.min(...this.free));
    this.free[slot] = start + seconds;
    return start;
  }

  has(repository: number): boolean {
    return this.stored.has(repository);
  }

  keep(repository: number): void {
    this.stored.delete(repository);
    this.stored.add(repository);
    const [oldest] = this.stored;
    if (this.stored.size > this.capacity && oldest !== undefined) this.stored.delete(oldest);
  }
}

function chosen(
  builders: readonly Builder[],
  repository: number,
  at: number,
  fleet: Fleet,
): Builder {
  const [first] = builders;
  if (first === undefined) throw new Error('a fleet has a builder');
  const least = builders.reduce(
    (best, one) => (one.startOf(at) < best.startOf(at) ? one : best),
    first,
  );
  if (fleet.routing !== 'own') return least;
  const own = builders[repository % builders.length] ?? first;
  return own.startOf(at) - at > fleet.patience ? least : own;
}

function placeOf(
  builder: Builder,
  repository: number,
  known: ReadonlySet<number>,
  routing: Routing,
): CachePlace {
  if (routing === 'fresh') return 'nowhere';
  if (routing !== 'fresh-registry' && builder.has(repository)) return 'here';
  return known.has(repository) ? 'registry' : 'nowhere';
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
