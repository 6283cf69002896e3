/** `load`: loads image archives of all common tools into the store. */
import { AppError } from '../errors.ts';
import {
  type Digest,
  digestOf,
  hostPlatform,
  type Platform,
  platformMatches,
  selectPlatform,
} from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { readSmall } from './archive/archive-blobs.ts';
import { type ArchiveReader, openArchive } from './archive/archive-reader.ts';
import { dockerArchiveSource, dockerTags } from './docker-archive/docker-archive-source.ts';
import { allImagesIn, type FoundImage, imagesIn, noPlatform } from './images-in.ts';
import type { Progress } from './model/progress.ts';
import { layoutSource } from './oci-layout/layout-source.ts';
import { archiveOptionsOf } from './store/archive-options.ts';
import { importImage } from './store/import-image.ts';

export interface LoadOptions {
  /**
   * Which image of a multi-platform one; undefined: the host's, and a single image for another platform is accepted.
   */
  readonly platform?: Platform | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LoadedImage {
  readonly id: Digest;
  /** Full names from the archive, which it now has in the store. */
  readonly references: readonly string[];
}

/**
 * Loads the images of a Docker archive (of Docker, Podman, Skopeo, Buildah, BuildKit), an OCI archive or an OCI
 * layout directory; archives may be compressed. A stream is first copied to the store's temporary directory.
 *
 * @param source a path, or the archive's bytes
 * @throws AppError ARCHIVE_… and IMAGE_… for what is wrong with the archive; no image is loaded then
 */
export async function loadArchive(
  store: Store,
  source: string | AsyncIterable<Uint8Array>,
  options: LoadOptions = {},
): Promise<LoadedImage[]> {
  await using archive = await openArchive(source, archiveOptionsOf(store, options.signal));
  const { images, keepTars } = await findImages(archive, options);
  const records: ImageRecord[] = [];
  for (const { image } of images) {
    records.push(await importImage(store, image, { ...options, keepTars }));
  }
  // All images or none: they are drafts until here.
  for (const [position, record] of records.entries()) {
    store.images.put(record);
    for (const reference of images[position]?.references ?? []) {
      store.images.tag(record.id, reference);
    }
  }
  await store.flush();
  return records.map(({ id }, position) => ({
    id,
    references: images[position]?.references ?? [],
  }));
}

interface Found {
  readonly images: readonly FoundImage[];
  /**
   * Only Docker's own list shows the difference: `docker save` writes layers uncompressed that its registry compresses.
   */
  readonly keepTars: boolean;
}

async function findImages(
  archive: ArchiveReader,
  { platform, signal }: LoadOptions,
): Promise<Found> {
  const [layout, index, manifest] = await Promise.all(
    ['oci-layout', 'index.json', 'manifest.json'].map((name) => readSmall(archive, name)),
  );
  if (index === undefined || (layout === undefined && manifest !== undefined)) {
    await refuseDirectoryTransport(archive);
    if (manifest === undefined) return nothing(archive);
    const docker = await allImagesIn(await dockerArchiveSource(archive, manifest), { signal });
    if (docker.length === 0) nothing(archive);
    const images = platform === undefined ? docker : ofPlatform(docker, platform);
    return { images, keepTars: false };
  }
  const images = await imagesIn(layoutSource(archive, index), {
    platform: platform ?? hostPlatform(),
    explicit: platform !== undefined,
    signal,
  });
  if (images.length === 0) nothing(archive);
  if (manifest === undefined) return { images, keepTars: true };
  // An archive that is both OCI and Docker may have names in only one of the two.
  const tags = await dockerTags(archive, manifest);
  const named = images.map(({ image, references }) => {
    const names = tags.get(digestOf(image.configBytes)) ?? [];
    return { image, references: [...new Set([...references, ...names])] };
  });
  return { images: named, keepTars: false };
}

function ofPlatform(images: readonly FoundImage[], wanted: Platform): FoundImage[] {
  const offered = images.map(({ image }) => image.config);
  const best = offered[selectPlatform(wanted, offered) ?? -1];
  if (best === undefined) throw noPlatform(wanted, offered);
  return images.filter((_image, position) => platformMatches(best, offered[position] ?? wanted));
}

function nothing(archive: ArchiveReader): never {
  throw new AppError('ARCHIVE_NO_IMAGE', `${archive.label} contains no image`, {
    expected: 'an archive of `docker save`, `podman save` or `skopeo copy`, or an OCI layout',
    hint: '`lamina import` creates an image from a tar of a root file system',
  });
}

/** `skopeo copy … dir:PATH`: a manifest and blobs, without an index or names. */
async function refuseDirectoryTransport(archive: ArchiveReader): Promise<void> {
  const version = await readSmall(archive, 'version');
  if (version === undefined || !/^Directory Transport/.test(version.toString())) return;
  throw new AppError(
    'ARCHIVE_DIRECTORY_TRANSPORT',
    `${archive.label} is an image in skopeo's dir: format, which has no image name`,
    {
      expected: 'an archive of `docker save`, `podman save` or `skopeo copy`, or an OCI layout',
      hint: 'copy it with: skopeo copy dir:DIRECTORY oci-archive:image.tar:NAME:TAG',
    },
  );
}
