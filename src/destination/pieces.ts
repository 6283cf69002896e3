/** What is written to a destination: bytes, and whole files that the kernel copies. */
import { closeSync, openSync, readSync } from 'node:fs';

/** The first bytes of a file. */
export interface FileBytes {
  readonly path: string;
  readonly size: number;
}

export type Piece = Uint8Array | FileBytes;

const CHUNK = 512 * 1024;

/** All pieces as bytes, for destinations that are no files. Chunks belong to the caller. */
export async function* bytesOfPieces(
  pieces: AsyncIterable<Piece>,
): AsyncGenerator<Uint8Array, void> {
  for await (const piece of pieces) {
    if (piece instanceof Uint8Array) yield piece;
    else yield* bytesOfFile(piece);
  }
}

function* bytesOfFile({ path, size }: FileBytes): Generator<Uint8Array, void> {
  const fd = openSync(path, 'r');
  try {
    for (let done = 0; done < size; ) {
      const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK, size - done));
      const count = readSync(fd, buffer, 0, buffer.length, done);
      if (count === 0) throw fileIsShort(path);
      done += count;
      yield buffer.subarray(0, count);
    }
  } finally {
    closeSync(fd);
  }
}

/** The caller of a destination has checked the size: another process cut the file off. */
export function fileIsShort(path: string): Error {
  return new Error(`${path} became shorter while it was copied`);
}
