/** Where a build cache is kept. Small on purpose: whatever keeps blobs and one named document can be one. */
import type { Blob } from '../image/index.ts';
import type { Descriptor } from '../oci/index.ts';
import type { BlobSource } from '../store/index.ts';

export interface ManifestBytes {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

export interface CacheStorage {
  /** For messages: `registry host/repo:tag`. */
  readonly name: string;
  /** Where the store finds the blobs again when a layer is needed. */
  readonly source: BlobSource;
  /** @returns undefined when there is no cache yet */
  readManifest(signal: AbortSignal | undefined): Promise<ManifestBytes | undefined>;
  /** The bytes of a blob, verified: for configs. */
  readBlob(descriptor: Descriptor, signal: AbortSignal | undefined): Promise<Uint8Array>;
  /** Keeps a blob unless it is there. */
  writeBlob(blob: Blob, signal: AbortSignal | undefined): Promise<void>;
  /** Makes what was written the cache, after all its blobs. */
  writeManifest(manifest: ManifestBytes, signal: AbortSignal | undefined): Promise<Descriptor>;
}
