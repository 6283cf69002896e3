/** Options and results of calls on images of the store. */
import type { FilesComparison, ImageComparison } from '../analysis/index.ts';
import type { Destination } from '../destination/index.ts';
import type { ImageInspect } from '../export/index.ts';
import type { Digest, Platform } from '../oci/index.ts';
import type { Emit } from '../progress/index.ts';
import type { StoreOptions } from './store-options.ts';

/** One image in the store. */
export interface ImageSummary {
  readonly id: Digest;
  readonly manifestDigest: Digest;
  /** Short forms as Docker shows them: `alpine:3.20`, `example.com/a:b`. Empty: the image is dangling. */
  readonly references: readonly string[];
  /** Milliseconds since the epoch; undefined if the image does not say. */
  readonly created: number | undefined;
  /** Bytes of file content of all layers; undefined until all of them are downloaded. */
  readonly size: number | undefined;
  /** Bytes of all layers as a registry or an archive has them; undefined if one of them was built here. */
  readonly compressedSize: number | undefined;
  readonly platform: Platform;
  readonly labels: Readonly<Record<string, string>>;
}

/** Two images of any transport, and how they are compared. */
export interface CompareImagesOptions extends StoreOptions {
  /**
   * Each a reference, an id or the beginning of an id in the store, the id of a build on record, or `docker://NAME`,
   * `oci:DIRECTORY[:TAG]`, `oci-archive:FILE[:TAG]`, `docker-archive:FILE[:NAME]`, `docker-daemon:NAME`.
   */
  readonly a: string;
  readonly b: string;
  /** `os/arch[/variant]`; undefined: of an index the image that is best for this machine. */
  readonly platform?: string | undefined;
  /** Layer by layer, including times; else the file systems as containers see them. */
  readonly layers?: boolean | undefined;
}

/** How two images differ, layer by layer or file by file. */
export type CompareImagesResult =
  | { readonly kind: 'layers'; readonly comparison: ImageComparison }
  | { readonly kind: 'files'; readonly comparison: FilesComparison };

/** An image and its new name. */
export interface TagOptions extends StoreOptions {
  /** Reference, id or the beginning of an id. */
  readonly source: string;
  readonly target: string;
}

/** What to remove. */
export interface RemoveImageOptions extends StoreOptions {
  /** Reference, id or the beginning of an id. */
  readonly image: string;
  /** Remove an id that has several references. */
  readonly force?: boolean | undefined;
}

/** The names and images that were removed. */
export interface RemoveImageResult {
  readonly untagged: readonly string[];
  readonly deleted: readonly Digest[];
}

/** Images, and the archive to write them to. */
export interface SaveImagesOptions extends StoreOptions {
  readonly images: readonly string[];
  /** `docker`: the archive of `docker save`, which is an OCI layout at the same time. */
  readonly format?: 'docker' | 'oci' | undefined;
  /** A file at a path appears complete or not at all. */
  readonly destination: Destination;
  readonly onEvent?: Emit | undefined;
}

/** Where to load images from. */
export interface LoadImagesOptions extends StoreOptions {
  /** Path of an archive or of an OCI layout directory, or the archive's bytes. */
  readonly source: string | AsyncIterable<Uint8Array>;
  readonly onEvent?: Emit | undefined;
}

/** The images of an archive or a layout. */
export interface LoadImagesResult {
  readonly images: readonly { readonly id: Digest; readonly references: readonly string[] }[];
}

/** A root file system, and the config of its image. */
export interface ImportImageOptions extends StoreOptions {
  /** A tar of a root file system, compressed or not: its path, an HTTP(S) URL, or its bytes. */
  readonly source: string | AsyncIterable<Uint8Array>;
  /** A tag is added if it has none; undefined: the image has no name. */
  readonly reference?: string | undefined;
  /** `os/arch[/variant]`; undefined: the host's. */
  readonly platform?: string | undefined;
  /** Instructions that change the config: `CMD ["/bin/sh"]`. */
  readonly changes?: readonly string[] | undefined;
  /** Comment in the history; undefined: the source of the image. */
  readonly message?: string | undefined;
  /** Seconds: the time of the image. */
  readonly sourceDateEpoch?: number | undefined;
}

/** The new image. */
export interface ImportImageResult {
  readonly imageId: Digest;
}

/** An image, and the destination of its files. */
export interface ExportImageOptions extends StoreOptions {
  /** Reference, id or the beginning of an id. */
  readonly image: string;
  /** Receives a tar of the image's files; a file at a path appears complete or not at all. */
  readonly destination: Destination;
}

/** The images to describe. */
export interface InspectImagesOptions extends StoreOptions {
  readonly images: readonly string[];
}

