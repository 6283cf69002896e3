/** A file from an HTTP(S) server: asked for only if it changed, hashed and written while it comes. */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { AppError } from '../errors.ts';
import { type GetOptions, loadRequests, redactUrls } from '../http/index.ts';

/** What a server said of the version that is known. */
export interface Validators {
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

export interface Download extends Validators {
  /** `sha256:<64 hex>` of the body. */
  readonly digest: string;
  readonly size: number;
  /** Seconds since the epoch, from Last-Modified; 0 when the server did not say. */
  readonly mtime: number;
}

export interface DownloadOptions extends GetOptions {
  /** Where the body is written; the file must not exist. */
  readonly path: string;
  /** The version that is known: if it is still the one, nothing is downloaded. */
  readonly known?: Validators | undefined;
  /** The digest the body must have. */
  readonly checksum?: string | undefined;
}

/**
 * Gets a file.
 *
 * @returns undefined when the known version is still the one
 * @throws AppError HTTP_…, HTTP_CHECKSUM when the body has another digest than it must have
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
    const promised = response.headers['content-length'];
    const reason =
      promised === undefined || response.complete
        ? error
        : new Error(`the connection ended after ${size} of ${promised} bytes`);
    const { failed } = await loadRequests();
    throw failed(new URL(url), reason);
  } finally {
    await handle.close();
  }
  return { digest: `sha256:${hash.digest('hex')}`, size };
}
