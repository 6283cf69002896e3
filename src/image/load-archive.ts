/** `load`: image archives of all common tools into the store. */
import { AppError } from '../errors.ts';
import {
  type Digest,
  decodeImageConfig,
  digestOf,
  hostPlatform,
  type Platform,
  platformMatches,
  selectPlatform,
} from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { readSmall } from './archive/archive-blobs.ts';
import { type ArchiveSource, openSource } from './archive/archive-source.ts';
import { dockerImages, dockerTags } from './docker-archive/load-docker.ts';
import type { LoadableImage } from './loadable-image.ts';
import { noPlatform, ociImages } from './oci-layout/load-oci.ts';
import type { Progress } from './progress.ts';
import { importImage } from './store/import-image.ts';

export interface LoadOptions {
  /** Which image of a multi-platform one; undefined: the host's, and a lone image for another is taken too. */
  readonly platform?: Platform | undefined;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface LoadedImage {
  readonly id: Digest;
  /** Full names the archive gave it; it has them now in the store. */
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
  await using archive = await openSource(source, {
    temporaryDirectory: () => store.temporaryDirectory(),
    unpackLimit: store.unpackLimit,
    signal: options.signal,
  });
  const images = await findImages(archive, options.platform);
  const records: ImageRecord[] = [];
  for (const image of images) records.push(await importImage(store, image, options));
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

async function findImages(
  archive: ArchiveSource,
  platform: Platform | undefined,
): Promise<LoadableImage[]> {
  const [layout, index, manifest] = await Promise.all(
    ['oci-layout', 'index.json', 'manifest.json'].map((name) => readSmall(archive, name)),
  );
  if (index === undefined || (layout === undefined && manifest !== undefined)) {
    await refuseDirectoryTransport(archive);
    const docker = manifest === undefined ? [] : await dockerImages(archive, manifest);
    if (docker.length === 0) nothing(archive);
    return platform === undefined ? docker : ofPlatform(docker, platform);
  }
  const wanted = {
    platform: platform ?? hostPlatform(),
    explicit: platform !== undefined,
    keepTars: manifest === undefined,
  };
  const images = await ociImages(archive, index, wanted);
  if (images.length === 0) nothing(archive);
  if (manifest === undefined) return images;
  // An archive that is both of OCI and of Docker may give names in only one of the two ways.
  const tags = await dockerTags(archive, manifest);
  return images.map((image) => {
    const names = tags.get(digestOf(image.configBytes)) ?? [];
    return { ...image, references: [...new Set([...image.references, ...names])] };
  });
}

function ofPlatform(images: readonly LoadableImage[], wanted: Platform): LoadableImage[] {
  const offered = images.map((image) => decodeImageConfig(image.configBytes));
  const best = offered[selectPlatform(wanted, offered) ?? -1];
  if (best === undefined) throw noPlatform(wanted, offered);
  return images.filter((_image, position) => platformMatches(best, offered[position] ?? wanted));
}

function nothing(archive: ArchiveSource): never {
  throw new AppError('ARCHIVE_NO_IMAGE', `${archive.label} holds no image`, {
    expected: 'an archive of `docker save`, `podman save` or `skopeo copy`, or an OCI layout',
    hint: '`lamina import` makes an image of a root file system in a tar',
  });
}

/** `skopeo copy … dir:PATH`: a manifest and blobs, with neither an index nor names. */
async function refuseDirectoryTransport(archive: ArchiveSource): Promise<void> {
  const version = await readSmall(archive, 'version');
  if (version === undefined || !/^Directory Transport/.test(version.toString())) return;
  throw new AppError(
    'ARCHIVE_DIRECTORY_TRANSPORT',
    `${archive.label} is an image in skopeo's dir: format, which holds no name`,
    {
      expected: 'an archive of `docker save`, `podman save` or `skopeo copy`, or an OCI layout',
      hint: 'copy it with: skopeo copy dir:DIRECTORY oci-archive:image.tar:NAME:TAG',
    },
  );
}
