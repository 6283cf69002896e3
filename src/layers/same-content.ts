/** Whether a host file has the content of another one, which may be a range of a larger file. */
import { closeSync } from 'node:fs';
import type { ContentRange } from '../files/index.ts';
import { openContent } from '../system/index.ts';
import { openForReading, readFully } from './host-files.ts';

const CHUNK = 1 << 18;

/** Pauses after each chunk. @param hostPath Latin1 bytes; a file of the range's size */
export function* sameContent(hostPath: string, range: ContentRange): Generator<void, boolean> {
  if (range.size === 0) return true;
  const buffers = [Buffer.allocUnsafe(CHUNK), Buffer.allocUnsafe(CHUNK)] as const;
  const read = (fd: number, buffer: Buffer, position: number) => {
    const length = Math.min(CHUNK, range.size);
    return buffer.subarray(0, readFully(fd, { buffer, start: 0, length }, position));
  };
  const fd = openForReading(hostPath);
  try {
    const other = openContent(range);
    try {
      for (let at = 0; at < range.size; at += CHUNK) {
        const own = read(fd, buffers[0], at);
        const theirs = read(other, buffers[1], range.offset + at);
        const length = Math.min(own.length, range.size - at);
        if (length === 0 || !own.subarray(0, length).equals(theirs.subarray(0, length))) {
          return false;
        }
        yield;
      }
      return true;
    } finally {
      closeSync(other);
    }
  } finally {
    closeSync(fd);
  }
}
