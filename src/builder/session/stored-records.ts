/** The store's records behind the solver's interface. */
import type { CacheRecords } from '../../solver/index.ts';
import type { LayerId, Store } from '../../store/index.ts';

/** Facts kind: digests of some files of a result, under the result's output key and a selector. */
const CONTENT_FACT = 'content-digest';

/** @param withoutLazySteps ignore results whose step layers are lazy: they could not be fetched */
export function cacheRecords(store: Store, withoutLazySteps = false): CacheRecords {
  const canBeUsed = (id: LayerId): boolean => {
    const layer = store.layers.get(id);
    return layer !== undefined && !(withoutLazySteps && layer.lazy?.isOfStep === true);
  };
  return {
    get: (key) => store.records.get(key),
    put: (key, record, settled) => store.records.put(key, record, settled),
    lock: async (key, options) => {
      const lock = await store.lockStep(key, options);
      return {
        found: store.records.get(key),
        release: () => lock.release(),
        // Otherwise others see it with the next batch of writes.
        hurry: () => {
          if (lock.isWanted()) store.flush().catch(() => undefined);
        },
      };
    },
    contentDigest: (key) => store.facts.get<string>(CONTENT_FACT, key),
    putContentDigest: (key, digest) => store.facts.put(CONTENT_FACT, key, digest),
    usable: (record) => record.layers.every(canBeUsed),
  };
}
