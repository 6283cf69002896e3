/** A cache that a daemon writes to a directory of this machine. It gets its name once it is complete. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  BUILDKIT_CACHE_TYPE,
  type LayoutCache,
  layoutStorage,
  mergedConfig,
} from '../../cache/index.ts';
import { AppError } from '../../errors.ts';
import type { BlobShelf } from '../../fleet/index.ts';
import { blobOf, type ImageDestination, layoutBlobPath, manifestOf } from '../../image/index.ts';
import {
  type Descriptor,
  type Digest,
  decodeIndex,
  decodeManifest,
  digestOf,
  isDigest,
  isIndexType,
  type RawManifest,
} from '../../oci/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import { layoutBlobSize } from './layout-shelf.ts';
import { ReceivedBlobs } from './received-blobs.ts';

export interface WrittenCacheOptions {
  /** Whether a failure is only a warning. */
  readonly ignoresErrors: boolean;
  readonly temporaryDirectory: () => Promise<string>;
  /** How many answers there will be: one for each platform. */
  readonly platforms: number;
}

/** The answer with the descriptor of a cache's manifest, in JSON. */
const MANIFEST = 'cache.manifest';

export class WrittenCache {
  readonly #location: LayoutCache;
  readonly #options: WrittenCacheOptions;
  readonly #blobs: ReceivedBlobs;
  readonly #roots = new Set<Digest>();
  #answers = 0;

  constructor(location: LayoutCache, options: WrittenCacheOptions) {
    this.#location = location;
    this.#options = options;
    const directory = resolve(location.directory);
    this.#blobs = new ReceivedBlobs(options.temporaryDirectory, (digest) =>
      layoutBlobSize(directory, digest),
    );
  }

  get shelf(): BlobShelf {
    return this.#blobs;
  }

  /** @param answer of the daemon; one without a manifest is of a daemon that failed to write the cache, and said so */
  async finish(
    answer: Readonly<Record<string, string>>,
    { signal, warn }: Pick<BuildRun, 'signal' | 'warn'>,
  ): Promise<void> {
    const digest = manifestIn(answer);
    if (digest !== undefined) this.#roots.add(digest);
    this.#answers += 1;
    if (this.#answers < this.#options.platforms || this.#roots.size === 0) return;
    try {
      await this.#write([...this.#roots], signal);
    } catch (error) {
      if (!this.#options.ignoresErrors || signal.aborted) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      warn({
        code: 'CACHE_NOT_EXPORTED',
        message: `the cache was not written to directory ${this.#location.directory}: ${reason}`,
        hint: error instanceof AppError ? error.hint : undefined,
      });
    }
  }

  async #write(roots: readonly Digest[], signal: AbortSignal): Promise<void> {
    const manifests = await Promise.all(roots.map((root) => this.#manifest(root)));
    const destination = await layoutStorage(this.#location).destination(signal);
    const [only] = manifests;
    const isOne = only !== undefined && manifests.length === 1;
    const manifest = isOne ? only : await this.#merge(manifests, destination);
    for (const [digest, { path, size }] of this.#blobs.received()) {
      if (!isDigest(digest) || roots.includes(digest)) continue;
      const descriptor = { mediaType: 'application/octet-stream', digest, size };
      await destination.putBlob({ descriptor, read: () => createReadStream(path) });
      await this.#blobs.drop(digest);
    }
    await destination.commit([manifest]);
  }

  /** The caches of all platforms as one. */
  async #merge(
    manifests: readonly RawManifest[],
    destination: ImageDestination,
  ): Promise<RawManifest> {
    const parts = manifests.map(partsOf);
    const configs = await Promise.all(parts.map(({ config }) => this.#document(config.digest)));
    const bytes = mergedConfig(configs);
    const config = { mediaType: BUILDKIT_CACHE_TYPE, digest: digestOf(bytes), size: bytes.length };
    await destination.putBlob(blobOf(config, bytes));
    const layers = new Map(parts.flatMap((part) => part.layers).map((one) => [one.digest, one]));
    return manifestOf(config, [...layers.values()]);
  }

  /** What the directory has was not sent again. */
  #document(digest: Digest): Promise<Buffer> {
    if (this.#blobs.has(digest)) return this.#blobs.document(digest);
    return readFile(layoutBlobPath(resolve(this.#location.directory), digest));
  }

  async #manifest(digest: Digest): Promise<RawManifest> {
    const bytes = await this.#document(digest);
    return { descriptor: { mediaType: mediaTypeOf(bytes), digest, size: bytes.length }, bytes };
  }
}

/** In its older form, a cache is an index that names the layers and the config. */
function partsOf({ descriptor, bytes }: RawManifest): {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
} {
  if (!isIndexType(descriptor.mediaType)) return decodeManifest(bytes, descriptor.mediaType);
  const { manifests } = decodeIndex(bytes);
  const config = manifests.find(({ mediaType }) => mediaType === BUILDKIT_CACHE_TYPE);
  if (config === undefined) {
    throw new AppError('CACHE_INVALID', 'the builder wrote a cache that describes no steps', {
      hint: 'update the daemon',
    });
  }
  return { config, layers: manifests.filter((one) => one !== config) };
}

function manifestIn(answer: Readonly<Record<string, string>>): Digest | undefined {
  const text = answer[MANIFEST];
  if (text === undefined) return undefined;
  const descriptor: unknown = JSON.parse(text);
  const isKnown = typeof descriptor === 'object' && descriptor !== null && 'digest' in descriptor;
  return isKnown && typeof descriptor.digest === 'string' && isDigest(descriptor.digest)
    ? descriptor.digest
    : undefined;
}

function mediaTypeOf(bytes: Buffer): string {
  const document: unknown = JSON.parse(bytes.toString('utf8'));
  const isTyped = typeof document === 'object' && document !== null && 'mediaType' in document;
  return isTyped && typeof document.mediaType === 'string'
    ? document.mediaType
    : 'application/vnd.oci.image.index.v1+json';
}
