/** What a build asked its cache and was told: what another build of the same would ask. */
import type { CacheRecords } from '../solver/index.ts';
import type { CacheRecord } from '../store/index.ts';

export interface NotedAnswers {
  /** By key; those whose layers can be had. */
  readonly answers: ReadonlyMap<string, CacheRecord>;
  /** Digests of files of results, by what they are remembered under. */
  readonly contents: ReadonlyMap<string, string>;
}

/** The same records, with every answer noted. */
export function noting(own: CacheRecords): NotedAnswers & { readonly records: CacheRecords } {
  const answers = new Map<string, CacheRecord>();
  const contents = new Map<string, string>();
  const { lock } = own;
  const records: CacheRecords = {
    ...own,
    async get(key) {
      const record = await own.get(key);
      if (record !== undefined && own.usable(record)) answers.set(key, record);
      return record;
    },
    put(key, record, settled) {
      answers.set(key, record);
      own.put(key, record, settled);
    },
    ...(lock && {
      lock: async (key, options) => {
        const held = await lock(key, options);
        if (held.found !== undefined) answers.set(key, held.found);
        return held;
      },
    }),
    async contentDigest(key) {
      const digest = await own.contentDigest(key);
      if (digest !== undefined) contents.set(key, digest);
      return digest;
    },
    putContentDigest(key, digest) {
      contents.set(key, digest);
      own.putContentDigest(key, digest);
    },
  };
  return { answers, contents, records };
}
