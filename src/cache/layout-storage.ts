/** A build cache as a tag of an OCI layout directory. */
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '../errors.ts';
import type { Blob } from '../image/index.ts';
import {
  canonicalJson,
  type Descriptor,
  type Digest,
  decodeIndex,
  decodeManifest,
  digestHex,
  digestOf,
  type ImageIndex,
  MEDIA_TYPES,
} from '../oci/index.ts';
import { makeDirectories } from '../system/index.ts';
import type { CacheStorage, ManifestBytes } from './storage.ts';

export interface LayoutCache {
  /** Made when it is written to. */
  readonly directory: string;
  /** Default `latest`. */
  readonly tag?: string | undefined;
  /** Read this manifest, whatever the tag says. */
  readonly digest?: Digest | undefined;
  /** Remove blobs that no manifest of the layout names after writing. */
  readonly reset?: boolean | undefined;
}

const REF_NAME = 'org.opencontainers.image.ref.name';

export function layoutStorage({ tag = 'latest', digest, reset, ...at }: LayoutCache): CacheStorage {
  const directory = resolve(at.directory);
  const blob = (of: Digest) => join(directory, 'blobs/sha256', digestHex(of));
  return {
    name: `directory ${at.directory}`,
    source: { kind: 'layout', directory },
    async readManifest() {
      const index = await readIndex(directory);
      const entry =
        digest === undefined
          ? index?.manifests.findLast((one) => one.annotations?.[REF_NAME] === tag)
          : index?.manifests.find((one) => one.digest === digest);
      if (entry === undefined) return undefined;
      return { bytes: await readVerified(blob(entry.digest), entry), mediaType: entry.mediaType };
    },
    readBlob: (descriptor) => readVerified(blob(descriptor.digest), descriptor),
    async writeBlob({ descriptor, read }: Blob) {
      makeDirectory(join(directory, 'blobs/sha256'));
      const path = blob(descriptor.digest);
      const known = await stat(path).catch(() => undefined);
      if (known?.size === descriptor.size) return;
      await writeWhole(path, read());
    },
    async writeManifest({ bytes, mediaType }: ManifestBytes): Promise<Descriptor> {
      const descriptor = { mediaType, digest: digestOf(bytes), size: bytes.length };
      await writeWhole(blob(descriptor.digest), [bytes]);
      await writeFile(
        join(directory, 'oci-layout'),
        canonicalJson({ imageLayoutVersion: '1.0.0' }),
      );
      const named = { ...descriptor, annotations: { [REF_NAME]: tag } };
      const before = (await readIndex(directory))?.manifests ?? [];
      const manifests = [...before.filter((one) => one.annotations?.[REF_NAME] !== tag), named];
      const index = { schemaVersion: 2, mediaType: MEDIA_TYPES.ociIndex, manifests } as const;
      await writeWhole(join(directory, 'index.json'), [canonicalJson(index)]);
      if (reset === true) await removeOthers(directory, index);
      return descriptor;
    },
  };
}

async function readIndex(directory: string): Promise<ImageIndex | undefined> {
  const bytes = await readFile(join(directory, 'index.json')).catch(() => undefined);
  return bytes && decodeIndex(bytes);
}

async function readVerified(path: string, { digest, size }: Descriptor): Promise<Uint8Array> {
  const bytes = await readFile(path);
  if (bytes.length === size && digestOf(bytes) === digest) return bytes;
  throw new AppError('BLOB_DIGEST_MISMATCH', `the bytes of ${digest} in the cache have changed`, {
    hint: 'remove the directory, and export the cache again',
  });
}

function makeDirectory(path: string): void {
  try {
    makeDirectories(path);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('CACHE_UNWRITABLE', `no cache can be written there: ${reason}`, {
      hint: 'give dest= a directory that exists or can be created',
      cause,
    });
  }
}

/** Appears complete or not at all. */
async function writeWhole(
  path: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  const folder = join(path, '..');
  const temporary = join(folder, `.${randomBytes(8).toString('hex')}`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      for await (const chunk of source) await handle.writeFile(chunk);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function removeOthers(directory: string, { manifests }: ImageIndex): Promise<void> {
  const blobs = join(directory, 'blobs/sha256');
  const kept = new Set<string>();
  for (const { digest } of manifests) {
    kept.add(digestHex(digest));
    const manifest = decodeManifest(await readFile(join(blobs, digestHex(digest))));
    for (const named of [manifest.config, ...manifest.layers]) kept.add(digestHex(named.digest));
  }
  for (const name of await readdir(blobs)) if (!kept.has(name)) await rm(join(blobs, name));
}
