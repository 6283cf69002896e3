/**
 * A build cache in an object store, as BuildKit lays it out: one object for each layer under its digest, and one
 * document with a name, which lists the layers with what a manifest would say of them.
 */
import { AppError } from '../errors.ts';
import { bytesOf, type ImageDestination, type ImageSource, manifestOf } from '../image/index.ts';
import { type ObjectLocation, type ObjectStore, objectKey } from '../objects/index.ts';
import {
  type Descriptor,
  type Digest,
  digestOf,
  parseDiffId,
  parseDigest,
  type RawManifest,
} from '../oci/index.ts';
import { BUILDKIT_CACHE_TYPE, UNCOMPRESSED } from './buildkit/format.ts';
import { integerOf, listOf, objectOf, parseJson, textOf } from './document.ts';
import type { CacheStorage } from './storage.ts';

export interface ObjectCache {
  readonly location: ObjectLocation;
  readonly open: () => Promise<ObjectStore>;
  /** Keys of the document, tried in order. */
  readonly reads: readonly string[];
  /** Keys under which the document is written. */
  readonly writes: readonly string[];
  /** For messages. */
  readonly name: string;
}

/** Objects that are written at the same time, as BuildKit does. */
const PARALLEL = 4;
/** Bytes. */
const MAX_DOCUMENT = 256 * 1024 * 1024;

export function objectStorage(cache: ObjectCache): CacheStorage {
  const { location, open, reads, name } = cache;
  return {
    name,
    source: location,
    async open(signal) {
      const objects = await open();
      for (const key of reads) {
        const body = await objects.read(key, { signal });
        if (body !== undefined) return documentSource(name, await bytesOf(limited(body, name)));
      }
      return undefined;
    },
    async destination(signal) {
      return objectDestination(await open(), { ...cache, signal });
    },
  };
}

function documentSource(label: string, config: Buffer): ImageSource {
  const descriptor = {
    mediaType: BUILDKIT_CACHE_TYPE,
    digest: digestOf(config),
    size: config.length,
  };
  const manifest = manifestOf(descriptor, layersIn(config));
  return {
    label,
    roots: [manifest.descriptor],
    manifest: async () => manifest,
    async *blob() {
      yield config;
    },
    hasBlob: async (digest) => digest === descriptor.digest,
    referrers: async () => [],
    async [Symbol.asyncDispose]() {},
  };
}

/** @throws AppError CACHE_INVALID, DIGEST_INVALID */
function layersIn(config: Buffer): readonly Descriptor[] {
  const layers = new Map<Digest, Descriptor>();
  for (const layer of listOf(objectOf(parseJson(config)).layers ?? [])) {
    const { blob, annotations } = objectOf(layer);
    const { mediaType, diffID, size } = objectOf(annotations);
    const digest = parseDigest(textOf(blob));
    layers.set(digest, {
      ...{ mediaType: textOf(mediaType), digest, size: integerOf(size ?? 0) },
      annotations: { [UNCOMPRESSED]: parseDiffId(textOf(diffID)) },
    });
  }
  return [...layers.values()];
}

async function* limited(body: AsyncIterable<Uint8Array>, name: string) {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_DOCUMENT) {
      throw new AppError('CACHE_INVALID', `${name} has a document of more than 256 MiB`, {
        hint: 'export the cache again under another name',
      });
    }
    yield chunk;
  }
}

interface Writing extends ObjectCache {
  readonly signal: AbortSignal | undefined;
}

function objectDestination(
  objects: ObjectStore,
  { location, writes, signal }: Writing,
): ImageDestination {
  let document: Uint8Array | undefined;
  return {
    parallel: PARALLEL,
    async putBlob({ descriptor: { mediaType, digest, size }, read }) {
      if (mediaType === BUILDKIT_CACHE_TYPE) {
        document = await bytesOf(read());
        return;
      }
      const key = objectKey(location, digest);
      if (await objects.has(key, { signal })) return;
      await objects.write(key, { size, read: () => read() }, { signal });
    },
    async putManifest(_manifest: RawManifest) {
      throw new Error('a cache in an object store has no other manifests');
    },
    /** The document lists what the manifest would. */
    async commit() {
      if (document === undefined) throw new Error('the cache has no document');
      const bytes = document;
      const body = {
        size: bytes.length,
        async *read() {
          yield bytes;
        },
      };
      for (const key of writes) await objects.replace(key, body, { signal });
    },
  };
}
