/** Zeros become holes of a written file: what an image keeps sparse on the disk, its export keeps sparse too. */
import type { FileHandle } from 'node:fs/promises';

/** Shorter chunks are written, since a hole would save nothing. */
const SMALL = 64 * 1024;
const ZEROS = Buffer.alloc(1 << 20);

/** Writes chunks into a new file, in order; leaves out those that are all zeros. */
export async function writeSparsely(
  handle: FileHandle,
  chunks: AsyncIterable<Uint8Array>,
  signal: AbortSignal | undefined,
): Promise<void> {
  let position = 0;
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    if (!isZeros(chunk)) await writeAll(handle, chunk, position);
    position += chunk.length;
  }
  await handle.truncate(position);
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
