/** Where a build cache is kept: under a name of a transport, in the place of an image. */
import type { ImageDestination, ImageSource } from '../image/index.ts';
import type { BlobSource } from '../store/index.ts';

export interface CacheStorage {
  /** For messages: `registry host/repo:tag`. */
  readonly name: string;
  /** Where the store finds the blobs again when a layer is needed. */
  readonly source: BlobSource;
  /** @returns what the name means; undefined when there is no cache yet */
  open(signal: AbortSignal | undefined): Promise<ImageSource | undefined>;
  /** Takes blobs, and at the commit one manifest that makes them the cache. */
  destination(signal: AbortSignal | undefined): Promise<ImageDestination>;
}
