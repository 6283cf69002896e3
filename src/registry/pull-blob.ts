/**
 * Pulls blobs, verified while they stream. An interrupted download resumes at its offset, from the same server or
 * another one: the digest covers the whole.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-blobs
 */
import { AppError } from '../errors.ts';
import type { HttpResponse } from '../http/index.ts';
import { type Descriptor, digestOf, RunningDigest } from '../oci/index.ts';
import { breach } from './answers.ts';
import type { Call } from './call.ts';
import type { RetryPolicy } from './retry-policy.ts';
import { TransientError } from './retry-policy.ts';
import type { RegistryServer } from './server.ts';
import type { PullBlobRequest } from './types.ts';
import { type RemoteRepository, Walk } from './walk.ts';

/** Servers that sent wrong bytes for a blob: mirrors among them are not asked for it again. */
export type Suspects = Map<string, Set<RegistryServer>>;

export interface BlobSource {
  readonly remotes: readonly RemoteRepository[];
  readonly descriptor: Descriptor;
  readonly subject: string;
  readonly suspects: Suspects;
  readonly request: PullBlobRequest;
}

/** Bytes of progress after which the retry policy is reset; less counts as a failed attempt. */
const RESETS_RETRIES = 64 * 1024;

/** The bytes received so far. */
interface Received {
  offset: number;
  /** Undefined if the reader computes it. */
  readonly digest: RunningDigest | undefined;
  readonly from: Set<RegistryServer>;
  /** Hosts that sent them: servers of the registry, or those of the descriptor's URLs. */
  readonly hosts: Set<string>;
}

export async function* pullBlob(source: BlobSource): AsyncGenerator<Uint8Array> {
  const { descriptor, request } = source;
  const inlined = inlinedData(descriptor);
  if (inlined !== undefined) {
    request.onProgress?.(inlined.length);
    if (inlined.length > 0) yield inlined;
    return;
  }
  const received: Received = {
    offset: 0,
    digest: request.digest === undefined ? new RunningDigest() : undefined,
    from: new Set(),
    hosts: new Set(),
  };
  yield* fromPlaces(source, received);
  if ((received.digest ?? request.digest)?.value === descriptor.digest) return;
  const suspects = source.suspects.get(descriptor.digest) ?? new Set();
  for (const server of received.from) suspects.add(server);
  source.suspects.set(descriptor.digest, suspects);
  throw new AppError(
    'BLOB_DIGEST_MISMATCH',
    `${[...received.hosts].join(' and ')} sent bytes that do not match ${source.subject}`,
    {
      hint: 'it was damaged or altered in transit; try again, and check for a proxy',
    },
  );
}

/** A descriptor may embed small content. */
function inlinedData({ data, digest, size }: Descriptor): Uint8Array | undefined {
  if (data === undefined) return undefined;
  const bytes = Buffer.from(data, 'base64');
  return bytes.length === size && digestOf(bytes) === digest ? bytes : undefined;
}

async function* fromPlaces(source: BlobSource, received: Received): AsyncGenerator<Uint8Array> {
  const walk = new Walk(source.remotes, source.suspects.get(source.descriptor.digest));
  for (let remote = walk.next(); remote !== undefined; remote = walk.next()) {
    try {
      return yield* fromRemote(remote, source, received);
    } catch (error) {
      walk.failed(error);
    }
  }
  throw walk.error;
}

async function* fromRemote(
  remote: RemoteRepository,
  source: BlobSource,
  received: Received,
): AsyncGenerator<Uint8Array> {
  const { server } = remote;
  const { signal } = source.request;
  using _permit = await server.transfers.acquire(signal);
  const retries = server.retryPolicy(signal);
  for (;;) {
    try {
      const { response, host } = await request(remote, source, received.offset);
      return yield* read(response, { server, host, source, received, retries });
    } catch (error) {
      if (received.offset === source.descriptor.size && received.offset > 0) return;
      await retries.waitOrThrow(server.failed(error));
    }
  }
}

