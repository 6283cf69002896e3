/** Options and results of reading what is attached to images. */
import type { Digest } from '../oci/index.ts';
import type { StoreOptions } from './store-options.ts';

export interface ListAttestationsOptions extends StoreOptions {
  /** A name of any transport but the store, which keeps no attestations: `docker://NAME`, `oci:DIRECTORY`, … Without one: a registry. */
  readonly image: string;
}

/** A statement about an image. */
export interface AttachedStatement {
  /** Digest of the manifest of the image that it belongs to. */
  readonly image: Digest;
  /** `linux/amd64`, if the index says so. */
  readonly platform: string | undefined;
  /** A URI: `https://spdx.dev/Document`, `https://slsa.dev/provenance/v1`. */
  readonly predicateType: string;
  readonly predicate: unknown;
  /** Of the statement; its bytes match it. */
  readonly digest: Digest;
  readonly size: number;
  /** Whether the image is in the index, and the statement itself names it by its digest. */
  readonly isAboutImage: boolean;
}
