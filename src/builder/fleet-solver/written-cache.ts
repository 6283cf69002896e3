/** A cache that a daemon writes to a directory of this machine. It gets its name once it is complete. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type LayoutCache, layoutStorage } from '../../cache/index.ts';
import { AppError } from '../../errors.ts';
import type { BlobShelf } from '../../fleet/index.ts';
import { layoutBlobPath } from '../../image/index.ts';
import { type Digest, isDigest, type RawManifest } from '../../oci/index.ts';
import type { BuildRun } from '../run/build-run.ts';
import { layoutBlobSize } from './layout-shelf.ts';
import { ReceivedBlobs } from './received-blobs.ts';

export interface WrittenCacheOptions {
  /** Whether a failure is only a warning. */
  readonly ignoresErrors: boolean;
  readonly temporaryDirectory: () => Promise<string>;
}

/** The answer with the descriptor of a cache's manifest, in JSON. */
const MANIFEST = 'cache.manifest';

export class WrittenCache {
  readonly #location: LayoutCache;
  readonly #options: WrittenCacheOptions;
  readonly #blobs: ReceivedBlobs;

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
    const digest = manifestOf(answer);
    if (digest === undefined) return;
    try {
      await this.#write(digest, signal);
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

  async #write(root: Digest, signal: AbortSignal): Promise<void> {
    const manifest = await this.#manifest(root);
    const destination = await layoutStorage(this.#location).destination(signal);
    for (const [digest, { path, size }] of this.#blobs.received()) {
      if (digest === root || !isDigest(digest)) continue;
      const descriptor = { mediaType: 'application/octet-stream', digest, size };
      await destination.putBlob({ descriptor, read: () => createReadStream(path) });
      await this.#blobs.drop(digest);
    }
    await destination.commit([manifest]);
  }

  /** A manifest that the directory has was not sent again. */
  async #manifest(digest: Digest): Promise<RawManifest> {
    const bytes = this.#blobs.has(digest)
      ? await this.#blobs.document(digest)
      : await readFile(layoutBlobPath(resolve(this.#location.directory), digest));
    return { descriptor: { mediaType: mediaTypeOf(bytes), digest, size: bytes.length }, bytes };
  }
}

function manifestOf(answer: Readonly<Record<string, string>>): Digest | undefined {
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