/** Requests the registry's copy, or, if it has none, one of the descriptor's URLs. */
async function request(
  { server, repository }: RemoteRepository,
  { descriptor, subject, request: { signal, lend } }: BlobSource,
  offset: number,
): Promise<{ readonly response: HttpResponse; readonly host: string }> {
  const call: Call = {
    method: 'GET',
    at: `/blobs/${descriptor.digest}`,
    repository,
    actions: 'pull',
    headers: offset === 0 ? {} : { range: `bytes=${offset}-` },
    subject,
    signal,
    lend,
  };
  const urls = (descriptor.urls ?? []).filter((url) => /^https?:\/\//i.test(url));
  const response = await server.send(
    call,
    urls.length === 0 ? [200, 206, 416] : [200, 206, 404, 416],
  );
  if (response.status !== 404) return { response, host: server.host };
  await response.discard();
  const addresses = urls.filter((one) => URL.canParse(one)).map((one) => new URL(one));
  for (const [index, at] of addresses.entries()) {
    const isLast = index === addresses.length - 1;
    const given = await server.send({ ...call, at }, [200, 206, 416, ...(isLast ? [] : [404])]);
    if (given.status !== 404) return { response: given, host: at.host };
    await given.discard();
  }
  throw breach({ host: server.host, subject }, 'sent no usable address');
}

interface Reading {
  readonly server: RegistryServer;
  /** The host that answered. */
  readonly host: string;
  readonly source: BlobSource;
  readonly received: Received;
  readonly retries: RetryPolicy;
}

async function* read(response: HttpResponse, reading: Reading): AsyncGenerator<Uint8Array> {
  const { server, host, source, received, retries } = reading;
  const { size } = source.descriptor;
  let skip = await beginning(response, reading);
  let gained = 0;
  received.from.add(server);
  received.hosts.add(host);
  for await (const chunk of response.body) {
    const fresh = chunk.subarray(Math.min(skip, chunk.length));
    skip -= chunk.length - fresh.length;
    if (fresh.length === 0) continue;
    if (received.offset + fresh.length > size) throw wrongSize(host, source);
    gained += fresh.length;
    if (gained >= RESETS_RETRIES) retries.reset();
    received.digest?.update(fresh);
    received.offset += fresh.length;
    source.request.onProgress?.(received.offset);
    yield fresh;
  }
  if (received.offset < size) {
    throw new TransientError(
      new AppError('REGISTRY_UNREACHABLE', `${host} sent only part of ${source.subject}`, {
        hint: 'try again later',
      }),
    );
  }
}

/** Checks the headers of an answer; returns how many of its bytes we already have. */
async function beginning(
  response: HttpResponse,
  { host, source, received }: Reading,
): Promise<number> {
  const { status, headers } = response;
  const { size } = source.descriptor;
  const refuse = async (error: Error): Promise<never> => {
    await response.discard();
    throw error;
  };
  const context = { host, subject: source.subject };
  if (status === 416) return refuse(wrongSize(host, source));
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') return refuse(breach(context, 'sent an unexpected encoding'));
  const start = status === 206 ? rangeStart(headers['content-range']) : 0;
  if (start === undefined || start > received.offset) {
    return refuse(breach(context, 'sent a different range than requested'));
  }
  const length = headers['content-length'];
  if (length !== undefined && status === 200 && Number(length) !== size) {
    return refuse(wrongSize(host, source));
  }
  return received.offset - start;
}

function rangeStart(header: string | undefined): number | undefined {
  const start = /^bytes (\d{1,15})-/.exec(header ?? '')?.[1];
  return start === undefined ? undefined : Number(start);
}

function wrongSize(host: string, { subject, descriptor }: BlobSource): AppError {
  return new AppError(
    'BLOB_SIZE_MISMATCH',
    `${host} sent a different number of bytes than the ${descriptor.size} of ${subject}`,
    { hint: 'it was damaged or altered, or the manifest is wrong; try again' },
  );
}
