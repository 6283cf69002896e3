/** Saves, loads and exports images, and creates base images from packages. */

import type {
  ExportImageOptions,
  LoadImagesOptions,
  LoadImagesResult,
  MakeBaseOptions,
  MakeBaseResult,
  SaveImagesOptions,
} from '../api/index.ts';
import { baseConfig, makeBaseTar, recipeName } from '../base/index.ts';
import { exportImages, exportTar, importRootfs } from '../export/index.ts';
import { loadArchive } from '../image/index.ts';
import type { LaminaContext } from '../lamina-context.ts';
import {
  familiarName,
  hostPlatform,
  type Platform,
  parsePlatform,
  parseReference,
  platformMatches,
  selectPlatform,
} from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { requireImage, withStore } from './with-store.ts';

export function saveImages(context: LaminaContext, options: SaveImagesOptions): Promise<void> {
  const { images, destination, format = 'docker', signal } = options;
  const work = async (store: Store) => {
    const named = images.map((text) => {
      const image = requireImage(store, text);
      const isId = store.images.references(image.id).every((name) => !means(name, text));
      const names = isId ? store.images.references(image.id) : [text];
      // Archives know tags only.
      return { image, references: names.filter((name) => !name.includes('@')) };
    });
    // As with `docker save`: users can compress the whole archive.
    const compression = format === 'docker' ? 'uncompressed' : 'gzip';
    await exportImages(store, named, {
      ...{ format, compression, force: format === 'docker' },
      ...{ dest: destination, signal },
    });
  };
  return withStore(context, work, { isOnce: typeof destination !== 'string' });
}

export function exportImage(context: LaminaContext, options: ExportImageOptions): Promise<void> {
  const { image, destination, signal } = options;
  const work = (store: Store) => {
    const parts = [{ image: requireImage(store, image) }];
    return exportTar(store, parts, { dest: destination, signal });
  };
  return withStore(context, work, { isOnce: typeof destination !== 'string' });
}

function means(reference: string, text: string): boolean {
  const familiar = familiarName(parseReference(reference));
  return [reference, familiar, familiar.replace(/:latest$/, '')].includes(text);
}

export function loadImages(
  context: LaminaContext,
  options: LoadImagesOptions,
): Promise<LoadImagesResult> {
  const { source, signal } = options;
  const work = async (store: Store): Promise<LoadImagesResult> => {
    const loaded = await loadArchive(store, source, { signal });
    return {
      images: loaded.map(({ id, references }) => ({
        id,
        references: references.map((reference) => familiarName(parseReference(reference))),
      })),
    };
  };
  return withStore(context, work, { isOnce: typeof source !== 'string' });
}

export function makeBase(
  context: LaminaContext,
  options: MakeBaseOptions,
): Promise<MakeBaseResult> {
  const { name, tag = name, force = false } = options;
  baseConfig(name);
  const platform =
    options.platform === undefined ? hostPlatform() : parsePlatform(options.platform);
  return withStore(context, async (store) => {
    const variants = store.images.variants(tag);
    const known = variants.find((image) => platformMatches(platform, image));
    if (known !== undefined && !force) {
      return { imageId: known.id, reference: tag, size: known.size, existed: true };
    }
    const temporaryDirectory = await store.temporaryDirectory();
    const image = await makeBaseTar(
      { ...options, platform, env: context.env, emit: options.onEvent, temporaryDirectory },
      (tar) => importBase(store, tar, { ...options, tag, platform }),
    );
    nameVariants(store, tag, [...variants.filter((other) => other !== known), image]);
    return { imageId: image.id, reference: tag, size: image.size, existed: false };
  });
}

/** A name can have images for several platforms; if only one can be used, it is the one for this machine. */
function nameVariants(store: Store, tag: string, images: readonly ImageRecord[]): void {
  const own = images[selectPlatform(hostPlatform(), images) ?? 0];
  if (own === undefined) return;
  const others = images.filter((image) => image !== own).map(({ id }) => id);
  store.images.tagVariants([own.id, ...others], tag);
}

type BaseToImport = Omit<MakeBaseOptions, 'platform'> & {
  readonly tag: string;
  readonly platform: Platform;
};

function importBase(
  store: Store,
  tar: AsyncIterable<Uint8Array>,
  { name, tag, platform, sourceDateEpoch, signal }: BaseToImport,
) {
  return importRootfs(store, tar, {
    reference: tag,
    platform,
    config: baseConfig(name),
    createdBy: `lamina base ${recipeName(name)}`,
    created: sourceDateEpoch === undefined ? Date.now() : sourceDateEpoch * 1000,
    signal,
  });
}
