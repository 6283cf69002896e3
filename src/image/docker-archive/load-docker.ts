/**
 * Docker archives: `manifest.json` names for each image a config, its layers and its tags. Names of the files inside
 * differ from tool to tool (`<hex>.json`, `<id>/layer.tar`, `blobs/sha256/<hex>`) and mean nothing, except that
 * a config named after a digest must have it.
 */
import { type Digest, digestOf } from '../../oci/index.ts';
import { digestMismatch, missing, readSmall, requireSmall } from '../archive/archive-blobs.ts';
import { cleanName } from '../archive/archive-member-name.ts';
import type { ArchiveSource } from '../archive/archive-source.ts';
import type { LoadableImage } from '../loadable-image.ts';
import { archiveName } from '../references.ts';
import { type DockerImage, decodeDockerManifest } from './docker-manifest.ts';

/** @throws AppError ARCHIVE_… of all that is wrong with the archive but not with its layers */
export async function dockerImages(
  source: ArchiveSource,
  manifest: Uint8Array,
): Promise<LoadableImage[]> {
  const images: LoadableImage[] = [];
  for (const image of decodeDockerManifest(manifest)) images.push(await dockerImage(source, image));
  return images;
}

/** Full names of images by the digest of their config. */
export async function dockerTags(
  source: ArchiveSource,
  manifest: Uint8Array,
): Promise<Map<Digest, readonly string[]>> {
  const tags = new Map<Digest, readonly string[]>();
  for (const { config, repoTags } of decodeDockerManifest(manifest)) {
    const bytes = await readSmall(source, cleanName(config));
    if (bytes !== undefined) tags.set(digestOf(bytes), repoTags.map(archiveName));
  }
  return tags;
}

async function dockerImage(source: ArchiveSource, image: DockerImage): Promise<LoadableImage> {
  const configBytes = await requireSmall(source, cleanName(image.config));
  const promised = /(?:^|\/)([0-9a-f]{64})(?:\.json)?$/.exec(image.config)?.[1];
  if (promised !== undefined && digestOf(configBytes) !== `sha256:${promised}`) {
    throw digestMismatch(image.config);
  }
  const names = image.layers.map(cleanName);
  for (const name of names) {
    if ((await source.size(name)) === undefined) missing(source, name);
  }
  return {
    configBytes,
    layers: names.map((name) => ({ read: () => source.read(name) })),
    references: image.repoTags.map(archiveName),
  };
}
