/**
 * Blobs into a registry: not at all where it has them, by a mount where another repository of it has them, else in one
 * piece; in several where the registry wants it so, or where an upload that broke off can go on.
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
import type { Place } from './walk.ts';

/** Mounts are tried so often; each costs a request. */
const MAX_MOUNTS = 3;
/** So often a blob is sent in one piece before it is sent in several. */
const WHOLE_TRIES = 2;

export async function pushBlob(push: BlobPush): Promise<PushedHow> {
  const { server } = push.place;
  if (await isThere(push)) return 'present';
  using _permit = await server.transfers.acquire(push.request.signal);
  return await mountOrUpload(push);
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
  return hasBlob({ place, digest: descriptor.digest, subject, signal }, PUSH_ACTIONS);
}

async function mountOrUpload(push: BlobPush): Promise<PushedHow> {
  const patience = push.place.server.patience(push.request.signal);
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
        // A registry that forgets what it had comes no further.
        if (sent.offset > furthest) patience.encourage();
        furthest = Math.max(furthest, sent.offset);
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
      upload = upload && (await resumeUpload(push, upload));
      // What bears no whole blob may bear pieces of one, which the registry keeps.
      if (upload === undefined && ++lost >= WHOLE_TRIES) smallChunks = true;
    }
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
      await cancelUpload(push, upload);
    } catch (error) {
      push.request.signal?.throwIfAborted();
      if (!(error instanceof AppError) || error.details?.status === undefined) throw error;
    }
  }
  return undefined;
}
