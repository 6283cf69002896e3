/**
 * The interface of transports, which images come from and go to: a registry, an OCI layout, a Docker archive, the store. Each
 * is a folder with one reader, which opens an `ImageSource`, and one writer, an `ImageDestination`.
 */
import type { Descriptor, Digest, RawManifest } from '../../oci/index.ts';
import type { Blob, BlobReading } from './image.ts';

export interface ReadRequest extends BlobReading {
  readonly signal?: AbortSignal | undefined;
}

/** The wanted manifest: facts known beside the digest are checked too. */
export type ManifestName = Pick<Descriptor, 'digest'> &
  Partial<Pick<Descriptor, 'mediaType' | 'size'>>;

/** An opened source, which the opener disposes of. All that it returns is verified against its digest. */
export interface ImageSource extends AsyncDisposable {
  /** For messages. */
  readonly label: string;
  /**
   * The opened manifest or index. If no name was given, all that an archive or a layout lists, with names as
   * annotations.
   */
  readonly roots: readonly Descriptor[];
  /** @throws AppError when it does not exist, or is damaged */
  manifest(name: ManifestName, request?: ReadRequest): Promise<RawManifest>;
  /** The bytes of a blob; the stream fails at its end unless they match the descriptor. */
  blob(descriptor: Descriptor, request?: ReadRequest): AsyncIterable<Uint8Array>;
  hasBlob(digest: Digest, request?: ReadRequest): Promise<boolean>;
  /** Manifests whose `subject` is this one. */
  referrers(digest: Digest): Promise<readonly Descriptor[]>;
}

/** Takes blobs and manifests before those that refer to them. Names stay unchanged until `commit`. */
export interface ImageDestination {
  /** How many blobs it takes at the same time. */
  readonly parallel: number;
  /** Keeps a blob unless it exists. A destination that is one stream reads it when it commits. */
  putBlob(blob: Blob): Promise<void>;
  /** Keeps a manifest or an index that others refer to, or that refers to another one. */
  putManifest(manifest: RawManifest): Promise<void>;
  /**
   * Completes the destination. If it can hold several images, these are added to the existing ones, with the names that
   * are annotations of their descriptors.
   */
  commit(roots: readonly RawManifest[]): Promise<void>;
}
