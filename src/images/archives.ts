/** Images out of and into archives, and bases from packages. */
import { baseConfig, makeBaseTar } from '../base/index.ts';
import type {
  LoadImagesOptions,
  LoadImagesResult,
  MakeBaseOptions,
  MakeBaseResult,
  SaveImagesOptions,
} from '../build/index.ts';
import { exportImages, importRootfs, loadArchive } from '../export/index.ts';
import { familiarName, hostPlatform, parseReference } from '../oci/index.ts';
import type { Store } from '../store/index.ts';
import { requireImage, withStore } from './with-store.ts';

/** Writes images into one archive. @throws AppError IMAGE_NOT_FOUND, EXPORT_DESTINATION */
export function saveImages(options: SaveImagesOptions): Promise<void> {
  const { images, destination, format = 'docker', ...rest } = options;
  return withStore(rest, async (store) => {
    const named = images.map((text) => {
      const image = requireImage(store, text);
      const isId = store.images.references(image.id).every((name) => !means(name, text));
      const names = isId ? store.images.references(image.id) : [text];
      // Archives know tags only.
      return { image, references: names.filter((name) => !name.includes('@')) };
    });
    // As `docker save` does: whoever wants it small compresses the whole.
    const compression = format === 'docker' ? 'uncompressed' : 'gzip';
    const { signal } = options;
    await exportImages(store, named, {
      ...{ format, compression, force: format === 'docker' },
      ...{ dest: destination, signal },
    });
  });
}

function means(reference: string, text: string): boolean {
  const familiar = familiarName(parseReference(reference));
  return [reference, familiar, familiar.replace(/:latest$/, '')].includes(text);
}

/** Reads an archive or a layout directory. @throws AppError ARCHIVE_…, IMAGE_… */
export function loadImages(options: LoadImagesOptions): Promise<LoadImagesResult> {
  const { source, ...rest } = options;
  return withStore(rest, async (store) => {
    const loaded = await loadArchive(store, source, { signal: options.signal });
    return {
      images: loaded.map(({ id, references }) => ({
        id,
        references: references.map((reference) => familiarName(parseReference(reference))),
      })),
    };
  });
}

/** Makes a Debian base image unless the store has it. @throws AppError BASE_… */
export function makeBase(options: MakeBaseOptions): Promise<MakeBaseResult> {
  const { name, tag = name, force = false, ...rest } = options;
  baseConfig(name);
  return withStore(rest, async (store) => {
    const known = store.images.resolve(tag);
    if (known !== undefined && !force) {
      return { imageId: known.id, reference: tag, size: known.size, existed: true };
    }
    const temporaryDirectory = await store.temporaryDirectory();
    const image = await makeBaseTar(
      { ...options, emit: options.onEvent, temporaryDirectory },
      (tar) => importBase(store, tar, { ...options, tag }),
    );
    return { imageId: image.id, reference: tag, size: image.size, existed: false };
  });
}

function importBase(
  store: Store,
  tar: AsyncIterable<Uint8Array>,
  { name, tag, sourceDateEpoch, signal }: MakeBaseOptions & { readonly tag: string },
) {
  return importRootfs(store, tar, {
    reference: tag,
    platform: hostPlatform(),
    config: baseConfig(name),
    createdBy: `lamina base ${name}`,
    created: sourceDateEpoch === undefined ? Date.now() : sourceDateEpoch * 1000,
    signal,
  });
}
