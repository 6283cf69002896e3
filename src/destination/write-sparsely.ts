/** Zeros become holes of a written file: what an image keeps sparse on the disk, its export keeps sparse too. */
import { closeSync, openSync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { copySparse } from '../system/index.ts';
import { type FileBytes, fileIsShort, type Piece } from './pieces.ts';

/** Shorter chunks are written, since a hole would save nothing. */
const SMALL = 64 * 1024;
/** Bytes that the kernel copies at once. */
const COPIED = 32 << 20;
const ZEROS = Buffer.alloc(1 << 20);

/** Writes pieces into a new file, in order; leaves out chunks that are all zeros, and holes of files. */
export async function writeSparsely(
  handle: FileHandle,
  pieces: AsyncIterable<Piece>,
  signal: AbortSignal | undefined,
): Promise<void> {
  let position = 0;
  for await (const piece of pieces) {
    signal?.throwIfAborted();
    if (!(piece instanceof Uint8Array)) {
      await copyFile(handle, piece, { position, signal });
      position += piece.size;
      continue;
    }
    if (!isZeros(piece)) await writeAll(handle, piece, position);
    position += piece.length;
  }
  await handle.truncate(position);
}

interface CopyPlace {
  readonly position: number;
  readonly signal: AbortSignal | undefined;
}

async function copyFile(
  handle: FileHandle,
  { path, size }: FileBytes,
  { position, signal }: CopyPlace,
): Promise<void> {
  const from = openSync(path, 'r');
  try {
    const copy = copySparse({ from, offset: 0, size, to: handle.fd, toOffset: position }, COPIED);
    for (let step = copy.next(); ; step = copy.next()) {
      if (step.done === true) {
        if (!step.value) throw fileIsShort(path);
        return;
      }
      await turn();
      signal?.throwIfAborted();
    }
  } finally {
    closeSync(from);
  }
}

function isZeros(chunk: Uint8Array): boolean {
  if (chunk.length < SMALL || chunk.length > ZEROS.length) return false;
  return ZEROS.subarray(0, chunk.length).equals(chunk);
}

async function writeAll(handle: FileHandle, chunk: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const left = chunk.length - done;
    done += (await handle.write(chunk, done, left, position + done)).bytesWritten;
  }
}
