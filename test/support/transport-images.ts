/** Images of all kinds, to write to transports and read back. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import {
  type Blob,
  blobOf,
  bytesOf,
  type Collection,
  collect,
  type ImageSource,
  indexOf,
  rootOf,
} from '../../src/image/index.ts';
import {
  type Descriptor,
  digestOf,
  type Manifest,
  MEDIA_TYPES,
  type Platform,
  type RawManifest,
} from '../../src/oci/index.ts';
import { json, tarOfMembers } from './archives.ts';

export type LayerForm = 'plain' | 'gzip' | 'zstd';

const FORMS: Readonly<Record<LayerForm, readonly [string, (tar: Buffer) => Buffer]>> = {
  plain: [MEDIA_TYPES.ociLayer, (tar) => tar],
  gzip: [MEDIA_TYPES.ociLayerGzip, (tar) => gzipSync(tar)],
  zstd: [MEDIA_TYPES.ociLayerZstd, (tar) => zstdCompressSync(tar)],
};

export const AMD64: Platform = { os: 'linux', architecture: 'amd64' };
export const ARM64: Platform = { os: 'linux', architecture: 'arm64' };

export interface ImageSketch {
  readonly platform?: Platform;
  readonly layers?: readonly LayerForm[];
  readonly annotations?: Readonly<Record<string, string>>;
  /** Content that makes its files differ. */
  readonly text?: string;
}

/** An image with a layer of two files for each form. */
export function sketchImage({
  platform = AMD64,
  layers = ['gzip'],
  annotations,
  text = '',
}: ImageSketch = {}): Collection {
  const tars = layers.map((form, position) =>
    tarOfMembers([
      { path: `file-${position}`, content: `${form} ${text} ${platform.architecture}` },
      { path: `large-${position}`, content: Buffer.alloc(200_000, form) },
    ]),
  );
  const blobs = tars.map((tar, position) => {
    const [mediaType, compress] = FORMS[layers[position] ?? 'plain'];
    return namedBlob(mediaType, compress(tar));
  });
  const config = namedBlob(
    MEDIA_TYPES.ociConfig,
    json({ ...platform, rootfs: { type: 'layers', diff_ids: tars.map((tar) => digestOf(tar)) } }),
  );
  return imageOf(config, blobs, annotations === undefined ? {} : { annotations });
}

/** An attestation about an image, in BuildKit's form. */
export function attestation(about: RawManifest): Collection {
  const config = namedBlob(MEDIA_TYPES.ociConfig, json({ architecture: 'unknown', os: 'unknown' }));
  const statement = namedBlob(
    'application/vnd.in-toto+json',
    json({ of: about.descriptor.digest }),
  );
  const made = imageOf(config, [statement], {});
  const descriptor: Descriptor = {
    ...made.root.descriptor,
    platform: { os: 'unknown', architecture: 'unknown' },
    annotations: {
      'vnd.docker.reference.type': 'attestation-manifest',
      'vnd.docker.reference.digest': about.descriptor.digest,
    },
  };
  return { ...made, root: { ...made.root, descriptor } };
}

/** An index of images or further indexes, with their content. */
export function sketchIndex(parts: readonly (readonly [Collection, Platform?])[]): Collection {
  const entries = parts.map(([{ root }, platform]) => ({
    ...root.descriptor,
    ...(platform && { platform }),
  }));
  return {
    root: indexOf(entries),
    manifests: parts.flatMap(([{ root, manifests }]) => [...manifests, root]),
    blobs: parts.flatMap(([{ blobs }]) => blobs),
  };
}

/** All blobs of a source's root, by digest. */
export async function contentOf(source: ImageSource): Promise<Map<string, string>> {
  return bytesIn(await collect(source, rootOf(source), {}));
}

export async function bytesIn({
  root,
  manifests,
  blobs,
}: Collection): Promise<Map<string, string>> {
  const content = new Map<string, string>();
  for (const { descriptor, bytes } of [root, ...manifests]) {
    content.set(descriptor.digest, Buffer.from(bytes).toString('base64'));
  }
  for (const { descriptor, read } of blobs) {
    content.set(descriptor.digest, (await bytesOf(read())).toString('base64'));
  }
  return content;
}

function namedBlob(mediaType: string, bytes: Buffer): Blob {
  return blobOf({ mediaType, digest: digestOf(bytes), size: bytes.length }, bytes);
}

function imageOf(config: Blob, layers: readonly Blob[], more: Partial<Manifest>): Collection {
  const mediaType = MEDIA_TYPES.ociManifest;
  const bytes = json({
    ...{ schemaVersion: 2, mediaType, config: config.descriptor },
    layers: layers.map(({ descriptor }) => descriptor),
    ...more,
  });
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  return { root: { descriptor, bytes }, manifests: [], blobs: [...layers, config] };
}
