/** Looks for the secrets of a build in contents: as they are, encoded, and compressed. */
import { constants, unzipSync, zstdDecompressSync } from 'node:zlib';

/** The bytes of a secret in one of the forms in which it may be written. */
export interface SecretBytes {
  readonly bytes: Buffer;
}

/** Larger compressed files are only searched as they are. */
const LARGEST_COMPRESSED = 64 << 20;
const LARGEST_UNPACKED = 512 << 20;
const MAGIC_SIZE = 4;

/** Takes a content piece by piece. */
export class SecretSearch {
  readonly #forms: readonly SecretBytes[];
  readonly #overlap: number;
  #end: Buffer = Buffer.alloc(0);
  #compressed: Buffer[] | undefined;
  #isLong = false;
  #isFound = false;

  /**
   * @param forms at least one
   * @param size of the content, in bytes
   */
  constructor(forms: readonly SecretBytes[], size: number) {
    this.#forms = forms;
    this.#overlap = Math.max(...forms.map(({ bytes }) => bytes.length)) - 1;
    if (size <= LARGEST_COMPRESSED) this.#compressed = [];
  }

  /** @param bytes are copied */
  add(bytes: Uint8Array): void {
    if (this.#isFound || bytes.length === 0) return;
    const piece = Buffer.concat([this.#end, bytes]);
    this.#isFound = isIn(piece, this.#forms);
    this.#end = piece.subarray(Math.max(0, piece.length - this.#overlap));
    this.#compressed?.push(Buffer.from(bytes));
    if (!this.#isLong && this.#compressed !== undefined) this.#judge(this.#compressed);
  }

  /** Keeps only what its first bytes say is compressed. */
  #judge(pieces: readonly Buffer[]): void {
    const start = Buffer.concat(pieces);
    if (start.length < MAGIC_SIZE) return;
    this.#isLong = true;
    if (!isCompressed(start)) this.#compressed = undefined;
  }

  /** Whether the content has a secret. */
  finish(): boolean {
    if (this.#isFound || this.#compressed === undefined) return this.#isFound;
    return isIn(decompressed(Buffer.concat(this.#compressed)), this.#forms);
  }
}

/** Replaces the secrets in a text to be shown. */
export function masked(text: string, forms: readonly SecretBytes[]): string {
  return forms.reduce((rest, { bytes }) => rest.replaceAll(bytes.toString(), '***'), text);
}

export function isIn(content: Buffer, forms: readonly SecretBytes[]): boolean {
  return forms.some(({ bytes }) => content.includes(bytes));
}

/** gzip, zlib (objects of git), zstd. */
function isCompressed(start: Buffer): boolean {
  const isGzip = start[0] === 0x1f && start[1] === 0x8b;
  const isZlib = start[0] === 0x78 && start.length > 1 && start.readUInt16BE(0) % 31 === 0;
  return isGzip || isZlib || isZstd(start);
}

function isZstd(start: Buffer): boolean {
  return start.length >= MAGIC_SIZE && start.readUInt32BE(0) === 0x28b52ffd;
}

/** @returns what can be decompressed; nothing of what only looks compressed, or is too large */
function decompressed(content: Buffer): Buffer {
  const maxOutputLength = LARGEST_UNPACKED;
  try {
    return isZstd(content)
      ? zstdDecompressSync(content, { maxOutputLength })
      : unzipSync(content, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return Buffer.alloc(0);
  }
}
