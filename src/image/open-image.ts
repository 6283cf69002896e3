/** The entry point for names of images: opens a name in any transport. Writes to no store, and needs no root. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { AppError } from '../errors.ts';
import {
  type Descriptor,
  familiarName,
  isIndexType,
  type Platform,
  parseReference,
} from '../oci/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import type { OpenArchiveOptions } from './archive/archive-reader.ts';
import { chooseImage, rootOf } from './choose-image.ts';
import { openDockerArchive } from './docker-archive/docker-archive-source.ts';
import { openDockerDaemon } from './docker-daemon/docker-daemon-source.ts';
import { type ImageName, parseImageName } from './image-name.ts';
import type { Blob, Image, Index } from './model/image.ts';
import { decodedIndex } from './model/index-of.ts';
import { readImage } from './model/read-image.ts';
import { fullName, NAME_ANNOTATION } from './model/references.ts';
import type { ImageSource, ReadRequest } from './model/transport.ts';
import { withRoot } from './named-root.ts';
import { openLayoutSource } from './oci-layout/layout-source.ts';
import { openRegistrySource } from './registry/registry-source.ts';
import { areMade } from './store/layer-blobs.ts';
import { openStoreSource } from './store/store-source.ts';

export interface OpenSourceOptions extends ReadRequest {
  /** Proxies, logins, the address of Docker. */
  readonly env: Environment;
  /** Called for names of the store only; the source closes it. Undefined: there is none. */
  readonly openStore?: (() => Promise<Store>) | undefined;
  /** Bytes that a compressed archive may unpack to; undefined: nine tenths of what is free. */
  readonly unpackLimit?: number | undefined;
}

/**
 * Opens a name; one without a transport is of the store. See `ImageName` for the spellings.
 *
 * @returns a source with one root, for the caller to dispose of
 * @throws AppError IMAGE_PLACE_INVALID, IMAGE_NOT_FOUND, IMAGE_DAEMON, REFERENCE_INVALID, REGISTRY_…, ARCHIVE_…
 */
export async function openImageSource(
  text: string,
  options: OpenSourceOptions,
): Promise<ImageSource> {
  const name = parseImageName(text, 'store');
  switch (name.transport) {
    case 'registry':
      return openInRegistry(name, options);
    case 'store':
      return openInStore(name, options);
    case 'oci':
    case 'oci-archive': {
      const source = await openLayoutSource(name.path, archiveOptions(options));
      return withRoot(source, name.name, `name one of its images: ${name.transport}:FILE:TAG`);
    }
    case 'docker-archive': {
      const source = await openDockerArchive(name.path, archiveOptions(options));
      const wanted = name.name === undefined ? undefined : fullName(name.name);
      const hint = 'choose one of its images: docker-archive:FILE:NAME';
      return withRoot(source, wanted, hint, NAME_ANNOTATION);
    }
    case 'docker-daemon': {
      const { env } = options;
      const source = await openDockerDaemon(name.text, { env, ...archiveOptions(options) });
      return withRoot(source, undefined, 'name one image by its tag');
    }
  }
}

/**
 * The opened image or index.
 *
 * @param platform selects an image of an index; a single image must be for it
 * @throws AppError as `chooseImage`
 */
export async function openImage(
  source: ImageSource,
  { platform, signal }: ReadRequest & { readonly platform?: Platform | undefined } = {},
): Promise<Image | Index> {
  const root = rootOf(source);
  if (platform !== undefined) {
    return chooseImage(source, root, { platform, explicit: true, signal });
  }
  const raw = await source.manifest(root, { signal });
  if (isIndexType(raw.descriptor.mediaType)) return decodedIndex(raw);
  return readImage(source, raw, { signal });
}

async function openInRegistry(
  { reference }: Extract<ImageName, { transport: 'registry' }>,
  { env, signal }: OpenSourceOptions,
): Promise<ImageSource> {
  const { openRegistries } = await import('../registry/index.ts');
  const registries = openRegistries({ env, signal });
  const close = () => registries[Symbol.asyncDispose]();
  try {
    const source = await openRegistrySource(registries, reference, { signal });
    return { ...source, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openInStore(
  { text }: Extract<ImageName, { transport: 'store' }>,
  { openStore, signal }: OpenSourceOptions,
): Promise<ImageSource> {
  const store = await openStore?.();
  if (store === undefined) throw notInStore(text, store);
  try {
    const source = await openStoredImage(store, text, { signal });
    return { ...source, [Symbol.asyncDispose]: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}

/** An exported or pushed image has such blobs already. */
const MADE = ['gzip', 'zstd'] as const;

/**
 * Opens an image of a store, which the caller closes.
 *
 * @param text a reference, an id, or the beginning of an id
 * @throws AppError IMAGE_NOT_FOUND, IMAGE_AMBIGUOUS
 */
export async function openStoredImage(
  store: Store,
  text: string,
  { signal }: ReadRequest = {},
): Promise<ImageSource> {
  const [first, ...others] = store.images.variants(text);
  if (first === undefined) throw notInStore(text, store);
  const elsewhere = (descriptor: Descriptor) =>
    lazyBlob(store, [first, ...others], { descriptor, signal });
  const layers = [first, ...others].flatMap((record) => record.layers);
  const compression = MADE.find((one) => areMade(store, layers, { compression: one }));
  return openStoreSource(store, [first, ...others], {
    ...{ label: text, compression: compression ?? 'uncompressed', elsewhere, signal },
  });
}

/** A lazy layer, read from its source; the store does not keep it. */
function lazyBlob(
  store: Store,
  records: readonly ImageRecord[],
  { descriptor, signal }: { readonly descriptor: Descriptor } & ReadRequest,
): Blob | undefined {
  const { provider } = store;
  if (provider === undefined) return undefined;
  for (const { id } of records.flatMap(({ layers }) => layers)) {
    const lazy = store.layers.get(id)?.lazy;
    if (lazy?.descriptor.digest !== descriptor.digest) continue;
    return { descriptor, read: () => provider.fetch(lazy, { signal }) };
  }
  return undefined;
}

function archiveOptions({ unpackLimit, signal }: OpenSourceOptions): OpenArchiveOptions {
  const temporaryDirectory = () => mkdtemp(join(tmpdir(), 'lamina-'));
  return { temporaryDirectory, unpackLimit, signal };
}

function isName(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch {
    return false;
  }
}

function notInStore(text: string, store: Store | undefined): AppError {
  const names = store?.images.names().map((name) => familiarName(parseReference(name))) ?? [];
  return new AppError('IMAGE_NOT_FOUND', `image '${text}' is not in the local store`, {
    expected: names.length === 0 ? undefined : `one of ${names.slice(0, 8).join(', ')}`,
    hint: isName(text)
      ? `docker://${text} is the image in its registry`
      : 'run `lamina images` to list images',
  });
}
