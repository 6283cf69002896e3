/**
 * Pushes blobs: skips those that exist, mounts those that another repository of the registry has, uploads the others in
 * one piece. Uploads in chunks if the registry requires it or an interrupted upload can be resumed.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-blobs
 */
import { AppError } from '../errors.ts';
import type { Digest } from '../oci/index.ts';
import type { Call } from './call.ts';
import { type BlobPush, callFor, PUSH_ACTIONS } from './push-requests.ts';
import { scopeOf } from './scopes.ts';
import type { PushedHow } from './types.ts';
import {
  cancelUpload,
  opened,
  openUpload,
  resumeUpload,
  sendUpload,
  TooLarge,
  type Upload,
} from './upload.ts';
import type { RemoteRepository } from './walk.ts';

/** Attempts to mount; each costs a request. */
const MAX_MOUNTS = 3;
/** Attempts to send a blob in one piece before it is sent in chunks. */
const WHOLE_TRIES = 2;

export async function pushBlob(push: BlobPush): Promise<PushedHow> {
  const { server } = push.remote;
  if (await isThere(push)) return 'exists';
  using _permit = await server.transfers.acquire(push.request.signal);
  return await mountOrUpload(push);
}

export interface BlobQuestion {
  readonly remote: RemoteRepository;
  readonly digest: Digest;
  readonly subject: string;
  readonly signal: AbortSignal | undefined;
}

/** Whether the registry has the blob in the repository. */
export async function hasBlob(
  { remote, digest, subject, signal }: BlobQuestion,
  actions: string,
): Promise<boolean> {
  const { server, repository } = remote;
  const at = `/blobs/${digest}`;
  const call: Call = { method: 'HEAD', at, repository, actions, subject, signal };
  const response = await server.sendWithRetries(call, [200, 404]);
  await response.discard();
  return response.status === 200;
}

function isThere({ remote, descriptor, subject, request: { signal } }: BlobPush): Promise<boolean> {
  return hasBlob({ remote, digest: descriptor.digest, subject, signal }, PUSH_ACTIONS);
}

async function mountOrUpload(push: BlobPush): Promise<PushedHow> {
  const retries = push.remote.server.retryPolicy(push.request.signal);
  let upload = await mount(push);
  if (upload === 'mounted') return 'mounted';
  let smallChunks = false;
  let lost = 0;
  let furthest = 0;
  for (;;) {
    try {
      upload ??= await openUpload(push, smallChunks);
      await sendUpload(push, upload, (sent) => {
        upload = sent;
        // If the registry forgot bytes that it had, this is no progress.
        if (sent.offset > furthest) retries.reset();
        furthest = Math.max(furthest, sent.offset);
      });
      return 'uploaded';
    } catch (error) {
      if (error instanceof TooLarge && !smallChunks) {
        smallChunks = true;
        upload = undefined;
        continue;
      }
      await retries.waitOrThrow(
        push.remote.server.failed(error instanceof TooLarge ? error.error : error),
      );
      // Perhaps only the answer was lost.
      if (await isThere(push)) return 'uploaded';
      upload = upload && (await resumeUpload(push, upload));
      // A connection that breaks on a whole blob may carry chunks, which the registry keeps.
      if (upload === undefined && ++lost >= WHOLE_TRIES) smallChunks = true;
    }
  }
}

/** Tries to mount the blob from another repository. A failure costs only time. */
async function mount(push: BlobPush): Promise<'mounted' | Upload | undefined> {
  const { server } = push.remote;
  const candidates = push.mountFrom
    .filter((name) => name !== push.remote.repository)
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
      const response = await server.sendWithRetries(call, [201, 202]);
      await response.discard();
      if (response.status === 201) return 'mounted';
      const upload = opened(push, response, server.address(call), false);
      if (index === candidates.length - 1) return upload;
      await cancelUpload(push, upload);
    } catch (error) {
      push.request.signal?.throwIfAborted();
      if (!(error instanceof AppError) || error.details?.status === undefined) throw error;
    }
  }
  return undefined;
}
