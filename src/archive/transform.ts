/** Node's decompressing streams as async iterables that obey the rule of this folder: a chunk is only lent. */
import type { Transform } from 'node:stream';
import { badCompression, truncated } from './failures.ts';

/**
 * Sends a source through a transform of node:zlib. The transform works on a pool thread while the caller uses what
 * came out before.
 * @param format to be named in errors
 */
export async function* throughTransform(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
  format: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const state = { stopped: false };
  const feeding = feed(source, transform, state);
  try {
    for await (const chunk of transform as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw translate(error, format);
  } finally {
    state.stopped = true;
    transform.destroy();
    await feeding;
  }
}

/** Never rejects: an error of the source destroys the transform, and so reaches the reader. */
async function feed(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
  state: { readonly stopped: boolean },
): Promise<void> {
  try {
    for await (const chunk of source) {
      await write(transform, chunk);
      if (state.stopped) return;
    }
    transform.end();
  } catch (error) {
    transform.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** Resolves when the transform has used the chunk, or will never use it. */
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
