/** Finds the first difference between two files. */
import { closeSync, read as readFile } from 'node:fs';
import { promisify } from 'node:util';
import type { ContentRange } from '../files/index.ts';
import { openContent } from '../system/index.ts';

export interface ContentDifference {
  /** Offset of the first byte that differs. */
  readonly offset: number;
  /** The content there: a line of text, or bytes in hexadecimal. */
  readonly a: string;
  readonly b: string;
}

const CHUNK = 1 << 18;
/** Maximum length of a line that is shown, and that is searched for its beginning. */
const LINE = 160;
const BYTES = 16;
const readAsync = promisify(readFile);

/** @returns undefined if the contents are the same */
export async function compareContents(
  a: ContentRange,
  b: ContentRange,
): Promise<ContentDifference | undefined> {
  const first = openContent(a);
  try {
    const second = openContent(b);
    try {
      const left: Opened = { fd: first, range: a };
      const right: Opened = { fd: second, range: b };
      const offset = await firstDifference(left, right);
      if (offset === undefined) return undefined;
      return { offset, ...(await shown(left, right, offset)) };
    } finally {
      closeSync(second);
    }
  } finally {
    closeSync(first);
  }
}

interface Opened {
  readonly fd: number;
  readonly range: ContentRange;
}

async function firstDifference(a: Opened, b: Opened): Promise<number | undefined> {
  const shared = Math.min(a.range.size, b.range.size);
  for (let offset = 0; offset < shared; offset += CHUNK) {
    const length = Math.min(CHUNK, shared - offset);
    const [x, y] = await Promise.all([read(a, offset, length), read(b, offset, length)]);
    if (x.equals(y)) continue;
    let index = 0;
    while (x[index] === y[index]) index++;
    return offset + index;
  }
  return a.range.size === b.range.size ? undefined : shared;
}

async function read({ fd, range }: Opened, offset: number, length: number): Promise<Buffer> {
  const size = Math.max(0, Math.min(length, range.size - offset));
  const buffer = Buffer.alloc(size);
  for (let done = 0; done < size; ) {
    const { bytesRead } = await readAsync(
      fd,
      buffer,
      done,
      size - done,
      range.offset + offset + done,
    );
    if (bytesRead === 0) return buffer.subarray(0, done);
    done += bytesRead;
  }
  return buffer;
}

async function shown(
  a: Opened,
  b: Opened,
  offset: number,
): Promise<{ readonly a: string; readonly b: string }> {
  const start = Math.max(0, offset - LINE);
  const texts = await Promise.all([read(a, start, 2 * LINE), read(b, start, 2 * LINE)]);
  const lines = texts.map((text) => lineAt(text, offset - start));
  const [x, y] = lines;
  if (x !== undefined && y !== undefined) return { a: x, b: y };
  const [p, q] = await Promise.all([read(a, offset, BYTES), read(b, offset, BYTES)]);
  return { a: hexadecimal(p), b: hexadecimal(q) };
}

/** The line at a position of a text; undefined if it is not text. */
function lineAt(bytes: Buffer, position: number): string | undefined {
  if (bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) {
    return undefined;
  }
  const begin = position === 0 ? 0 : bytes.lastIndexOf(0x0a, position - 1) + 1;
  const end = bytes.indexOf(0x0a, position);
  const line = bytes.subarray(begin, end < 0 ? bytes.length : end).toString('utf8');
  if (line.includes('\ufffd')) return undefined;
  return line.length <= LINE ? line : `${line.slice(0, LINE - 1)}…`;
}

function hexadecimal(bytes: Buffer): string {
  return bytes.length === 0 ? 'end of file' : (bytes.toString('hex').match(/../g) ?? []).join(' ');
}
