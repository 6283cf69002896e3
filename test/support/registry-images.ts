/** Small images for registries: arbitrary blobs, and a manifest of them. */
import {
  type Descriptor,
  digestOf,
  MEDIA_TYPES,
  type RawManifest,
  type Reference,
} from '../../src/oci/index.ts';
import type { Registries, Repository } from '../../src/registry/index.ts';

export interface TestImage {
  /** The config first. */
  readonly blobs: readonly Uint8Array[];
  readonly manifest: RawManifest;
}

export function blobOf(bytes: Uint8Array, mediaType: string = MEDIA_TYPES.ociLayer): Descriptor {
  return { mediaType, digest: digestOf(bytes), size: bytes.length };
}

/** @param more further members of the manifest */
export function imageOf(
  layers: readonly Uint8Array[],
  more: Readonly<Record<string, unknown>> = {},
): TestImage {
  const config = Buffer.from(
    JSON.stringify({
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => digestOf(layer)) },
    }),
  );
  return {
    blobs: [config, ...layers],
    manifest: documentOf(MEDIA_TYPES.ociManifest, {
      config: blobOf(config, MEDIA_TYPES.ociConfig),
      layers: layers.map((layer) => blobOf(layer)),
      ...more,
    }),
  };
}

export function indexOf(manifests: readonly RawManifest[]): RawManifest {
  return documentOf(MEDIA_TYPES.ociIndex, {
    manifests: manifests.map(({ descriptor }) => descriptor),
  });
}

function documentOf(mediaType: string, members: Readonly<Record<string, unknown>>): RawManifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...members }));
  return { bytes, descriptor: blobOf(bytes, mediaType) };
}

/** A reader for `pushBlob`. */
export function readerOf(bytes: Uint8Array, piece = 64 * 1024) {
  return async function* (offset: number): AsyncGenerator<Uint8Array> {
    for (let at = offset; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  };
}

export async function pushImage(
  registries: Registries,
  reference: Reference,
  { blobs, manifest }: TestImage,
): Promise<void> {
  await Promise.all(
    blobs.map((bytes) => registries.pushBlob(reference, blobOf(bytes), { read: readerOf(bytes) })),
  );
  await registries.pushManifest(reference, manifest);
}

export async function pullBlob(
  registries: Registries,
  repository: Repository,
  descriptor: Descriptor,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of registries.blob(repository, descriptor)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
