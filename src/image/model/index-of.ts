/** Encodes indexes, and the manifests of images made here: the only code that makes such documents. */
import {
  canonicalJson,
  type Descriptor,
  decodeIndex,
  digestOf,
  type ImageIndex,
  type Manifest,
  MEDIA_TYPES,
  type RawManifest,
} from '../../oci/index.ts';
import type { Index } from './image.ts';

export interface IndexOptions {
  /** Default: OCI's. */
  readonly mediaType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** An index over manifests; the same descriptors give the same bytes. */
export function indexOf(
  manifests: readonly Descriptor[],
  { mediaType = MEDIA_TYPES.ociIndex, annotations }: IndexOptions = {},
): Index {
  const index: ImageIndex = {
    ...{ schemaVersion: 2, mediaType, manifests },
    ...(isEmpty(annotations) ? {} : { annotations }),
  };
  return { kind: 'index', index, ...rawManifest(index) };
}

/** Reads an index from elsewhere. @throws AppError OCI_DOCUMENT_INVALID */
export function decodedIndex({ descriptor, bytes }: RawManifest): Index {
  return { kind: 'index', descriptor, bytes, index: decodeIndex(bytes, descriptor.mediaType) };
}

/** An OCI manifest; the same descriptors give the same bytes. */
export function manifestOf(config: Descriptor, layers: readonly Descriptor[]): RawManifest {
  return rawManifest({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest, config, layers });
}

/** The bytes of a manifest or an index, and their descriptor. */
export function rawManifest(document: Manifest | ImageIndex): RawManifest {
  const bytes = canonicalJson(document);
  const { mediaType } = document;
  return { descriptor: { mediaType, digest: digestOf(bytes), size: bytes.length }, bytes };
}

export function isEmpty(annotations: Readonly<Record<string, string>> | undefined): boolean {
  return annotations === undefined || Object.keys(annotations).length === 0;
}
