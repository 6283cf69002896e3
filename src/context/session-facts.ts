/** What this build learned about the files of a context, by their numbers. */
import type { ContentDigest } from '../files/index.ts';
import { DIGEST_BYTES, DIGEST_PREFIX, HAS_DIGEST, IS_LASTING } from './fact-flags.ts';

/** Files of a piece of the digests: they grow without being moved. */
const PIECE_BITS = 12;
const PIECE = 1 << PIECE_BITS;
/** Files that there is room for at first. */
const FIRST = 16;

export class SessionFacts {
  #flags = new Uint8Array(FIRST);
  readonly #digests: (Buffer | undefined)[] = [];

  flags(file: number): number {
    return this.#flags[file] ?? 0;
  }

  add(file: number, flag: number): void {
    if (file >= this.#flags.length) {
      const flags = new Uint8Array(Math.max(file + 1, 2 * this.#flags.length));
      flags.set(this.#flags);
      this.#flags = flags;
    }
    this.#flags[file] = this.flags(file) | flag;
  }

  digest(file: number): ContentDigest {
    const at = (file % PIECE) * DIGEST_BYTES;
    const hex = this.#digests[file >>> PIECE_BITS]?.toString('hex', at, at + DIGEST_BYTES);
    return `${DIGEST_PREFIX}${hex}` as ContentDigest;
  }

  setDigest(file: number, digest: ContentDigest): void {
    this.add(file, HAS_DIGEST);
    const hex = digest.slice(DIGEST_PREFIX.length);
    this.#piece(file).write(hex, (file % PIECE) * DIGEST_BYTES, 'hex');
  }

  /** Copies a digest; none leaves the target as it is. */
  copyDigest(file: number, to: Buffer, at: number): void {
    const from = (file % PIECE) * DIGEST_BYTES;
    const piece = this.#digests[file >>> PIECE_BITS];
    if (piece !== undefined && from < piece.length) piece.copy(to, at, from, from + DIGEST_BYTES);
  }

  /** Files whose facts last. */
  lasting(): Uint32Array<ArrayBuffer> {
    let count = 0;
    for (const flags of this.#flags) if (flags & IS_LASTING) count++;
    const files = new Uint32Array(count);
    let next = 0;
    for (const [file, flags] of this.#flags.entries()) if (flags & IS_LASTING) files[next++] = file;
    return files;
  }

  #piece(file: number): Buffer {
    const number = file >>> PIECE_BITS;
    const piece = this.#digests[number];
    const needed = ((file % PIECE) + 1) * DIGEST_BYTES;
    if (piece !== undefined && piece.length >= needed) return piece;
    // Most contexts are small: only a large one gets whole pieces at once.
    const length =
      file < PIECE
        ? Math.max(FIRST * DIGEST_BYTES, needed, 2 * (piece?.length ?? 0))
        : PIECE * DIGEST_BYTES;
    const larger = Buffer.alloc(Math.min(length, PIECE * DIGEST_BYTES));
    piece?.copy(larger);
    this.#digests[number] = larger;
    return larger;
  }
}
