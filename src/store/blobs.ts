/** Verified bytes, named by their digest. An existing blob is complete: files appear by rename, after fsync. */
import { randomBytes } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
} from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { AbortedError, AppError } from '../errors.ts';
import { type Digest, digestOf, isDigest, RunningDigest } from '../oci/index.ts';
import { acquireLock, EarlyWriteback, hasErrorCode } from '../system/index.ts';
import { unlock } from './claims.ts';
import { storeDamaged } from './database-error.ts';
import type { Journal } from './journal.ts';
import type { StoreLayout } from './layout.ts';
import type { Lease } from './lease.ts';

/** The expected digest and size of bytes from outside. */
export interface ExpectedBlob {
  readonly digest: Digest;
  /** Bytes. Undefined: unknown. */
  readonly size?: number | undefined;
}

export interface BlobInfo {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}

interface ClaimOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface WriteBlobOptions extends ClaimOptions {
  /** Of all bytes of the source, which updates it: then they are not hashed a second time. */
  readonly digest?: RunningDigest | undefined;
}

interface BlobParts {
  readonly lease: Lease;
  readonly journal: Journal;
  /** Whether it is the config or manifest of an image in the store. */
  readonly isNamed: (digest: Digest) => boolean;
  readonly temporaryDirectory: () => Promise<string>;
  /** Called with each blob that was verified and written. */
  readonly written: (path: string, info: BlobInfo) => void;
}

const CHUNK = 1 << 20;

export class BlobStore {
  readonly #layout: StoreLayout;
  readonly #lease: Lease;
  readonly #journal: Journal;
  readonly #isNamed: (digest: Digest) => boolean;
  readonly #temporaryDirectory: () => Promise<string>;
  readonly #written: BlobParts['written'];
  /** Blobs outside a read-only store. */
  readonly #elsewhere = new Map<Digest, string>();

  constructor(layout: StoreLayout, parts: BlobParts) {
    this.#layout = layout;
    this.#lease = parts.lease;
    this.#journal = parts.journal;
    this.#isNamed = parts.isNamed;
    this.#temporaryDirectory = parts.temporaryDirectory;
    this.#written = parts.written;
  }

