/**
 * The archive of `docker save` as a source of images: `manifest.json` names for each image a config, its layers and its
 * tags. Names of the files inside differ from tool to tool (`<hex>.json`, `<id>/layer.tar`, `blobs/sha256/<hex>`) and
 * have no meaning, except that a config named after a digest must have it. Such an archive has no manifests: each image
 * gets one that names its layers uncompressed.
 */
import { decompress, detectCompression, MAGIC_SIZE, ownChunks } from '../../archive/index.ts';
import { AppError } from '../../errors.ts';
import {
  type Descriptor,
  type DiffId,
  type Digest,
  decodeImageConfig,
  digestOf,
  MEDIA_TYPES,
  type RawManifest,
} from '../../oci/index.ts';
import { digestMismatch, missing, readSmall, requireSmall } from '../archive/archive-blobs.ts';
import { cleanName } from '../archive/archive-member-name.ts';
import {
  type ArchiveReader,
  type OpenArchiveOptions,
  openArchive,
} from '../archive/archive-reader.ts';
import { manifestOf } from '../model/index-of.ts';
import { archiveName, namedAs } from '../model/references.ts';
import type { ImageSource } from '../model/transport.ts';
import { layoutSource } from '../oci-layout/layout-source.ts';
import { type DockerImage, decodeDockerManifest } from './docker-manifest.ts';
import { earlyImages } from './early-archive.ts';
import { verifiedTar } from './verified-tar.ts';

/**
 * Opens an archive; its roots are all that it lists. Since Docker 25 it is an OCI layout, too, which is read where there is no
 * `manifest.json`; one of Docker before 1.10 has neither.
 *
 * @throws AppError ARCHIVE_…
 */
