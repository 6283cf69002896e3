/**
 * Blobs of this machine that the daemon reads or writes: OCI layouts that steps use, and the exported image. What is
 * here already is not sent again.
 * https://github.com/containerd/containerd/blob/main/api/services/content/v1/content.proto
 */
import {
  answering,
  GRPC,
  GrpcError,
  type Handler,
  type Message,
  type ServerCall,
  streaming,
} from '../../grpc/index.ts';
import {
  contentAbort,
  contentInfo,
  contentRead,
  contentStatus,
  contentUpdate,
  contentWrite,
  WRITE,
} from '../wire/session.ts';

/** Blobs by their digests. */
export interface BlobShelf {
  /** @returns the blob's size; undefined: it is not here */
  size(digest: string): number | undefined;
  /** @param offset bytes to pass over */
  read(digest: string, offset: number): AsyncIterable<Uint8Array>;
  /** Receives a blob, whose bytes must match the digest. Absent: nothing may be written. */
  receive?(digest: string, bytes: AsyncIterable<Uint8Array>): Promise<void>;
}

/** The header that names a shelf. */
const STORE = 'buildkit-attachable-store-id';
/** The number of bytes in one message to the daemon. */
const CHUNK = 1 << 20;

type WriteRequest = typeof contentWrite.request extends Message<infer F> ? F : never;
type WriteResponse = typeof contentWrite.response extends Message<infer F> ? F : never;

/** @param shelves by their names: `export` receives the result, `oci:NAME` has a layout */
export function contentHandlers(shelves: ReadonlyMap<string, BlobShelf>): readonly Handler[] {
  const shelfOf = (metadata: Readonly<Record<string, unknown>>): BlobShelf => {
    const name = String(metadata[STORE] ?? '');
    const shelf = shelves.get(name);
    if (shelf === undefined) throw new GrpcError(GRPC.notFound, `unknown store ${name}`);
    return shelf;
  };
  const infoOf = (digest: string, metadata: Readonly<Record<string, unknown>>) => {
    const size = shelfOf(metadata).size(digest);
    if (size === undefined) throw new GrpcError(GRPC.notFound, `content ${digest}: not found`);
    return { info: { digest, size } };
  };
  return [
    answering(contentInfo, async ({ digest }, metadata) => infoOf(digest, metadata)),
    answering(contentUpdate, async ({ info }, metadata) => ({
      info: { ...infoOf(info?.digest ?? '', metadata).info, labels: info?.labels ?? {} },
    })),
    answering(contentStatus, async ({ ref }) => {
      throw new GrpcError(GRPC.notFound, `ref ${ref}: not found`);
    }),
    answering(contentAbort, async () => ({})),
    streaming(contentRead, async ({ metadata, requests, send }) => {
      for await (const { digest, offset, size } of requests()) {
        const { info } = infoOf(digest, metadata);
        const wanted = size === 0 ? info.size - offset : size;
        await sendRange(shelfOf(metadata).read(digest, offset), { offset, wanted, send });
        return;
      }
    }),
    streaming(contentWrite, (call) => receiveBlob(shelfOf(call.metadata), call)),
  ];
}

interface Range {
  readonly offset: number;
  readonly wanted: number;
  readonly send: (value: { offset: number; data: Uint8Array }) => Promise<void>;
}

async function sendRange(
  source: AsyncIterable<Uint8Array>,
  { offset, wanted, send }: Range,
): Promise<void> {
  let sent = 0;
  for await (const chunk of source) {
    for (let start = 0; start < chunk.length && sent < wanted; start += CHUNK) {
      const data = chunk.subarray(start, Math.min(start + CHUNK, start + wanted - sent));
      await send({ offset: offset + sent, data });
      sent += data.length;
    }
    if (sent >= wanted) return;
  }
}

/** Each message is answered, the last one once the blob is complete. */
async function receiveBlob(
  shelf: BlobShelf,
  { requests, send }: ServerCall<WriteRequest, WriteResponse>,
): Promise<void> {
  const messages = requests();
  const first = await messages.next();
  if (first.done === true) return;
  const digest = first.value.expected;
  if (shelf.size(digest) !== undefined) {
    throw new GrpcError(GRPC.alreadyExists, `content ${digest}: already exists`);
  }
  if (shelf.receive === undefined) {
    throw new GrpcError(GRPC.permissionDenied, 'this store is read-only');
  }
  let offset = 0;
  async function* bytes(): AsyncGenerator<Uint8Array> {
    for (let next = first; next.done !== true; next = await messages.next()) {
      const { action, data, total } = next.value;
      if (data.length > 0) {
        if (next.value.offset !== offset) {
          throw new GrpcError(GRPC.invalidArgument, `the next byte is ${offset}`);
        }
        yield data;
        offset += data.length;
      }
      if (action === WRITE.commit) return;
      await send({ action, offset, total, digest });
    }
    throw new GrpcError(GRPC.cancelled, `content ${digest}: incomplete`);
  }
  await shelf.receive(digest, bytes());
  await send({ action: WRITE.commit, offset, total: offset, digest });
}