/** Descriptions of images. */
export interface InspectImagesResult {
  /** In the requested order. */
  readonly images: readonly ImageInspect[];
  /** Those of `images` that the store lacks. */
  readonly missing: readonly string[];
}

/** The image to describe. */
export interface ImageHistoryOptions extends StoreOptions {
  /** As in `ReportImageOptions`. */
  readonly image: string;
  /** `os/arch[/variant]`; undefined: of an index the image that is best for this machine. */
  readonly platform?: string | undefined;
  /** Read the layers and the records of builds, for `HistoryRow.layer`. The layers of an image outside of the store are always read. */
  readonly details?: boolean | undefined;
}

/** The base image to create. */
export interface MakeBaseOptions extends StoreOptions {
  /** `debian:bookworm-slim`, … */
  readonly name: string;
  /** Reference to store it under; undefined: `name`. */
  readonly tag?: string | undefined;
  /** `os/arch[/variant]`; undefined: the host's. */
  readonly platform?: string | undefined;
  /** Package mirror; undefined: the mirror that the host is configured with. */
  readonly mirror?: string | undefined;
  /** Create it even if the store has it. */
  readonly force?: boolean | undefined;
  readonly sourceDateEpoch?: number | undefined;
  readonly onEvent?: Emit | undefined;
}

/** The base image, new or existing. */
export interface MakeBaseResult {
  readonly imageId: Digest;
  readonly reference: string;
  readonly size: number;
  /** The store already had it. */
  readonly existed: boolean;
}

/** What to remove; without any option, only content that nothing refers to. */
export interface PruneOptions extends StoreOptions {
  /** `unused`: cache no image needs and no build used lately; `all`: every cache record. Undefined: none. */
  readonly cache?: 'unused' | 'all' | undefined;
  /** Milliseconds: keep cache that was used within this time. Times of use are stored to the day. */
  readonly unusedFor?: number | undefined;
  /** Bytes of cache to keep; the least recently used is removed first. */
  readonly keepBytes?: number | undefined;
  /** Bytes of free disk space to reach: no more cache is removed than that needs. */
  readonly minFreeBytes?: number | undefined;
  /** `dangling`: images without a reference; `all`: every image. Undefined: none. */
  readonly images?: 'dangling' | 'all' | undefined;
  /** Restricts the removal to these images; undefined: all of them. */
  readonly imageFilter?: ((image: ImageSummary) => boolean) | undefined;
}

/** What was removed. */
export interface PruneResult {
  readonly removed: readonly {
    readonly id: string;
    readonly description: string;
    readonly bytes: number;
  }[];
  readonly reclaimedBytes: number;
}

/** Limits of the cache. Those that are not given are as in BuildKit. */
export interface CollectOptions extends StoreOptions {
  /** Bytes on the disk that the cache may take. Default: 100 GB, and no more than 80 % of the disk. */
  readonly maxBytes?: number | undefined;
  /** Bytes of cache to keep even if the disk is full. Default: 10 GB, and no more than 10 % of the disk. */
  readonly reservedBytes?: number | undefined;
  /** Bytes of the disk to leave free. Default: 20 %. */
  readonly minFreeBytes?: number | undefined;
  /** Milliseconds: cache that was not used for so long goes. Default: 60 days. */
  readonly maxAgeMs?: number | undefined;
}

/** What was collected. */
export interface CollectResult {
  readonly reclaimedBytes: number;
}

/** The lists of `system df -v`. */
export interface DiskUsageDetails {
  readonly images: readonly ImageUsage[];
  readonly cache: readonly CacheUsage[];
}

/** An image, and the size that it shares. */
export interface ImageUsage extends ImageSummary {
  /** Bytes of the layers that other images have too. */
  readonly sharedBytes: number;
}

/** A step's result, or a cache mount. */
export interface CacheUsage {
  /** Key of the record or mount. */
  readonly id: string;
  readonly kind: 'step' | 'cache mount';
  readonly description: string;
  readonly bytes: number;
  /** Milliseconds since the epoch. */
  readonly created: number | undefined;
  /** To the day. */
  readonly lastUsed: number | undefined;
  /** An image has the layer, or a step uses the mount. */
  readonly inUse: boolean;
}

/** A row of `system df`. */
export interface DiskUsageRow {
  /** `Other`: the database, records of builds, and what nothing needs any more. */
  readonly type: 'Images' | 'Containers' | 'Local Volumes' | 'Build Cache' | 'Other';
  readonly total: number;
  readonly active: number;
  /** On the disk. A layer of an image and of a step counts for the image. */
  readonly bytes: number;
  /** What `image prune`, `builder prune -a` or, of `Other`, any prune frees. */
  readonly reclaimableBytes: number;
}
