/** Node's decompression streams as async iterables with this folder's rule: a chunk is lent only until the next one. */
import type { Transform } from 'node:stream';
import { badCompression, truncated } from './failures.ts';

/**
 * Pipes a source through a transform of node:zlib. The transform runs on a pool thread while the caller uses the
 * previous output, and while the source prepares the next chunk.
 * @param source its chunks are valid until two more are requested
 * @param format for error messages
 */
export async function* throughTransform(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
  format: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const state = { stopped: false };
  const feeding = feed(source, transform, state);
  try {
    for await (const chunk of transform as AsyncIterable<Buffer>) {
      yield chunk;
      release(chunk);
    }
  } catch (error) {
    throw translate(error, format);
  } finally {
    state.stopped = true;
    transform.destroy();
    await feeding;
  }
}

/**
 * Frees the buffer of a chunk that nobody needs any more. V8 counts buffers as its memory, and would collect garbage to
 * get each 64 MB of them back. The transform writes more into a buffer until it is full, then it takes another one.
 * Small buffers are part of Node's pool.
 */
function release({ buffer, byteOffset, length }: Buffer): void {
  const isFull = byteOffset + length === buffer.byteLength;
  const isOwn = buffer.byteLength > Buffer.poolSize;
  if (isFull && isOwn && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

/** Never rejects: an error of the source destroys the transform and so reaches the reader. */
async function feed(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
  state: { readonly stopped: boolean },
): Promise<void> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    let upcoming = chunks.next();
    for (;;) {
      const { done, value } = await upcoming;
      if (done === true) break;
      upcoming = chunks.next();
      // It is awaited later, or never.
      upcoming.catch(() => undefined);
      await write(transform, value);
      if (state.stopped) {
        await chunks.return?.();
        return;
      }
    }
    transform.end();
  } catch (error) {
    transform.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Resolves once the transform no longer needs the chunk. */
function write(transform: Transform, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      transform.off('close', done);
      resolve();
    };
    transform.once('close', done);
    transform.write(chunk, done);
  });
}

function translate(error: unknown, format: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return error;
  if (error.code === 'Z_BUF_ERROR') return truncated(`inside the ${format} data`);
  return /^Z_|^ZSTD_/.test(error.code) ? badCompression(format, error.message, error) : error;
}
