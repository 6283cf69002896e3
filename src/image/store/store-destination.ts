/** The store as a destination of images: it takes the images of an index, each with its manifest, under one name. */
import {
  type Digest,
  decodeManifest,
  hostPlatform,
  isIndexType,
  type RawManifest,
  selectPlatform,
} from '../../oci/index.ts';
import type { ImageRecord, Store } from '../../store/index.ts';
import { isAttestation } from '../model/attestation.ts';
import type { Blob, Image } from '../model/image.ts';
import { isImage } from '../model/image-kind.ts';
import { decodedIndex } from '../model/index-of.ts';
import { readImage } from '../model/read-image.ts';
import { annotatedNames } from '../model/references.ts';
import type { ImageDestination } from '../model/transport.ts';
import { type ImportOptions, importImage } from './import-image.ts';

/** Layers are read at the commit, and each is verified against its config; existing ones are not read. */
export function storeDestination(store: Store, options: ImportOptions = {}): ImageDestination {
  const blobs = new Map<Digest, Blob>();
  const manifests = new Map<Digest, RawManifest>();
  const given = {
    label: 'the image',
    blob: ({ digest }: { readonly digest: Digest }) => required(blobs, digest).read(),
  };
  const open = async (raw: RawManifest): Promise<Image[]> => {
    const { mediaType } = raw.descriptor;
    if (isIndexType(mediaType)) {
      const { manifests: entries } = decodedIndex(raw).index;
      const opened: Image[] = [];
      for (const entry of entries) {
        if (!isAttestation(entry)) opened.push(...(await open(required(manifests, entry.digest))));
      }
      return opened;
    }
    return isImage(decodeManifest(raw.bytes, mediaType))
      ? [await readImage(given, raw, options)]
      : [];
  };
  return {
    parallel: 1,
    async putBlob(blob) {
      blobs.set(blob.descriptor.digest, blob);
    },
    async putManifest(manifest) {
      manifests.set(manifest.descriptor.digest, manifest);
    },
    async commit(roots) {
      for (const root of roots) {
        const records: ImageRecord[] = [];
        for (const image of await open(root))
          records.push(await importImage(store, image, options));
        record(store, records, annotatedNames(root.descriptor.annotations));
      }
      await store.flush();
    },
  };
}

/** If only one of them can have the name, it is this machine's, if there is one. */
function record(store: Store, records: readonly ImageRecord[], names: readonly string[]): void {
  const own = records[selectPlatform(hostPlatform(), records) ?? 0];
  if (own === undefined) return;
  const others = records.filter(({ id }) => id !== own.id).map(({ id }) => id);
  if (names.length === 0) for (const one of records) store.images.put(one);
  for (const name of names) store.images.tagVariants([own.id, ...others], name);
}

function required<T>(there: ReadonlyMap<Digest, T>, digest: Digest): T {
  const found = there.get(digest);
  if (found === undefined) throw new Error(`${digest} was not put into the store`);
  return found;
}
