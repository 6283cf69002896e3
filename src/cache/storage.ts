/** A storage backend for a build cache: a name in a transport, where an image could be too. */
import type { ImageDestination, ImageSource } from '../image/index.ts';
import type { BlobSource } from '../store/index.ts';

export interface CacheStorage {
  /** For messages: `registry host/repo:tag`. */
  readonly name: string;
  /** Where the store fetches the blobs when a layer is needed. */
  readonly source: BlobSource;
  /** @returns the document under the name; undefined when there is no cache yet */
  open(signal: AbortSignal | undefined): Promise<ImageSource | undefined>;
  /** Takes blobs, and at the commit one manifest that makes them the cache. */
  destination(signal: AbortSignal | undefined): Promise<ImageDestination>;
}
