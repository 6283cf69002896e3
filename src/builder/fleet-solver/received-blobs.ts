/**
 * Receives the image that a daemon exports: its documents and the layers that this machine lacks. They are temporary
 * files, so a failed export leaves nothing.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '../../errors.ts';
import type { BlobShelf } from '../../fleet/index.ts';
import type { Digest } from '../../oci/index.ts';

/** A blob that need not be sent. */
export type KnownBlob = (digest: string) => number | undefined;

interface Received {
  readonly path: string;
  readonly size: number;
}

export class ReceivedBlobs implements BlobShelf {
  readonly #temporaryDirectory: () => Promise<string>;
  readonly #known: KnownBlob;
  readonly #received = new Map<string, Received>();
  #directory: Promise<string> | undefined;
  #count = 0;

  constructor(temporaryDirectory: () => Promise<string>, known: KnownBlob) {
    this.#temporaryDirectory = temporaryDirectory;
    this.#known = known;
  }

  size(digest: string): number | undefined {
    return this.#received.get(digest)?.size ?? this.#known(digest);
  }

  async *read(digest: string, offset: number): AsyncGenerator<Uint8Array> {
    yield* createReadStream(this.#at(digest).path, { start: offset });
  }

  /** @throws AppError BLOB_DIGEST_MISMATCH */
  async receive(digest: string, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    this.#directory ??= this.#temporaryDirectory();
    const path = join(await this.#directory, `blob-${this.#count++}`);
    const hash = createHash('sha256');
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of bytes) {
        hash.update(chunk);
        await file.writeFile(chunk);
      }
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    const actual = `sha256:${hash.digest('hex')}`;
    if (actual !== digest) {
      await rm(path, { force: true });
      throw new AppError('BLOB_DIGEST_MISMATCH', `the received bytes do not match ${digest}`, {
        expected: digest,
        details: { actual },
        hint: 'they were damaged or altered in transit; try again',
      });
    }
    this.#received.set(digest, { path, size: (await stat(path)).size });
  }

  /** What has arrived, by its digests. */
  received(): readonly (readonly [digest: string, blob: Received])[] {
    return [...this.#received];
  }

  has(digest: Digest): boolean {
    return this.#received.has(digest);
  }

  /** A whole document. */
  document(digest: string): Promise<Buffer> {
    return readFile(this.#at(digest).path);
  }

  /** Removes a layer's bytes once the store has them. */
  async drop(digest: string): Promise<void> {
    const known = this.#received.get(digest);
    if (known === undefined) return;
    this.#received.delete(digest);
    await rm(known.path, { force: true });
  }

  #at(digest: string): Received {
    const known = this.#received.get(digest);
    if (known !== undefined) return known;
    throw new AppError('BUILDER_FAILED', `the builder did not send the blob ${digest}`, {
      hint: 'try again; if it happens again, the daemon does not work as BuildKit does',
    });
  }
}
