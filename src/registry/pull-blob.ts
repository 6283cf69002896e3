/**
 * Blobs of a registry, verified while they stream. What breaks off goes on where it broke, at the same server or at
 * another one: the digest is of the whole.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-blobs
 */
import { createHash, type Hash } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { HttpResponse } from '../http/index.ts';
import { type Descriptor, digestOf } from '../oci/index.ts';
import { breach } from './answers.ts';
import type { Call } from './call.ts';
import type { Patience } from './patience.ts';
import { Transient } from './patience.ts';
import type { RegistryServer } from './server.ts';
import type { BlobRequest } from './types.ts';
import { type Place, Walk } from './walk.ts';

/** Servers that once gave wrong bytes for a blob: mirrors among them are not asked for it again. */
export type Suspects = Map<string, Set<RegistryServer>>;

export interface BlobSource {
  readonly places: readonly Place[];
  readonly descriptor: Descriptor;
  readonly subject: string;
  readonly suspects: Suspects;
  readonly request: BlobRequest;
}

/** Servers that give fewer bytes than this at a time are not worth endless patience. */
const ENCOURAGING = 64 * 1024;

/** What has come so far. */
interface Received {
  offset: number;
  readonly hash: Hash;
  readonly from: Set<RegistryServer>;
  /** Who gave it: those servers, or what the descriptor names. */
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
    hash: createHash('sha256'),
    from: new Set(),
    hosts: new Set(),
  };
  yield* fromPlaces(source, received);
  if (`sha256:${received.hash.digest('hex')}` === descriptor.digest) return;
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

/** Small contents may come with their descriptor. */
function inlinedData({ data, digest, size }: Descriptor): Uint8Array | undefined {
  if (data === undefined) return undefined;
  const bytes = Buffer.from(data, 'base64');
  return bytes.length === size && digestOf(bytes) === digest ? bytes : undefined;
}

async function* fromPlaces(source: BlobSource, received: Received): AsyncGenerator<Uint8Array> {
  const walk = new Walk(source.places, source.suspects.get(source.descriptor.digest));
  for (let place = walk.next(); place !== undefined; place = walk.next()) {
    try {
      return yield* fromPlace(place, source, received);
    } catch (error) {
      walk.failed(error);
    }
  }
  throw walk.error;
}

async function* fromPlace(
  place: Place,
  source: BlobSource,
  received: Received,
): AsyncGenerator<Uint8Array> {
  const { server } = place;
  const { signal } = source.request;
  using _permit = await server.transfers.acquire(signal);
  const patience = server.patience(signal);
  for (;;) {
    try {
      const { response, host } = await request(place, source, received.offset);
      return yield* read(response, { server, host, source, received, patience });
    } catch (error) {
      if (received.offset === source.descriptor.size && received.offset > 0) return;
      await patience.endure(server.failed(error));
    }
  }
}

/** The registry's own copy, or, where it has none, one of those that the descriptor names. */
async function request(
  { server, repository }: Place,
  { descriptor, subject, request: { signal } }: BlobSource,
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
  };
  const urls = (descriptor.urls ?? []).filter((url) => /^https?:\/\//i.test(url));
  const response = await server.once(
    call,
    urls.length === 0 ? [200, 206, 416] : [200, 206, 404, 416],
  );
  if (response.status !== 404) return { response, host: server.host };
  await response.discard();
  const addresses = urls.filter((one) => URL.canParse(one)).map((one) => new URL(one));
  for (const [index, at] of addresses.entries()) {
    const isLast = index === addresses.length - 1;
    const given = await server.once({ ...call, at }, [200, 206, 416, ...(isLast ? [] : [404])]);
    if (given.status !== 404) return { response: given, host: at.host };
    await given.discard();
  }
  throw breach({ host: server.host, subject }, 'sent no usable address');
}

interface Reading {
  readonly server: RegistryServer;
  /** Whose answer it is. */
  readonly host: string;
  readonly source: BlobSource;
  readonly received: Received;
  readonly patience: Patience;
}

async function* read(response: HttpResponse, reading: Reading): AsyncGenerator<Uint8Array> {
  const { server, host, source, received, patience } = reading;
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
    if (gained >= ENCOURAGING) patience.encourage();
    received.hash.update(fresh);
    received.offset += fresh.length;
    source.request.onProgress?.(received.offset);
    yield fresh;
  }
  if (received.offset < size) {
    throw new Transient(
      new AppError('REGISTRY_UNREACHABLE', `${host} sent only part of ${source.subject}`, {
        hint: 'try again later',
      }),
    );
  }
}

/** Checks what an answer announces; gives the number of its bytes that are here already. */
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
  const asked = { host, subject: source.subject };
  if (status === 416) return refuse(wrongSize(host, source));
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') return refuse(breach(asked, 'sent an unexpected encoding'));
  const start = status === 206 ? rangeStart(headers['content-range']) : 0;
  if (start === undefined || start > received.offset) {
    return refuse(breach(asked, 'sent a different range than requested'));
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
