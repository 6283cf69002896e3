/** Downloads a file over HTTP(S): conditionally on a change, hashed and written while it streams. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.ts';
import { type GetOptions, loadRequests, redactUrls } from '../http/index.ts';

/** The validators that the server sent with the known version. */
export interface Validators {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

export interface Download extends Validators {
  /** `sha256:<64 hex>` of the body. */
  readonly digest: string;
  readonly size: number;
  /** Seconds since the epoch, from Last-Modified; 0 without that header. */
  readonly mtime: number;
}

export interface DownloadOptions extends GetOptions {
  /** File to write the body to; must not exist. */
  readonly path: string;
  /** The known version: if it is current, nothing is downloaded. */
  readonly known?: Validators | undefined;
  /** The expected digest of the body. */
  readonly checksum?: string | undefined;
}

/**
 * Downloads a file.
 *
 * @returns undefined if the known version is current
 * @throws AppError HTTP_…, HTTP_CHECKSUM if the body has another digest
 */
export async function download(
  url: string,
  options: DownloadOptions,
): Promise<Download | undefined> {
  const { get } = await loadRequests();
  const response = await get(url, { ...options, headers: conditions(options.known) });
  if (response.statusCode === 304) {
    response.destroy();
    return undefined;
  }
  const { digest, size } = await writeBody(url, response, options);
  if (options.checksum !== undefined && digest !== options.checksum) {
    throw new AppError(
      'HTTP_CHECKSUM',
      `${redactUrls(url)} has the digest ${digest}, not ${options.checksum}`,
      {
        hint: 'the file changed at its source or in transit: find out why before you update the checksum',
      },
    );
  }
  const { etag, 'last-modified': lastModified } = response.headers;
  const time = lastModified === undefined ? Number.NaN : Date.parse(lastModified);
  const mtime = Number.isNaN(time) ? 0 : Math.floor(time / 1000);
  return { digest, size, etag, lastModified, mtime };
}

function conditions(known: Validators | undefined): Record<string, string> {
  if (known?.etag !== undefined) return { 'if-none-match': known.etag };
  if (known?.lastModified !== undefined) return { 'if-modified-since': known.lastModified };
  return {};
}

async function writeBody(
  url: string,
  response: IncomingMessage,
  { path, signal }: DownloadOptions,
): Promise<{ readonly digest: string; readonly size: number }> {
  const handle = await open(path, 'wx', 0o600);
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      signal?.throwIfAborted();
      hash.update(chunk);
      for (let done = 0; done < chunk.length; ) {
        done += (await handle.write(chunk, done)).bytesWritten;
      }
      size += chunk.length;
    }
    if (!response.complete) throw new Error('the connection ended too early');
  } catch (error) {
    signal?.throwIfAborted();
    const announced = response.headers['content-length'];
    const reason =
      announced === undefined || response.complete
        ? error
        : new Error(`the connection ended after ${size} of ${announced} bytes`);
    const { failed } = await loadRequests();
    throw failed(new URL(url), reason);
  } finally {
    await handle.close();
  }
  return { digest: `sha256:${hash.digest('hex')}`, size };
}
