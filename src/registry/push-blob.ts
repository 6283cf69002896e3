/**
 * Blobs into a registry: not at all where it has them, by a mount where another repository of it has them, else in one
 * piece; in several where the registry wants it so, or where an upload that broke off can go on.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs
 */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { HttpResponse } from '../http/index.ts';
import type { Descriptor, Digest } from '../oci/index.ts';
import { breach } from './answers.ts';
import { Transient } from './patience.ts';
import { scopeOf } from './scopes.ts';
import type { Call } from './server.ts';
import type { PushBlobRequest, PushedHow } from './types.ts';
import type { Place } from './walk.ts';

export interface BlobPush {
  readonly place: Place;
  readonly descriptor: Descriptor;
  readonly subject: string;
  readonly request: PushBlobRequest;
  /** Names of repositories on this server that may have the blob. */
  readonly mountFrom: readonly string[];
}

/** An upload that the registry waits for. */
interface Upload {
  readonly location: URL;
  /** Bytes the registry has. */
  readonly offset: number;
  /** Bytes of one request; undefined: all. */
  readonly chunk: number | undefined;
}

/** Mounts are tried so often; each costs a request. */
const MAX_MOUNTS = 3;
/** For registries, and proxies before them, that take only requests of limited size. */
const SMALL_CHUNK = 8 * 1024 * 1024;
const LARGEST_CHUNK = 512 * 1024 * 1024;
const ACTIONS = 'pull,push';

export async function pushBlob(push: BlobPush): Promise<PushedHow> {
  const { server } = push.place;
  if (await isThere(push)) return 'present';
  const leave = await server.transfers.enter(push.request.signal);
  try {
    return await mountOrUpload(push);
  } finally {
    leave();
  }
}

export interface BlobQuestion {
  readonly place: Place;
  readonly digest: Digest;
  readonly subject: string;
  readonly signal: AbortSignal | undefined;
}

/** Whether the registry has the blob in the repository. */
export async function hasBlob(
  { place, digest, subject, signal }: BlobQuestion,
  actions: string,
): Promise<boolean> {
  const { server, repository } = place;
  const at = `/blobs/${digest}`;
  const call: Call = { method: 'HEAD', at, repository, actions, subject, signal };
  const response = await server.insist(call, [200, 404]);
  await response.discard();
  return response.status === 200;
}

function isThere({ place, descriptor, subject, request: { signal } }: BlobPush): Promise<boolean> {
  return hasBlob({ place, digest: descriptor.digest, subject, signal }, ACTIONS);
}

async function mountOrUpload(push: BlobPush): Promise<PushedHow> {
  const patience = push.place.server.patience(push.request.signal);
  let upload = await mount(push);
  if (upload === 'mounted') return 'mounted';
  let smallChunks = false;
  for (;;) {
    try {
      upload ??= await open(push, smallChunks);
      await send(push, upload, (sent) => {
        upload = sent;
        patience.encourage();
      });
      return 'uploaded';
    } catch (error) {
      if (error instanceof TooLarge && !smallChunks) {
        smallChunks = true;
        upload = undefined;
        continue;
      }
      await patience.endure(
        push.place.server.failed(error instanceof TooLarge ? error.error : error),
      );
      // The answer may be all that was lost.
      if (await isThere(push)) return 'uploaded';
      upload = upload && (await resume(push, upload));
    }
  }
}

/** The registry, or a proxy before it, wants smaller requests. */
class TooLarge extends Error {
  readonly error: Error;

  constructor(error: Error) {
    super(error.message);
    this.error = error;
  }
}

/** Tries to have the blob from another repository; what does not work costs only time. */
async function mount(push: BlobPush): Promise<'mounted' | Upload | undefined> {
  const { server } = push.place;
  const candidates = push.mountFrom
    .filter((name) => name !== push.place.repository)
    .slice(0, MAX_MOUNTS);
  for (const [index, from] of candidates.entries()) {
    const query = new URLSearchParams({ mount: push.descriptor.digest, from });
    const call: Call = {
      ...callFor(push),
      method: 'POST',
      at: `/blobs/uploads/?${query}`,
      scopes: [scopeOf(from, 'pull')],
    };
    try {
      const response = await server.insist(call, [201, 202]);
      await response.discard();
      if (response.status === 201) return 'mounted';
      const upload = opened(push, response, server.address(call), false);
      if (index === candidates.length - 1) return upload;
      await cancel(push, upload);
    } catch (error) {
      push.request.signal?.throwIfAborted();
      if (!(error instanceof AppError) || error.details?.status === undefined) throw error;
    }
  }
  return undefined;
}

async function open(push: BlobPush, smallChunks: boolean): Promise<Upload> {
  const { server } = push.place;
  const call: Call = { ...callFor(push), method: 'POST', at: '/blobs/uploads/' };
  const response = await server.once(call, [202]);
  await response.discard();
  return opened(push, response, server.address(call), smallChunks);
}

function opened(push: BlobPush, response: HttpResponse, from: URL, smallChunks: boolean): Upload {
  const location = push.place.server.leadTo(response.headers.location, from, push);
  const given = Number(response.headers['oci-chunk-min-length'] ?? 0);
  const least = Number.isSafeInteger(given) && given <= LARGEST_CHUNK ? given : 0;
  return { location, offset: 0, chunk: smallChunks ? Math.max(SMALL_CHUNK, least) : undefined };
}

