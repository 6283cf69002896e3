/** Digests a layer's tar and the contents of its files while `scanTar` reads it, and hands the wanted contents on. */
import { createHash, type Hash, hash } from 'node:crypto';
import type { TarMemberEvent } from '../archive/index.ts';
import type { ContentDigest, FileEntry } from '../files/index.ts';
import { DIGEST_PREFIX } from './index-encoder.ts';
import type { Inode } from './layer-builder.ts';
import { cleanMemberPath } from './member-path.ts';
import type { TarInspector } from './scan-tar.ts';
import { type TarIdentity, tarIdentity } from './tar-identity.ts';

/** Receives the content of one file as it streams by. */
export interface ContentReader {
  /** The bytes are lent until the next call. */
  add(bytes: Uint8Array): void;
  /** Whether the rest is not wanted: then `add` and `end` need not be called again. */
  isDone?(): boolean;
  /** Called after the last byte. */
  end(digest: ContentDigest): void;
}

/** @returns undefined for files whose content is not wanted */
export type InspectContent = (
  file: Pick<FileEntry, 'path' | 'size' | 'mode'>,
) => ContentReader | undefined;

/**
 * The digests are in the entries of the scanned layer. Sparse files are left out: to digest one is to digest its holes
 * too, whose size is only a claim.
 */
export class ContentDigests implements TarInspector {
  readonly #inspect: InspectContent | undefined;
  readonly #tar = createHash('sha256');
  #tarSize = 0;
  /** Of the file that passes; undefined for members that are not digested. */
  #inode: Inode | undefined;
  #remaining = 0;
  #hash: Hash | undefined;
  #reader: ContentReader | undefined;

  constructor(inspect?: InspectContent | undefined) {
    this.#inspect = inspect;
  }

  /** Of the tar, once it has been read to its end. */
  identity(): TarIdentity {
    return tarIdentity(this.#tar.digest('hex'), this.#tarSize);
  }

  takeTar(bytes: Uint8Array): void {
    this.#tar.update(bytes);
    this.#tarSize += bytes.length;
  }

  beginMember({ header, storedSize, sparse }: TarMemberEvent, inode: Inode | undefined): void {
    this.#inode = sparse === undefined ? inode : undefined;
    this.#remaining = storedSize;
    this.#hash = undefined;
    this.#reader = undefined;
    if (this.#inode === undefined) return;
    if (this.#inspect !== undefined) {
      const { size, mode } = header;
      this.#reader = this.#inspect({ path: cleanMemberPath(header.path), size, mode });
    }
    if (storedSize === 0) this.#note(hash('sha512-256', ''));
  }

  takeContent(bytes: Buffer): void {
    if (this.#inode === undefined) return;
    this.#reader?.add(bytes);
    // Whole small files are cheaper to digest in one call.
    if (bytes.length === this.#remaining && this.#hash === undefined) {
      this.#note(hash('sha512-256', bytes));
    } else {
      this.#hash ??= createHash('sha512-256');
      this.#hash.update(bytes);
    }
    this.#remaining -= bytes.length;
  }

  endMember(): void {
    if (this.#hash !== undefined) this.#note(this.#hash.digest('hex'));
    this.#inode = undefined;
    this.#hash = undefined;
  }

  #note(hex: string): void {
    if (this.#inode === undefined) return;
    const digest = `${DIGEST_PREFIX}${hex}` as ContentDigest;
    this.#inode.digest = digest;
    this.#reader?.end(digest);
  }
}
