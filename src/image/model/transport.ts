/**
 * The interface of transports, which images come from and go to: a registry, an OCI layout, a Docker archive, the store. Each
 * is a folder with one reader, which opens an `ImageSource`, and one writer, an `ImageDestination`.
 */
import type { Descriptor, Digest, RawManifest } from '../../oci/index.ts';
import type { Blob } from './image.ts';

export interface ReadRequest {
  readonly signal?: AbortSignal | undefined;
}

/** How a manifest is asked for: what is known beside the digest is held against it. */
export type ManifestName = Pick<Descriptor, 'digest'> &
  Partial<Pick<Descriptor, 'mediaType' | 'size'>>;

/** What was opened; whoever opened it disposes of it. All that it gives is verified against its digest. */
export interface ImageSource extends AsyncDisposable {
  /** For messages. */
  readonly label: string;
  /**
   * What was asked for: a manifest or an index. Where no name was given, all that an archive or a layout lists, with
   * names as annotations.
   */
  readonly roots: readonly Descriptor[];
  /** @throws AppError when it is not there, or damaged */
  manifest(name: ManifestName, request?: ReadRequest): Promise<RawManifest>;
  /** The bytes of a blob; the stream fails at its end unless they are the promised ones. */
  blob(descriptor: Descriptor, request?: ReadRequest): AsyncIterable<Uint8Array>;
  hasBlob(digest: Digest, request?: ReadRequest): Promise<boolean>;
  /** Manifests whose `subject` is this one. */
  referrers(digest: Digest): Promise<readonly Descriptor[]>;
}

/** Takes what is named before what names it. Until `commit` names mean there what they meant before. */
export interface ImageDestination {
  /** Blobs that it takes at the same time. */
  readonly parallel: number;
  /** Keeps a blob unless it is there. A destination that is one stream reads it when it commits. */
  putBlob(blob: Blob): Promise<void>;
  /** A manifest or an index that others name, or that refers to another one. */
  putManifest(manifest: RawManifest): Promise<void>;
  /**
   * The end: what the destination means from now on. Where it holds several images, these are added to what it has,
   * with the names that are annotations of their descriptors.
   */
  commit(roots: readonly RawManifest[]): Promise<void>;
}
