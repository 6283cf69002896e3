/** An image from any transport: its documents, as bytes and parsed, and its lazy layers. */
import type {
  Descriptor,
  DiffId,
  ImageConfig,
  ImageIndex,
  Manifest,
  RawManifest,
  RunningDigest,
} from '../../oci/index.ts';

/** How bytes are read. */
export interface BlobReading {
  /** Whether a chunk may be valid only until the next one is requested, which saves memory. */
  readonly lend?: boolean | undefined;
  /** Of the bytes taken so far, if the reader computes it: then they are not hashed here too. */
  readonly digest?: RunningDigest | undefined;
}

/** A file that begins with the bytes of a blob, which were verified and have not changed since. */
export interface BlobFile {
  readonly path: string;
  readonly size: number;
}

/** Bytes with their descriptor. */
export interface Blob {
  readonly descriptor: Descriptor;
  /** Reads them from the start; the stream fails at its end unless they match the descriptor. */
  readonly read: (reading?: BlobReading) => AsyncIterable<Uint8Array>;
  /** A file to copy instead, if there is one now. */
  readonly file?: (() => BlobFile | undefined) | undefined;
}

/** A layer, known by its descriptor: nothing is fetched or made before it is read. */
export interface Layer extends Blob {
  /** Digest of the uncompressed tar in the blob. */
  readonly diffId: DiffId;
}

/** An image for one platform. Its `descriptor` and `bytes` are the manifest's. */
export interface Image extends RawManifest {
  readonly kind: 'image';
  readonly manifest: Manifest;
  readonly config: ImageConfig;
  /** Their digest is the image's id. */
  readonly configBytes: Uint8Array;
  /** Bottom first. */
  readonly layers: readonly Layer[];
}

/** Images for several platforms, attestations, further indexes. */
export interface Index extends RawManifest {
  readonly kind: 'index';
  readonly index: ImageIndex;
}

/** The config and the layers: all blobs of the manifest. */
export function blobsOf({ manifest, configBytes, layers }: Image): readonly Blob[] {
  return [...layers, blobOf(manifest.config, configBytes)];
}

/** Bytes in memory as a blob. */
export function blobOf(descriptor: Descriptor, bytes: Uint8Array): Blob {
  return {
    descriptor,
    async *read() {
      yield bytes;
    },
  };
}

/** For configs and other small documents. */
export async function bytesOf(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(Uint8Array.from(chunk));
  return Buffer.concat(chunks);
}
