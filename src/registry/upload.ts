/**
 * One upload of a blob: open, send in one or several chunks, commit; resume or cancel after a failure.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs
 */
import { AppError } from '../errors.ts';
import type { HttpResponse } from '../http/index.ts';
import { breach } from './answers.ts';
import type { Call } from './call.ts';
import { locationOf } from './location.ts';
import { type BlobPush, bodyOf, callFor, type Span } from './push-requests.ts';
import { TransientError } from './retry-policy.ts';

/** An open upload. */
export interface Upload {
  readonly location: URL;
  /** Bytes that the registry has. */
  readonly offset: number;
  /** Bytes for each request; undefined: everything in one. */
  readonly chunk: number | undefined;
}

/** For registries and proxies that limit the size of a request. */
const SMALL_CHUNK = 8 * 1024 * 1024;
const LARGEST_CHUNK = 512 * 1024 * 1024;

/** The registry, or a proxy in front of it, requires smaller requests. */
export class TooLarge extends Error {
  readonly error: Error;

  constructor(error: Error) {
    super(error.message);
    this.error = error;
  }
}

export async function openUpload(push: BlobPush, smallChunks: boolean): Promise<Upload> {
  const { server } = push.remote;
  const call: Call = { ...callFor(push), method: 'POST', at: '/blobs/uploads/' };
  const response = await server.send(call, [202]);
  await response.discard();
  return opened(push, response, server.address(call), smallChunks);
}

/** The upload that an answer describes. */
export function opened(
  push: BlobPush,
  response: HttpResponse,
  from: URL,
  smallChunks: boolean,
): Upload {
  const location = locationOf(response, from, contextOf(push));
  const given = Number(response.headers['oci-chunk-min-length'] ?? 0);
  const least = Number.isSafeInteger(given) && given <= LARGEST_CHUNK ? given : 0;
  return { location, offset: 0, chunk: smallChunks ? Math.max(SMALL_CHUNK, least) : undefined };
}

/**
 * Sends the blob and ends the upload.
 *
 * @param onChunk called after each chunk with the upload to resume from
 * @throws TooLarge, TransientError, AppError
 */
export async function sendUpload(
  push: BlobPush,
  first: Upload,
  onChunk: (upload: Upload) => void,
): Promise<void> {
  const { size } = push.descriptor;
  if (first.offset === 0 && first.chunk === undefined) {
    return commit(push, first, { from: 0, to: size });
  }
  let upload = first;
  while (upload.offset < size) {
    upload = await sendChunk(push, upload, Math.min(size, upload.offset + (upload.chunk ?? size)));
    onChunk(upload);
  }
  return commit(push, upload, { from: size, to: size });
}

async function sendChunk(push: BlobPush, upload: Upload, to: number): Promise<Upload> {
  const { server } = push.remote;
  const from = upload.offset;
  const call: Call = {
    ...callFor(push),
    method: 'PATCH',
    at: upload.location,
    headers: {
      'content-type': 'application/octet-stream',
      'content-range': `${from}-${to - 1}`,
    },
    body: () => bodyOf(push, { from, to }),
  };
  const response = await server.send(call, [202, 204, 400, 404, 413, 416]);
  await checkUpload(push, response);
  await response.discard();
  const location = locationOf(response, upload.location, contextOf(push));
  const offset = offsetIn(response) ?? to;
  if (offset > to || offset < from) throw restart(push, 'lost track of an upload');
  return { ...upload, location, offset };
}

/** Commits an upload, with the remaining bytes. */
async function commit(push: BlobPush, upload: Upload, span: Span): Promise<void> {
  const { server } = push.remote;
  const { digest } = push.descriptor;
  const url = new URL(upload.location);
  // Keep the registry's address byte for byte: it may be signed.
  url.search = `${url.search === '' ? '?' : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  const call: Call = {
    ...callFor(push),
    method: 'PUT',
    at: url,
    headers: { 'content-type': 'application/octet-stream' },
    body: () => bodyOf(push, span),
    answerMs: server.tuning.commitMs,
  };
  const response = await server.send(call, [201, 204, 400, 404, 413, 416]);
  await checkUpload(push, response);
  await response.discard();
  const reported = response.headers['docker-content-digest'];
  if (typeof reported === 'string' && reported !== '' && reported !== digest) {
    throw restart(push, 'stored different bytes than were sent');
  }
}

/** Where to resume a broken upload; undefined: start over. */
export async function resumeUpload(push: BlobPush, upload: Upload): Promise<Upload | undefined> {
  const { server } = push.remote;
  try {
    const call: Call = { ...callFor(push), method: 'GET', at: upload.location };
    const response = await server.send(call, [204]);
    await response.discard();
    const location = locationOf(response, upload.location, contextOf(push));
    const offset = offsetIn(response);
    if (offset !== undefined && offset > 1 && offset <= push.descriptor.size) {
      return { ...upload, location, offset };
    }
    // `0-0` may mean one byte or none.
    await cancelUpload(push, { ...upload, location });
  } catch {
    push.request.signal?.throwIfAborted();
  }
  return undefined;
}

/** Frees an upload on the registry, which would otherwise expire later. */
export async function cancelUpload(push: BlobPush, { location }: Upload): Promise<void> {
  try {
    const call: Call = { ...callFor(push), method: 'DELETE', at: location };
    await (await push.remote.server.send(call, [200, 202, 204, 404, 405])).discard();
  } catch {
    push.request.signal?.throwIfAborted();
  }
}

/** `Range: 0-1023` gives the offset of the last stored byte. */
function offsetIn({ headers }: HttpResponse): number | undefined {
  const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(headers.range ?? '')?.[1];
  return last === undefined ? undefined : Number(last) + 1;
}

/** @throws TooLarge; TransientError if a new upload may succeed; AppError */
async function checkUpload(push: BlobPush, response: HttpResponse): Promise<void> {
  const { status } = response;
  if (status < 400) return;
  const error = await push.remote.server.refusal(response, callFor(push));
  if (status === 413) throw new TooLarge(error);
  // Our bytes were correct when sent (see `checked`).
  const isLost = (code: string) => /^(?:DIGEST|SIZE|RANGE|BLOB_UPLOAD)_/.test(code);
  const mayPass = status === 416 || codesOf(error).some(isLost);
  throw mayPass && error instanceof AppError ? new TransientError(error) : error;
}

function codesOf(error: Error): readonly string[] {
  const codes = error instanceof AppError ? error.details?.codes : undefined;
  return Array.isArray(codes) ? codes.filter((code) => typeof code === 'string') : [];
}

function restart(push: BlobPush, what: string): TransientError {
  return new TransientError(breach(contextOf(push), what));
}

function contextOf({ remote: { server }, subject }: BlobPush) {
  return { host: server.host, subject };
}
