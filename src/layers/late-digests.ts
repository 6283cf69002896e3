/** Entries of a layer index whose content another thread still hashes. */
import { unlessAborted } from '../concurrency/index.ts';
import type { ContentDigest } from '../files/index.ts';
import type { AddedEntry, IndexEncoder } from './index-encoder.ts';
import type { StoredContent } from './layer-item.ts';

export interface LateDigest {
  /** Number of the item that the file was. */
  readonly item: number;
  readonly size: number;
  readonly record: AddedEntry;
  readonly digest: Promise<ContentDigest>;
}

/** In the index, until the digest is known. */
export const NO_DIGEST = `sha512-256:${'0'.repeat(64)}` as ContentDigest;

export class LateDigests {
  readonly #index: IndexEncoder;
  #waiting: LateDigest[] = [];

  constructor(index: IndexEncoder) {
    this.#index = index;
  }

  get length(): number {
    return this.#waiting.length;
  }

  add(late: LateDigest): void {
    this.#waiting.push(late);
  }

  /**
   * Puts all of them into the index.
   * @throws the signal's reason; the failure of the thread
   */
  async settle(
    onStored: ((item: number, stored: StoredContent) => void) | undefined,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    for (const { item, size, record, digest: promise } of this.#waiting.splice(0)) {
      const digest = await unlessAborted(promise, signal);
      this.#index.setDigest(record, digest);
      onStored?.(item, { digest, size });
    }
  }
}
