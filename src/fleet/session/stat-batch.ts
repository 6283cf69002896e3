/**
 * Metadata of many files as framed gRPC messages, `Packet{stat}` each, in one buffer: a context may have a hundred
 * thousand files, and an object or a write for each is what its second build would take most time for.
 */
import type { FileEntry } from '../../files/index.ts';
import { framed } from '../../grpc/index.ts';
import { Packet } from '../wire/session.ts';

/** Bytes collected before they are sent. */
const FULL = 64 << 10;
/** Bytes of a message beside its texts: its head, tags, and numbers of at most ten bytes. */
const ROOM = 128;
const HEAD = 5;

/** Bits of Go's `fs.FileMode`, which the protocol uses. */
const GO_TYPE = {
  file: 0,
  directory: 2 ** 31,
  symlink: 2 ** 27,
  block: 2 ** 26,
  char: 2 ** 26 + 2 ** 21,
  fifo: 2 ** 25,
  socket: 2 ** 24,
} as const;
const GO_SETUID = 2 ** 23;
const GO_SETGID = 2 ** 22;
const GO_STICKY = 2 ** 20;

/** Tags of the fields of `Stat` that are written here; Packet{type: stat} is the default, and is not written. */
const TAG = {
  stat: 0x12,
  path: 0x0a,
  mode: 0x10,
  size: 0x28,
  modTime: 0x30,
  linkname: 0x3a,
} as const;

export class StatBatch {
  #buffer = Buffer.allocUnsafe(2 * FULL);
  #length = 0;

  get isFull(): boolean {
    return this.#length >= FULL;
  }

  /**
   * Owners of this machine's files are not sent.
   * @param linkTo the first path of the same file
   */
  add(entry: FileEntry, linkTo: string | undefined): void {
    const { path, size, mtime, mtimeNs, linkTarget, devMajor, devMinor, xattrs } = entry;
    if (xattrs !== undefined || devMajor !== undefined || devMinor !== undefined) {
      this.#addRare(entry, linkTo);
      return;
    }
    const target = linkTo ?? linkTarget ?? '';
    this.#reserve(path.length + target.length + ROOM);
    // Lengths are written once they are known: a message is at most 4 GiB, and its length in a packet takes 5 bytes.
    const start = this.#length;
    const body = start + HEAD + 1 + 5;
    this.#length = body;
    this.#text(TAG.path, path);
    this.#number(TAG.mode, modeOf(entry));
    if (size !== 0) this.#number(TAG.size, size);
    this.#time(mtime, mtimeNs);
    if (target !== '') this.#text(TAG.linkname, target);
    this.#close(start, this.#length - body);
  }

  /** @returns the bytes so far, and starts over */
  take(): Buffer {
    const taken = this.#buffer.subarray(0, this.#length);
    this.#buffer = Buffer.allocUnsafe(2 * FULL);
    this.#length = 0;
    return taken;
  }

  #addRare(entry: FileEntry, linkTo: string | undefined): void {
    const message = framed(Packet, { stat: statOf(entry, linkTo) });
    this.#reserve(message.length);
    message.copy(this.#buffer, this.#length);
    this.#length += message.length;
  }

  #close(start: number, length: number): void {
    const buffer = this.#buffer;
    buffer[start] = 0;
    buffer.writeUInt32BE(1 + 5 + length, start + 1);
    buffer[start + HEAD] = TAG.stat;
    // A number may have more bytes than it needs.
    let left = length;
    for (let at = 0; at < 4; at++) {
      buffer[start + HEAD + 1 + at] = (left & 0x7f) | 0x80;
      left >>>= 7;
    }
    buffer[start + HEAD + 5] = left;
  }

  #text(tag: number, text: string): void {
    this.#number(tag, text.length);
    this.#length += this.#buffer.write(text, this.#length, 'latin1');
  }

  #number(tag: number, value: number): void {
    this.#buffer[this.#length++] = tag;
    let left = value;
    while (left >= 0x80) {
      this.#buffer[this.#length++] = (left % 0x80) | 0x80;
      left = Math.floor(left / 0x80);
    }
    this.#buffer[this.#length++] = left;
  }

  #time(seconds: number, nanoseconds: number): void {
    let left = BigInt.asUintN(64, BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds));
    if (left === 0n) return;
    this.#buffer[this.#length++] = TAG.modTime;
    while (left >= 0x80n) {
      this.#buffer[this.#length++] = Number(left & 0x7fn) | 0x80;
      left >>= 7n;
    }
    this.#buffer[this.#length++] = Number(left);
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(2 * (this.#length + bytes));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }
}

function modeOf({ type, mode }: FileEntry): number {
  const special =
    ((mode & 0o4000) === 0 ? 0 : GO_SETUID) +
    ((mode & 0o2000) === 0 ? 0 : GO_SETGID) +
    ((mode & 0o1000) === 0 ? 0 : GO_STICKY);
  return GO_TYPE[type] + special + (mode & 0o777);
}

/** The same as a message of the table, for what few files have. */
export function statOf(entry: FileEntry, linkTo: string | undefined) {
  const { path, size, mtime, mtimeNs, linkTarget, devMajor, devMinor, xattrs } = entry;
  const target = linkTo ?? linkTarget;
  return {
    path: Buffer.from(path, 'latin1'),
    mode: modeOf(entry),
    size,
    modTime: BigInt(mtime) * 1_000_000_000n + BigInt(mtimeNs),
    linkname: target === undefined ? undefined : Buffer.from(target, 'latin1'),
    devmajor: devMajor,
    devminor: devMinor,
    xattrs: xattrs && bytesOf(xattrs),
  };
}

function bytesOf(xattrs: Readonly<Record<string, string>>): Readonly<Record<string, Uint8Array>> {
  const entries = Object.entries(xattrs);
  return Object.fromEntries(entries.map(([name, value]) => [name, Buffer.from(value, 'latin1')]));
}
