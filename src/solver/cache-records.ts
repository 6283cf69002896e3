/** What the solver asks of the cache. */
import type { VertexId } from '../graph/index.ts';
import type { CacheRecord } from '../store/index.ts';
import type { VertexResult } from './driver.ts';

/** At once, or later: caches of other machines have to be asked. */
export type MaybePromise<T> = T | Promise<T>;

/** Where results are found again. */
export interface CacheRecords {
  get(key: string): MaybePromise<CacheRecord | undefined>;
  /** @param settled called when other processes can see it */
  put(key: string, record: CacheRecord, settled?: () => void): void;
  /** Waits until no other process makes what the key stands for. */
  lock?(
    key: string,
    options: { readonly signal: AbortSignal; readonly onWait: () => void },
  ): Promise<KeyLock>;
  /** A digest remembered for some files of a result. */
  contentDigest(key: string): MaybePromise<string | undefined>;
  putContentDigest(key: string, digest: string): void;
  /** Whether a record's layers are all there. */
  usable(record: CacheRecord): boolean;
  /** What is known of a vertex under other keys than ours; absent where there is nothing to ask. */
  elsewhere?(id: VertexId): Promise<VertexResult | undefined>;
}

export interface KeyLock {
  /** What another process has put by now. */
  readonly found: CacheRecord | undefined;
  release(): void;
  /** Called when a record was put: if somebody waits, it is time to show it. */
  hurry(): void;
}
