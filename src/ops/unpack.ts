/**
 * Archives that ADD unpacks: recognised by their content, read once. Contents are written one after the other into a
 * file of their own, so that the layer can be made in its own order; the archive's digest comes from the same reading.
 */
import { createHash } from 'node:crypto';
import { closeSync, read } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decompress, isTar, readTar, type TarHeader, type TarMember } from '../archive/index.ts';
import { type ContentDigest, type ContentRange, toBytes } from '../files/index.ts';
import { openContent } from '../system/index.ts';

export interface ArchiveMember {
  /** The name is as it stands in the archive. */
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
  #count = 0;

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** @param parent where the directory is made */
  static async create(parent: string): Promise<ArchiveSpool> {
    return new ArchiveSpool(await mkdtemp(join(parent, 'unpack-')));
  }

  /** @throws AppError ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_LIMIT, ARCHIVE_UNSUPPORTED */
  async unpack(range: ContentRange, signal?: AbortSignal): Promise<UnpackedArchive> {
    const path = join(this.#directory, String(++this.#count));
    const spool = new SpoolFile(toBytes(path), await open(path, 'wx', 0o600));
    try {
      const source = new HashedSource(range, signal);
      const members: ArchiveMember[] = [];
      for await (const member of readTar(decompress(source.chunks()))) {
        members.push(await spool.add(member));
      }
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
  // Content at the very start would be taken for a whole file, which is read as far as it has grown.
  #position = 1;

  constructor(hostPath: string, handle: FileHandle) {
    this.#hostPath = hostPath;
    this.#handle = handle;
  }

  async add(member: TarMember): Promise<ArchiveMember> {
    const { header } = member;
    if (header.type !== 'file') return { header, content: undefined };
    const offset = this.#position;
    for await (const chunk of member.content) {
      for (let done = 0; done < chunk.length; ) {
        const length = chunk.length - done;
        const { bytesWritten } = await this.#handle.write(chunk, done, length, this.#position);
        done += bytesWritten;
        this.#position += bytesWritten;
      }
    }
    const content = { hostPath: this.#hostPath, offset, size: this.#position - offset };
    return { header, content };
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
      // A buffer for each chunk, since whoever takes it may keep it.
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
