/**
 * Unpacks archives for ADD: recognised by content, read once. Contents are written one after the other into a spool
 * file, so that the layer can be made in its own order; the archive's digest comes from the same reading.
 */
import { createHash } from 'node:crypto';
import { closeSync, read } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decompress, isTar, readTar, type TarHeader, type TarMember } from '../archive/index.ts';
import { type ContentDigest, type ContentRange, toBytes } from '../files/index.ts';
import { UnpackBudget } from '../layers/index.ts';
import { openContent } from '../system/index.ts';

export interface ArchiveMember {
  /** The name is as in the archive. */
  readonly header: TarHeader;
  /** For files. */
  readonly content: ContentRange | undefined;
}

export interface UnpackedArchive {
  /** Of the archive file itself. */
  readonly digest: ContentDigest;
  /** Bytes of the archive file. */
  readonly size: number;
  readonly members: readonly ArchiveMember[];
}

/** Whether a file is a tar archive, compressed or not. */
export function isArchive(range: ContentRange): Promise<boolean> {
  return isTar(decompress(readRange(range)));
}

/** Unpacks archives into a directory that is removed when this is disposed. */
export class ArchiveSpool implements AsyncDisposable {
  readonly #directory: string;
  readonly #limit: number | undefined;
  #count = 0;

  private constructor(directory: string, limit: number | undefined) {
    this.#directory = directory;
    this.#limit = limit;
  }

  /**
   * @param parent directory to make the spool in
   * @param limit bytes that each archive may unpack to; undefined: as many as are free
   */
  static async create(parent: string, limit: number | undefined): Promise<ArchiveSpool> {
    return new ArchiveSpool(await mkdtemp(join(parent, 'unpack-')), limit);
  }

  /**
   * @throws AppError ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_LIMIT, ARCHIVE_UNSUPPORTED, ARCHIVE_TOO_LARGE,
   *   ENTRY_UNSTORABLE
   */
  async unpack(range: ContentRange, signal?: AbortSignal): Promise<UnpackedArchive> {
    const path = join(this.#directory, String(++this.#count));
    const spool = new SpoolFile(toBytes(path), await open(path, 'wx', 0o600));
    try {
      const source = new HashedSource(range, signal);
      const budget = new UnpackBudget({ limit: this.#limit, directory: this.#directory });
      const members: ArchiveMember[] = [];
      for await (const member of readTar(decompress(source.chunks()))) {
        budget.take(member.header.size);
        members.push(await spool.add(member));
      }
      await spool.finish();
      return { ...source.finish(), members };
    } finally {
      await spool.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#directory, { recursive: true, force: true });
  }
}

class SpoolFile {
  readonly #hostPath: string;
  readonly #handle: FileHandle;
  // Content at the very start would be read as a whole file, to its current end.
  #position = 1;

  constructor(hostPath: string, handle: FileHandle) {
    this.#hostPath = hostPath;
    this.#handle = handle;
  }

  async add(member: TarMember): Promise<ArchiveMember> {
    const { header } = member;
    if (header.type !== 'file') return { header, content: undefined };
    const offset = this.#position;
    for await (const { position, bytes } of member.pieces) {
      for (let done = 0; done < bytes.length; ) {
        const at = offset + position + done;
        done += (await this.#handle.write(bytes, done, bytes.length - done, at)).bytesWritten;
      }
    }
    this.#position += header.size;
    return { header, content: { hostPath: this.#hostPath, offset, size: header.size } };
  }

  /** Extends the file to the end of its contents, which may be a hole. */
  finish(): Promise<void> {
    return this.#handle.truncate(this.#position);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/** The bytes of a file, hashed as they pass. */
class HashedSource {
  readonly #range: ContentRange;
  readonly #signal: AbortSignal | undefined;
  readonly #hasher = createHash('sha512-256');
  #size = 0;

  constructor(range: ContentRange, signal: AbortSignal | undefined) {
    this.#range = range;
    this.#signal = signal;
  }

  async *chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of readRange(this.#range)) {
      this.#signal?.throwIfAborted();
      this.#hasher.update(chunk);
      this.#size += chunk.length;
      yield chunk;
    }
  }

  finish(): { readonly digest: ContentDigest; readonly size: number } {
    const digest = `sha512-256:${this.#hasher.digest('hex')}` as ContentDigest;
    return { digest, size: this.#size };
  }
}

const CHUNK = 256 * 1024;
const readAsync = promisify(read);

async function* readRange(range: ContentRange): AsyncGenerator<Uint8Array, void, undefined> {
  const fd = openContent(range);
  try {
    for (let position = 0; position < range.size; ) {
      // A buffer for each chunk, since the consumer may keep it.
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK, range.size - position));
      const { bytesRead } = await readAsync(fd, buffer, 0, buffer.length, range.offset + position);
      if (bytesRead === 0) return;
      position += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    closeSync(fd);
  }
}
