/** Bytes that are hashed once for their source and for the layer made of them, if they are its tar. */
import { detectCompression, MAGIC_SIZE } from '../archive/index.ts';
import type { RunningDigest } from '../oci/index.ts';

export interface HashedReaders<T> {
  /** Reads bytes that may be compressed. */
  readonly into: (bytes: AsyncIterable<Uint8Array>) => Promise<T>;
  /** Reads a tar, and adds each chunk to the digest before it requests the next one. */
  readonly intoTar: (tar: AsyncIterable<Uint8Array>, digest: RunningDigest) => Promise<T>;
}

/**
 * Reads bytes whose source does not hash them: it uses this digest. A fault of the source takes precedence over the
 * reader's error, so the source is then read to its end.
 *
 * @param chunks closed afterwards
 */
export async function readHashed<T>(
  chunks: AsyncGenerator<Uint8Array, void>,
  digest: RunningDigest,
  { into, intoTar }: HashedReaders<T>,
): Promise<T> {
  let last: Uint8Array | undefined;
  let taken = 0;
  const next = async (): Promise<IteratorResult<Uint8Array, void>> => {
    const result = await chunks.next();
    last = result.done === true ? undefined : result.value;
    taken += last?.length ?? 0;
    return result;
  };
  try {
    const first = await next();
    // A reader that fails does not close it.
    const all = startingWith(first, next);
    const start = last ?? Buffer.alloc(0);
    const isTar = start.length >= MAGIC_SIZE && detectCompression(start) === undefined;
    return await (isTar ? intoTar(all, digest) : into(hashed(all, digest)));
  } catch (error) {
    // The reader may have failed before it added the last chunk.
    if (last !== undefined && digest.size < taken) digest.update(last);
    for await (const chunk of chunks) digest.update(chunk);
    throw error;
  } finally {
    await chunks.return();
  }
}

async function* hashed(
  chunks: AsyncIterable<Uint8Array>,
  digest: RunningDigest,
): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    digest.update(chunk);
    yield chunk;
  }
}

function startingWith(
  first: IteratorResult<Uint8Array, void>,
  next: () => Promise<IteratorResult<Uint8Array, void>>,
): AsyncIterable<Uint8Array> {
  let isFirst = true;
  return {
    [Symbol.asyncIterator]: () => ({
      async next() {
        if (!isFirst) return next();
        isFirst = false;
        return first;
      },
    }),
  };
}