  has(digest: Digest): boolean {
    return existsSync(this.#file(digest));
  }

  /** As `has`; an existing blob stays until this store is closed. */
  hold(digest: Digest): boolean {
    const file = this.#file(digest);
    return existsSync(file) && this.#lease.pin(digest, () => existsSync(file));
  }

  /**
   * The file of a blob, which stays until this store is closed.
   * @throws AppError STORE_BLOB_GONE
   */
  path(digest: Digest): string {
    const file = this.#file(digest);
    if (!this.#lease.pin(digest, () => existsSync(file))) throw this.#gone(digest);
    return file;
  }

  /**
   * Bytes.
   * @throws AppError STORE_BLOB_GONE
   */
  size(digest: Digest): number {
    const stats = statSync(this.#file(digest), { throwIfNoEntry: false });
    if (!stats) throw this.#gone(digest);
    return stats.size;
  }

  /**
   * Reads and verifies a whole blob: for configs and manifests.
   * @throws AppError STORE_BLOB_GONE, STORE_DAMAGED
   */
  async read(digest: Digest): Promise<Buffer> {
    const file = this.#file(digest);
    let bytes: Buffer;
    try {
      bytes = readFileSync(file);
    } catch (error) {
      throw hasErrorCode(error, 'ENOENT') ? this.#gone(digest) : error;
    }
    if (digestOf(bytes) !== digest)
      throw storeDamaged(`${file} does not match the digest in its name`);
    return bytes;
  }

  /**
   * Adds a blob, verified while it streams; invalid bytes are discarded. It stays until this store is closed, and
   * longer if an image references it.
   * @throws AppError BLOB_DIGEST_MISMATCH, BLOB_SIZE_MISMATCH; what the source throws
   */
  async write(
    source: Uint8Array | AsyncIterable<Uint8Array>,
    expected?: ExpectedBlob,
    { signal, digest }: WriteBlobOptions = {},
  ): Promise<BlobInfo> {
    if (source instanceof Uint8Array) {
      const info = { digest: digestOf(source), size: source.length };
      verify(info, expected);
      // The usual case of an unchanged build; the image's record checks that the blob still exists.
      if (this.has(info.digest) && this.#mayKeep(info.digest)) return info;
    }
    if (this.#layout.isReadOnly) return this.#writeElsewhere(source, { expected, signal, digest });
    const folder = `${this.#layout.blobs}/sha256`;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const temporary = `${this.#layout.tmp}/${this.#lease.hold()}.${randomBytes(8).toString('hex')}`;
    try {
      const info = await writeFile(temporary, inPieces(source), { expected, signal, digest });
      verify(info, expected);
      const lock = await acquireLock(this.#layout.collectorLock, 'shared', { signal });
      try {
        this.#lease.pinNew(info.digest);
        await rename(temporary, this.#file(info.digest));
      } finally {
        lock.release();
      }
      this.#journal.contentWritten();
      this.#written(this.#file(info.digest), info);
      return info;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  }

  /** Verifies the bytes of an existing blob. */
  async isSound(digest: Digest, { signal }: ClaimOptions = {}): Promise<boolean> {
    const actual = new RunningDigest();
    for await (const chunk of createReadStream(this.#file(digest), { highWaterMark: CHUNK })) {
      if (signal?.aborted) throw new AbortedError();
      actual.update(chunk);
    }
    return actual.value === digest;
  }

  /** The path of a blob, without holding it. */
  location(digest: Digest): string {
    return this.#file(digest);
  }

  /** Removes a blob whose bytes do not match its digest. */
  async remove(digest: Digest): Promise<void> {
    await rm(this.#file(digest), { force: true });
  }

  /**
   * Takes the exclusive right to download a blob, across processes and within this one. Then check first whether the
   * blob exists by now.
   * @throws AbortedError
   */
  async claim(digest: Digest, { signal }: ClaimOptions = {}): Promise<Disposable> {
    const name = digest.slice(digest.indexOf(':') + 1);
    const lock = await acquireLock(`${this.#layout.locks}/${name}`, 'exclusive', { signal });
    return { [Symbol.dispose]: () => unlock(lock) };
  }

  /** All blobs of the store. */
  *list(): IterableIterator<BlobInfo> {
    const folder = `${this.#layout.blobs}/sha256`;
    if (!existsSync(folder)) return;
    for (const name of readdirSync(folder)) {
      const digest = `sha256:${name}`;
      if (!isDigest(digest)) continue;
      const stats = statSync(`${folder}/${name}`, { throwIfNoEntry: false });
      if (stats) yield { digest, size: stats.size };
    }
  }

  /** A process without a lease takes none for this: the record of its image makes the check. */
  #mayKeep(digest: Digest): boolean {
    if (this.#lease.name === undefined) return true;
    return this.#lease.pin(digest, () => this.has(digest));
  }

  /** The error for a missing blob: removing an image removes its record first. */
  #gone(digest: Digest): AppError {
    if (!this.#isNamed(digest)) return blobGone(digest);
    return storeDamaged(`${this.#file(digest)} is missing`);
  }

  #file(digest: Digest): string {
    return this.#elsewhere.get(digest) ?? blobFile(this.#layout, digest);
  }

  /** Blobs made with a read-only store last as long as this process. */
  async #writeElsewhere(
    source: Uint8Array | AsyncIterable<Uint8Array>,
    options: WriteOptions,
  ): Promise<BlobInfo> {
    const path = `${await this.#temporaryDirectory()}/blob`;
    const info = await writeFile(path, inPieces(source), options);
    verify(info, options.expected);
    this.#elsewhere.set(info.digest, path);
    return info;
  }
}

/** The path of a blob; checks the digest, since it may come from a registry. */
export function blobFile(layout: StoreLayout, digest: Digest): string {
  if (!isDigest(digest)) throw new Error(`not a digest: ${JSON.stringify(digest)}`);
  return `${layout.blobs}/${digest.replace(':', '/')}`;
}

interface WriteOptions extends WriteBlobOptions {
  readonly expected: ExpectedBlob | undefined;
}

async function writeFile(
  path: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  { expected, signal, digest: given }: WriteOptions,
): Promise<BlobInfo> {
  const handle = await open(path, 'wx', 0o600);
  try {
    const digest = given ?? new RunningDigest();
    const writer = new ChunkWriter(handle);
    const writeback = new EarlyWriteback(handle.fd);
    let size = 0;
    for await (const chunk of source) {
      if (signal?.aborted) throw new AbortedError();
      size += chunk.length;
      if (expected?.size !== undefined && size > expected.size) {
        throw sizeMismatch(expected.digest, expected.size, size);
      }
      const written = writer.write(chunk);
      // Hashes while writing.
      if (given === undefined) digest.update(chunk);
      await written;
      writeback.advance(size - writer.waiting);
    }
    await writer.end();
    await handle.sync();
    if (digest.size !== size) throw new Error('the digest is not that of the bytes');
    return { digest: digest.value, size };
  } finally {
    await handle.close();
  }
}

/** Collects small chunks, such as those of a network: each write is a turn of a pool thread. */
class ChunkWriter {
  readonly #handle: FileHandle;
  #buffer: Buffer | undefined;
  #used = 0;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  /** Bytes that are not written yet. */
  get waiting(): number {
    return this.#used;
  }

  /** The chunk may be used again once this has settled. */
  async write(chunk: Uint8Array): Promise<void> {
    if (this.#used + chunk.length > CHUNK) await this.end();
    if (chunk.length >= CHUNK) return writeAll(this.#handle, chunk);
    this.#buffer ??= Buffer.allocUnsafeSlow(CHUNK);
    this.#buffer.set(chunk, this.#used);
    this.#used += chunk.length;
  }

  async end(): Promise<void> {
    if (this.#buffer === undefined || this.#used === 0) return;
    const collected = this.#buffer.subarray(0, this.#used);
    this.#used = 0;
    await writeAll(this.#handle, collected);
  }
}

async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await handle.write(chunk, done);
    done += bytesWritten;
  }
}

function inPieces(
  source: Uint8Array | AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (!(source instanceof Uint8Array)) return source;
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < source.length; at += CHUNK) pieces.push(source.subarray(at, at + CHUNK));
  return pieces;
}

function verify(info: BlobInfo, expected: ExpectedBlob | undefined): void {
  if (!expected) return;
  if (expected.size !== undefined && info.size !== expected.size) {
    throw sizeMismatch(expected.digest, expected.size, info.size);
  }
  if (info.digest !== expected.digest) {
    throw new AppError(
      'BLOB_DIGEST_MISMATCH',
      `the received bytes do not match ${expected.digest}`,
      {
        hint: 'they were damaged or altered in transit; try again',
        expected: expected.digest,
        details: { actual: info.digest },
      },
    );
  }
}

function sizeMismatch(digest: Digest, expected: number, actual: number): AppError {
  const relation = actual > expected ? 'more' : 'fewer';
  return new AppError('BLOB_SIZE_MISMATCH', `${digest} has ${relation} bytes than expected`, {
    hint: 'it was truncated or altered in transit; try again',
    expected: `${expected} bytes`,
    details: { expected, actual },
  });
}

function blobGone(digest: Digest): AppError {
  return new AppError('STORE_BLOB_GONE', `the store has no blob ${digest}`, {
    hint: 'it may have been pruned; build or pull the image again',
  });
}
