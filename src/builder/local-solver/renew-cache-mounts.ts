/** Steps that ignore the cache get empty cache mounts, as with BuildKit. */
import { type CacheMount, mergeGraphs, reachable } from '../../graph/index.ts';
import type { BuildPlan } from '../../plan/index.ts';
import type { Store } from '../../store/index.ts';
import type { TreeForm } from '../../system/index.ts';
import type { RenewedMounts } from '../caches/index.ts';
import { cacheMountKey, shownId } from '../drivers/cache-mounts.ts';

/**
 * Empties the cache mounts of all steps that ignore the cache, before any step runs: other steps of the same build that
 * share one find it empty too. Initial files of a cache do not matter.
 *
 * @param formOf the form of the cache mounts' files; called only if there are any
 * @returns the emptied cache mounts
 */
export async function renewCacheMounts(
  store: Store,
  plans: readonly BuildPlan[],
  formOf: () => TreeForm,
): Promise<RenewedMounts> {
  const specs = forcedMounts(plans);
  if (specs.length === 0) return () => false;
  const form = formOf();
  const empty = new Set(
    specs
      .filter(({ input }) => input === undefined)
      .map((spec) => cacheMountKey(spec, { seed: '', form })),
  );
  const seeded = new Set(specs.filter(({ input }) => input !== undefined).map(shownId));
  const isRenewed: RenewedMounts = ({ key, id }) => empty.has(key) || seeded.has(id);
  await store.cacheMounts.retire(isRenewed);
  return isRenewed;
}

function forcedMounts(plans: readonly BuildPlan[]): readonly CacheMount[] {
  const graph = mergeGraphs(plans.map((plan) => plan.graph));
  const targets = plans.map(({ target }) => target);
  return reachable(graph, targets)
    .filter(({ id }) => graph.info.get(id)?.ignoreCache === true)
    .flatMap(({ op }) => (op.kind === 'exec' ? op.mounts : []))
    .filter((mount): mount is CacheMount => mount.kind === 'cache');
}
