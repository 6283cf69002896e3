/** The requests of a push: their common fields, and their bodies. */
import { AppError } from '../errors.ts';
import type { HttpBody } from '../http/index.ts';
import type { Descriptor } from '../oci/index.ts';
import type { PushBlobRequest } from './types.ts';
import type { RemoteRepository } from './walk.ts';

export interface BlobPush {
  readonly remote: RemoteRepository;
  readonly descriptor: Descriptor;
  readonly subject: string;
  readonly request: PushBlobRequest;
  /** Names of repositories on this server that may have the blob. */
  readonly mountFrom: readonly string[];
}

/** Actions that a token for pushes must allow. */
export const PUSH_ACTIONS = 'pull,push';

/** Fields that all requests of a push share. */
export function callFor({ remote, subject, request }: BlobPush) {
  return { repository: remote.repository, actions: PUSH_ACTIONS, subject, signal: request.signal };
}

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The body of a request with the bytes of a span. */
export function bodyOf(push: BlobPush, { from, to }: Span): HttpBody {
  const { onProgress } = push.request;
  return {
    length: to - from,
    chunks: from === to ? [] : checked(push, { from, to }),
    onSent: (bytes: number) => onProgress?.(from + bytes),
  };
}

/** The bytes of a span. The last ones of a blob are held back until its source has found them all to be right. */
async function* checked(push: BlobPush, { from, to }: Span): AsyncGenerator<Uint8Array> {
  const { size } = push.descriptor;
  let left = to - from;
  let last: Uint8Array | undefined;
  for await (const chunk of push.request.read(from)) {
    if (chunk.length > left && to === size) throw sourceDiffers(push);
    const piece = chunk.subarray(0, left);
    if (piece.length === 0) continue;
    left -= piece.length;
    if (left > 0 || to < size) yield piece;
    else last = Uint8Array.from(piece);
    if (left === 0 && to < size) return;
  }
  if (left > 0) throw sourceDiffers(push);
  if (last !== undefined) yield last;
}

function sourceDiffers({ descriptor, subject }: BlobPush): AppError {
  return new AppError(
    'BLOB_DIGEST_MISMATCH',
    `the local copy of ${subject} does not have the ${descriptor.size} bytes of its descriptor`,
    { hint: 'the store may be damaged: remove the image and build or pull it again' },
  );
}
