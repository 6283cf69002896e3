/**
 * Images of the store as a source: with their original manifests, if their blobs are available, else with gzip layers.
 */
import { AppError } from '../../errors.ts';
import type { Descriptor, Digest, RawManifest } from '../../oci/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';
import { type Blob, blobsOf, type Image } from '../model/image.ts';
import type { ImageSource } from '../model/transport.ts';
import { bundled, type ImageRecords } from './bundle.ts';
import type { Compression } from './layer-encoding.ts';
import { originalImage, storedImage } from './stored-image.ts';

export interface StoreSourceOptions {
  /** For messages: the name of the images in the store. */
  readonly label: string;
  /** Of new layers. Default `gzip`, each made once; uncompressed ones are made as they are read. */
  readonly compression?: Compression | undefined;
  /** Finds a blob that the store lacks. */
  readonly elsewhere?: ((descriptor: Descriptor) => Blob | undefined) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** An opened source, and the images in it, in the order of the records. */
export interface StoreSource extends ImageSource {
  readonly images: readonly Image[];
}

/** @param records of one name */
export async function openStoreSource(
  store: Store,
  records: ImageRecords,
  options: StoreSourceOptions,
): Promise<StoreSource> {
  const [first, ...others] = records;
  const image = await openImage(store, first, options);
  const more: Image[] = [];
  for (const record of others) more.push(await openImage(store, record, options));
  const { images, index, root } = bundled([image, ...more]);
  const manifests = new Map<Digest, RawManifest>();
  for (const one of [...images, ...(index === undefined ? [] : [index])]) {
    manifests.set(one.descriptor.digest, one);
  }
  const named = images.flatMap(blobsOf).filter(({ descriptor }) => !isForeign(descriptor));
  const blobs = new Map(named.map((blob) => [blob.descriptor.digest, blob]));
  return {
    label: options.label,
    roots: [root.descriptor],
    images,
    manifest: async ({ digest }) => manifests.get(digest) ?? lacking(digest),
    blob: ({ digest }) => (blobs.get(digest) ?? lacking(digest)).read(),
    hasBlob: async (digest) => blobs.has(digest),
    referrers: async () => [],
    async [Symbol.asyncDispose]() {},
  };
}

async function openImage(
  store: Store,
  record: ImageRecord,
  { elsewhere = () => undefined, compression = 'gzip', signal }: StoreSourceOptions,
): Promise<Image> {
  const foreign = (descriptor: Descriptor): Blob | undefined =>
    isForeign(descriptor) ? { descriptor, read: () => lacking(descriptor.digest) } : undefined;
  const original = await originalImage(store, record, (one) => foreign(one) ?? elsewhere(one));
  return original ?? (await storedImage(store, record, { compression, signal }));
}

/** Blobs that may not be distributed stay where they are. */
function isForeign({ urls = [] }: Descriptor): boolean {
  return urls.length > 0;
}

function lacking(digest: Digest): never {
  throw new AppError('STORE_BLOB_GONE', `the store has no blob ${digest}`, {
    hint: 'it may have been pruned; build or pull the image again',
  });
}
