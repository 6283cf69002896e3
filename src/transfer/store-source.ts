/** The images of a name in the store as a place with images. */
import { AppError } from '../errors.ts';
import { type Blob, bytesOf, type ImageSource } from '../image/index.ts';
import {
  canonicalJson,
  type Descriptor,
  type Digest,
  digestOf,
  MEDIA_TYPES,
  type Reference,
} from '../oci/index.ts';
import type { Registries, RemoteManifest } from '../registry/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { contentOf, platformOf } from './push-image.ts';

/** @param images of one name, not empty */
export async function openStoreSource(
  store: Store,
  registries: Registries,
  {
    images,
    reference,
    signal,
  }: {
    readonly images: readonly ImageRecord[];
    readonly reference: Reference;
    readonly signal: AbortSignal | undefined;
  },
): Promise<ImageSource> {
  const blobs = new Map<Digest, Blob>();
  const manifests = new Map<Digest, RemoteManifest>();
  const entries: Descriptor[] = [];
  for (const image of images) {
    const content = await contentOf(store, registries, image, signal);
    for (const blob of content.blobs) blobs.set(blob.descriptor.digest, blob);
    const { descriptor } = content.manifest;
    manifests.set(descriptor.digest, { descriptor, bytes: await bytesOf(content.manifest) });
    entries.push({ ...descriptor, platform: await platformOf(store, image) });
  }
  const root = rootOf(entries, manifests);
  return {
    reference,
    content: {
      async manifest({ digest }) {
        const found = digest === undefined ? root : manifests.get(digest);
        return found ?? lacking(digest);
      },
      blob: (_repository, { digest }) => (blobs.get(digest) ?? lacking(digest)).read(),
      hasBlob: async (_repository, digest) => blobs.has(digest),
      referrers: async () => [],
    },
    async [Symbol.asyncDispose]() {},
  };
}

function rootOf(
  entries: readonly Descriptor[],
  manifests: ReadonlyMap<Digest, RemoteManifest>,
): RemoteManifest {
  const [first, ...others] = entries;
  const only = first && others.length === 0 ? manifests.get(first.digest) : undefined;
  if (only !== undefined) return only;
  const mediaType = MEDIA_TYPES.ociIndex;
  const bytes = canonicalJson({ schemaVersion: 2, mediaType, manifests: entries });
  const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
  return { descriptor, bytes };
}

function lacking(digest: Digest | undefined): never {
  throw new AppError('STORE_BLOB_GONE', `the store has no blob ${digest ?? ''}`, {
    hint: 'it may have been pruned; build or pull the image again',
  });
}
