/** The cache, as the solver uses it. */
import type { VertexId } from '../graph/index.ts';
import type { CacheRecord } from '../store/index.ts';
import type { VertexResult } from './driver.ts';

/** Synchronous or not: caches of other machines take time. */
export type MaybePromise<T> = T | Promise<T>;

/** Stores results for later builds. */
export interface CacheRecords {
  get(key: string): MaybePromise<CacheRecord | undefined>;
  /** @param settled called when other processes can see it */
  put(key: string, record: CacheRecord, settled?: () => void): void;
  /** Waits until no other process makes the result of the key. */
  lock?(
    key: string,
    options: { readonly signal: AbortSignal; readonly onWait: () => void },
  ): Promise<KeyLock>;
  /** A digest remembered for some files of a result. */
  contentDigest(key: string): MaybePromise<string | undefined>;
  putContentDigest(key: string, digest: string): void;
  /** Whether a record's layers are all there. */
  usable(record: CacheRecord): boolean;
  /** The result of a vertex under keys other than ours; absent if there are no such caches. */
  elsewhere?(id: VertexId): Promise<VertexResult | undefined>;
}

export interface KeyLock {
  /** The record that another process has put by now. */
  readonly found: CacheRecord | undefined;
  release(): void;
  /** Called when a record was put: makes it visible at once if another process waits. */
  hurry(): void;
}
