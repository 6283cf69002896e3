/**
 * Types of the persistent state, which is in one directory:
 *
 *     blobs/sha256/<hex>     verified bytes: image configs, manifests, compressed layers
 *     layers/<layerId>/      index, and the forms the layer has: tree/, layer.tar, layer.erofs
 *     mounts/<key>/          cache mounts of RUN steps
 *     locks/                 held while a lazy layer is being fetched
 *     tmp/                   temporary files; the next prune removes those that no live process holds
 *     db/                    SQLite: metadata, images, cache records
 *     builds/                what past builds did, and the lists of files they used
 *
 * A record is written after what it names; files appear by rename. The directory has mode 0700.
 */
import type { Warning } from '../errors.ts';
import type { Descriptor, DiffId, Digest, Reference, RunningDigest } from '../oci/index.ts';
import type { TreeForm } from '../system/index.ts';

/** Names a layer in one store: 32 hex digits. Not a content digest. */
export type LayerId = string & { readonly __brand: 'LayerId' };

export interface LayerMeta {
  readonly id: LayerId;
  /** The forms that exist. Every layer that is not lazy has an index and at least one of these. */
  readonly tree: boolean;
  readonly tar: boolean;
  /** How owners and opaque directories are stored in the tree; undefined: as root creates trees. */
  readonly treeForm?: TreeForm | undefined;
  /** Set while the layer is not in the store yet: it has no directory, and `size` and `files` are unknown, given as 0. */
  readonly lazy?: LazyLayer | undefined;
  /** Bytes of file content. */
  readonly size: number;
  readonly files: number;
  /** Milliseconds since the epoch. */
  readonly created: number;
  /**
   * How SOURCE_DATE_EPOCH affects times: `set` for layers whose times are not part of the request (COPY, WORKDIR),
   * `clamp` for files made by a process, `keep` for layers of base images.
   */
  readonly times: 'set' | 'clamp' | 'keep';
}

/** A layer as the database keeps it: older versions of lamina read the same member names. */
export type LayerRow = Omit<LayerMeta, 'lazy'> & { readonly promise?: LazyLayer | undefined };

/**
 * A layer known by its descriptor, fetched when something opens it. Images may consist of such layers; a build that
 * finds every result in the cache never fetches them. Fetching keeps the layer's id.
 */
export interface LazyLayer {
  readonly diffId: DiffId;
  /** The layer's blob. */
  readonly descriptor: Pick<Descriptor, 'mediaType' | 'digest' | 'size' | 'urls' | 'annotations'>;
  /** Sources of the blob, tried in order. */
  readonly sources: readonly BlobSource[];
  /** A step made it for a cache: if no source has it any more, the step can run instead. */
  readonly isOfStep?: boolean | undefined;
}

/** A repository, directory or object store that has a blob. */
export type BlobSource =
  | ({ readonly kind: 'registry' } & Pick<Reference, 'registry' | 'repository'>)
  /** An OCI layout directory of this machine; an absolute path. */
  | { readonly kind: 'layout'; readonly directory: string }
  /** Objects of a cache. Nothing in it is secret. */
  | {
      readonly kind: 'objects';
      readonly type: 's3' | 'azblob' | 'gha';
      readonly attrs: Readonly<Record<string, string>>;
    };

/** Fetches lazy layers. */
export interface LayerProvider extends Partial<AsyncDisposable> {
  /**
   * The bytes of a lazy layer's blob, from the first of its sources that has it. The stream fails at its end unless
   * they match the descriptor.
   */
  fetch(lazy: LazyLayer, request: FetchRequest): AsyncIterable<Uint8Array>;
}

export interface FetchRequest {
  readonly signal?: AbortSignal | undefined;
  /** Whether a chunk may be valid only until the next one is requested. */
  readonly lend?: boolean | undefined;
  /** Of the chunks taken so far, if the reader computes it: then the provider need not. */
  readonly digest?: RunningDigest | undefined;
}

/** A layer of an image. With an epoch, its times are rewritten when it is packed as a tar. */
export interface ImageLayer {
  readonly id: LayerId;
  readonly diffId: DiffId;
  /** Seconds since the epoch; undefined: keep the times. */
  readonly epoch: number | undefined;
  /** Bytes of file content; of its blob, if the layer was lazy when the image was recorded. */
  readonly size: number;
}

/** An image in the local store; its id is the digest of its config. */
export interface ImageRecord {
  readonly id: Digest;
  readonly manifestDigest: Digest;
  readonly layers: readonly ImageLayer[];
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | undefined;
  readonly 'os.version'?: string | undefined;
  readonly 'os.features'?: readonly string[] | undefined;
  /** Sum of the layers' `size`. For the current knowledge see `sizeOfImage` of `export/`. */
  readonly size: number;
}

/** The result of a vertex, stored under its cache key. */
export interface CacheRecord {
  /** Bottom first. */
  readonly layers: readonly LayerId[];
  /** The layer that this vertex added, if any. */
  readonly ownLayer: LayerId | undefined;
  /**
   * The key that dependents use in their cache keys; equal to the record's key, unless a forced rerun produced other
   * bytes.
   */
  readonly outputKey: string;
  /** Milliseconds since the epoch at which the step ended: the `created` of its history entry. */
  readonly created: number;
  readonly addedBytes: number;
  /** For `builder prune` and `why`: the step's name. */
  readonly description: string;
  /** The step's warnings, shown again on each cache hit, at the location of the step in that Dockerfile. */
  readonly warnings?: readonly StepWarning[] | undefined;
}

export type StepWarning = Omit<Warning, 'location'>;