async function send(push: BlobPush, first: Upload, onChunk: (upload: Upload) => void) {
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

interface Span {
  readonly from: number;
  readonly to: number;
}

async function sendChunk(push: BlobPush, upload: Upload, to: number): Promise<Upload> {
  const { server } = push.place;
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
  const response = await server.once(call, [202, 204, 400, 404, 413, 416]);
  await checkUpload(push, response);
  await response.discard();
  const location = server.leadTo(response.headers.location, upload.location, push);
  const offset = offsetIn(response) ?? to;
  if (offset > to || offset < from) throw restart(push, 'lost count of an upload');
  return { ...upload, location, offset };
}

/** Ends an upload, with the bytes that are left. */
async function commit(push: BlobPush, upload: Upload, span: Span): Promise<void> {
  const { server } = push.place;
  const { digest } = push.descriptor;
  const url = new URL(upload.location);
  // What the registry wrote stays as it wrote it, since it may be signed.
  url.search = `${url.search === '' ? '?' : `${url.search}&`}digest=${encodeURIComponent(digest)}`;
  const call: Call = {
    ...callFor(push),
    method: 'PUT',
    at: url,
    headers: { 'content-type': 'application/octet-stream' },
    body: () => bodyOf(push, span),
    answerMs: server.tuning.commitMs,
  };
  const response = await server.once(call, [201, 204, 400, 404, 413, 416]);
  await checkUpload(push, response);
  await response.discard();
  const told = response.headers['docker-content-digest'];
  if (typeof told === 'string' && told !== '' && told !== digest) {
    throw restart(push, 'filed other bytes than were sent');
  }
}

/** Where a broken upload can go on; undefined when it is to begin anew. */
async function resume(push: BlobPush, upload: Upload): Promise<Upload | undefined> {
  const { server } = push.place;
  try {
    const call: Call = { ...callFor(push), method: 'GET', at: upload.location };
    const response = await server.once(call, [204]);
    await response.discard();
    const location = server.leadTo(response.headers.location, upload.location, push);
    const offset = offsetIn(response);
    if (offset !== undefined && offset > 1 && offset <= push.descriptor.size) {
      return { ...upload, location, offset };
    }
    // `0-0` is said of one byte and of none.
    await cancel(push, { ...upload, location });
  } catch {
    push.request.signal?.throwIfAborted();
  }
  return undefined;
}

/** Frees what the registry keeps for an upload; it does so by itself some day. */
async function cancel(push: BlobPush, { location }: Upload): Promise<void> {
  try {
    const call: Call = { ...callFor(push), method: 'DELETE', at: location };
    await (await push.place.server.once(call, [200, 202, 204, 404, 405])).discard();
  } catch {
    push.request.signal?.throwIfAborted();
  }
}

/** `Range: 0-1023` names the last byte that is there. */
function offsetIn({ headers }: HttpResponse): number | undefined {
  const last = /^(?:bytes=)?0-(\d{1,15})$/.exec(headers.range ?? '')?.[1];
  return last === undefined ? undefined : Number(last) + 1;
}

function bodyOf(push: BlobPush, { from, to }: Span) {
  const { onProgress } = push.request;
  return {
    length: to - from,
    chunks: from === to ? [] : checked(push, { from, to }),
    onSent: (bytes: number) => onProgress?.(from + bytes),
  };
}

/** The bytes of a span. Those of a whole blob are verified as they leave. */
async function* checked(push: BlobPush, { from, to }: Span): AsyncGenerator<Uint8Array> {
  const { digest, size } = push.descriptor;
  const hash = from === 0 && to === size ? createHash('sha256') : undefined;
  let left = to - from;
  let held: Uint8Array | undefined;
  for await (const chunk of push.request.read(from)) {
    if (chunk.length > left && to === size) throw sourceDiffers(push);
    const piece = chunk.subarray(0, left);
    if (piece.length === 0) continue;
    hash?.update(piece);
    left -= piece.length;
    if (held !== undefined) yield held;
    held = piece;
    if (left === 0 && to < size) break;
  }
  if (left > 0 || (hash !== undefined && `sha256:${hash.digest('hex')}` !== digest)) {
    throw sourceDiffers(push);
  }
  if (held !== undefined) yield held;
}

function sourceDiffers({ descriptor, subject }: BlobPush): AppError {
  return new AppError(
    'BLOB_DIGEST_MISMATCH',
    `what is here of ${subject} are not the ${descriptor.size} bytes it is said to be`,
    { hint: 'the store may be damaged: remove the image and build or pull it again' },
  );
}

/** @throws TooLarge; Transient where a new upload may do better; AppError */
async function checkUpload(push: BlobPush, response: HttpResponse): Promise<void> {
  const { status } = response;
  if (status < 400) return;
  const error = await push.place.server.refusal(response, callFor(push));
  if (status === 413) throw new TooLarge(error);
  // Our bytes were right when they left (see `checked`).
  const isLost = (code: string) => /^(?:DIGEST|SIZE|RANGE|BLOB_UPLOAD)_/.test(code);
  const mayPass = status === 416 || codesOf(error).some(isLost);
  throw mayPass && error instanceof AppError ? new Transient(error) : error;
}

function codesOf(error: Error): readonly string[] {
  const codes = error instanceof AppError ? error.details?.codes : undefined;
  return Array.isArray(codes) ? codes.filter((code) => typeof code === 'string') : [];
}

function restart({ place: { server }, subject }: BlobPush, what: string): Transient {
  return new Transient(breach({ host: server.host, subject }, what));
}

function callFor({ place, subject, request }: BlobPush) {
  return { repository: place.repository, actions: ACTIONS, subject, signal: request.signal };
}