export async function openDockerArchive(
  source: string | AsyncIterable<Uint8Array>,
  options: OpenArchiveOptions,
): Promise<ImageSource> {
  const archive = await openArchive(source, options);
  try {
    const manifest = await readSmall(archive, 'manifest.json');
    if (manifest !== undefined) return await dockerArchiveSource(archive, manifest);
    const index = await readSmall(archive, 'index.json');
    if (index !== undefined) return layoutSource(archive, index);
    const early = await earlyImages(archive);
    if (early === undefined) throw noDockerArchive(archive.label);
    return await sourceOf(archive, early);
  } catch (error) {
    await archive[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * @param archive disposed of with the source
 * @param manifest the bytes of its `manifest.json`
 * @throws AppError ARCHIVE_… for all faults of the archive except those of its layers
 */
export async function dockerArchiveSource(
  archive: ArchiveReader,
  manifest: Uint8Array,
): Promise<ImageSource> {
  const images: GivenImage[] = [];
  for (const image of decodeDockerManifest(manifest)) {
    images.push({ ...image, configBytes: await configOf(archive, image) });
  }
  return sourceOf(archive, images);
}

type GivenImage = Pick<DockerImage, 'layers' | 'repoTags'> & {
  readonly configBytes: Uint8Array;
};

async function sourceOf(
  archive: ArchiveReader,
  images: readonly GivenImage[],
): Promise<ImageSource> {
  const found = new Map<Digest, Found>();
  const roots: Descriptor[] = [];
  for (const image of images) {
    const one = await readImageOf(archive, image);
    const { descriptor } = one.manifest;
    found.set(descriptor.digest, one);
    roots.push(...namedRoots(descriptor, image));
  }
  const all = [...found.values()];
  const layers = new Map(all.flatMap((one) => [...one.layers]));
  const configs = new Map(all.map(({ configBytes }) => [digestOf(configBytes), configBytes]));
  return {
    label: archive.label,
    roots,
    manifest: async ({ digest }) => found.get(digest)?.manifest ?? missing(archive, digest),
    async *blob({ digest }, reading) {
      const config = configs.get(digest);
      const layer = layers.get(digest);
      if (config !== undefined) yield config;
      else if (layer === undefined) missing(archive, digest);
      else {
        const tar = verifiedTar(decompress(archive.read(layer, reading)), digest, reading);
        yield* reading?.lend === true ? tar : ownChunks(tar);
      }
    },
    hasBlob: async (digest) => configs.has(digest) || layers.has(digest),
    referrers: async () => [],
    [Symbol.asyncDispose]: () => archive[Symbol.asyncDispose](),
  };
}

/** Full names of images by the digest of their config. */
export async function dockerTags(
  archive: ArchiveReader,
  manifest: Uint8Array,
): Promise<Map<Digest, readonly string[]>> {
  const tags = new Map<Digest, readonly string[]>();
  for (const { config, repoTags } of decodeDockerManifest(manifest)) {
    const bytes = await readSmall(archive, cleanName(config));
    if (bytes !== undefined) tags.set(digestOf(bytes), repoTags.map(archiveName));
  }
  return tags;
}

interface Found {
  readonly manifest: RawManifest;
  readonly configBytes: Uint8Array;
  /** Diff id → file. */
  readonly layers: ReadonlyMap<Digest, string>;
}

async function configOf(archive: ArchiveReader, { config }: DockerImage): Promise<Uint8Array> {
  const bytes = await requireSmall(archive, cleanName(config));
  const named = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(config)?.[1];
  if (named !== undefined && digestOf(bytes) !== `sha256:${named}`) throw digestMismatch(config);
  return bytes;
}

async function readImageOf(
  archive: ArchiveReader,
  { configBytes, ...image }: GivenImage,
): Promise<Found> {
  const digest = digestOf(configBytes);
  const { diff_ids: diffIds } = decodeImageConfig(configBytes).rootfs;
  const names = image.layers.map(cleanName);
  if (names.length !== diffIds.length) throw wrongCount(names.length, diffIds.length);
  const blobs: Descriptor[] = [];
  const layers = new Map<Digest, string>();
  for (const [position, name] of names.entries()) {
    const diffId = diffIds[position] as DiffId;
    const size = await tarSize(archive, name);
    blobs.push({ mediaType: MEDIA_TYPES.ociLayer, digest: diffId, size });
    layers.set(diffId, name);
  }
  const config = { mediaType: MEDIA_TYPES.ociConfig, digest, size: configBytes.length };
  return { manifest: manifestOf(config, blobs), configBytes, layers };
}

/** Bytes of a layer's tar; whether it is compressed is known only when it is unpacked. */
async function tarSize(archive: ArchiveReader, name: string): Promise<number> {
  const size = (await archive.size(name)) ?? missing(archive, name);
  if (!(await isCompressed(archive, name))) return size;
  const budget = archive.budget();
  let unpacked = 0;
  for await (const chunk of decompress(archive.read(name))) {
    budget.take(chunk.length);
    unpacked += chunk.length;
  }
  return unpacked;
}

async function isCompressed(archive: ArchiveReader, name: string): Promise<boolean> {
  for await (const chunk of archive.read(name)) {
    return detectCompression(chunk.subarray(0, MAGIC_SIZE)) !== undefined;
  }
  return false;
}

/** An image with several names is listed once for each. */
function namedRoots(root: Descriptor, { repoTags }: GivenImage): readonly Descriptor[] {
  if (repoTags.length === 0) return [root];
  return repoTags.map((tag) => namedAs(root, archiveName(tag)));
}

function wrongCount(layers: number, named: number): AppError {
  return new AppError(
    'IMAGE_LAYER_COUNT',
    `the image has ${layers} layers, but its config names ${named}`,
    { hint: 'it is damaged, or a faulty tool made it; create it again' },
  );
}

function noDockerArchive(label: string): AppError {
  return new AppError(
    'ARCHIVE_NO_IMAGE',
    `${label} is not a Docker archive: it has no manifest.json`,
    { hint: 'create it again with `docker save` or `lamina save`' },
  );
}
