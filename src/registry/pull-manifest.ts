/**
 * Manifests and indexes of a registry.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
 */
import { AppError } from '../errors.ts';
import type { HttpResponse } from '../http/index.ts';
import {
  type Descriptor,
  type Digest,
  digestOf,
  isDigest,
  MEDIA_TYPES,
  type RawManifest,
} from '../oci/index.ts';
import { breach, readBody } from './answers.ts';
import type { Call } from './call.ts';
import { parseJson } from './json.ts';
import { TransientError } from './retry-policy.ts';
import type { RegistryServer } from './server.ts';
import { isObject } from './shape.ts';
import type { RemoteRepository } from './walk.ts';

/** The specification lets registries refuse larger ones. */
export const MAX_MANIFEST = 4 * 1024 * 1024;

const ACCEPT = [
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.dockerIndex,
  MEDIA_TYPES.dockerManifest,
].join(', ');

/** Schema 1 (2014): its digests are not those of the stored bytes. */
const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+/;

export interface ManifestName {
  /** A tag or a digest. */
  readonly name: string;
  /** The digest that the manifest must have. */
  readonly digest: Digest | undefined;
  readonly subject: string;
  readonly signal: AbortSignal | undefined;
}

/** Resolves a name to a descriptor: with HEAD if the registry answers it completely, else with GET. */
export async function headManifest(
  remote: RemoteRepository,
  name: ManifestName,
): Promise<Descriptor> {
  const call = callFor(remote, name, 'HEAD');
  const response = await remote.server.sendWithRetries(call, [200, 400, 405, 501]);
  await response.discard();
  const { 'docker-content-digest': digest = '', 'content-length': length } = response.headers;
  const mediaType = typeOf(response);
  const isTold = response.status === 200 && typeof digest === 'string' && isDigest(digest);
  if (!isTold || !/^\d+$/.test(length ?? '') || mediaType === undefined) {
    return (await getManifest(remote, name)).descriptor;
  }
  checkType(remote.server, name, mediaType);
  if (name.digest !== undefined && digest !== name.digest) throw mismatch(remote.server, name);
  return { mediaType, digest, size: Number(length) };
}

/** Pulls a manifest or index and verifies it. */
export async function getManifest(
  remote: RemoteRepository,
  name: ManifestName,
): Promise<RawManifest> {
  const { server } = remote;
  const retries = server.retryPolicy(name.signal);
  for (;;) {
    try {
      return await getOnce(remote, name);
    } catch (error) {
      await retries.waitOrThrow(server.failed(error));
    }
  }
}

async function getOnce(remote: RemoteRepository, name: ManifestName): Promise<RawManifest> {
  const { server } = remote;
  const response = await server.send(callFor(remote, name, 'GET'), [200]);
  const length = Number(response.headers['content-length'] ?? 0);
  const bytes = length > MAX_MANIFEST ? undefined : await readBody(response, MAX_MANIFEST);
  if (bytes === undefined) {
    await response.discard();
    throw new AppError(
      'MANIFEST_TOO_LARGE',
      `${server.host} has a manifest larger than 4 MiB for ${name.subject}`,
      { hint: 'do not trust the source: such a manifest is made to exhaust memory' },
    );
  }
  const digest = digestOf(bytes);
  const reported = response.headers['docker-content-digest'];
  const isOther = typeof reported === 'string' && isDigest(reported) && reported !== digest;
  if (isOther || (name.digest !== undefined && digest !== name.digest)) {
    throw new TransientError(mismatch(server, name));
  }
  const mediaType = mediaTypeOf(remote, name, { bytes, header: typeOf(response) });
  return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
}

function callFor(remote: RemoteRepository, name: ManifestName, method: 'GET' | 'HEAD'): Call {
  return {
    method,
    at: `/manifests/${name.name}`,
    repository: remote.repository,
    actions: 'pull',
    headers: { accept: ACCEPT },
    subject: name.subject,
    signal: name.signal,
  };
}

function typeOf({ headers }: HttpResponse): string | undefined {
  const type = headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  return type === undefined || isVague(type) ? undefined : type;
}

function isVague(type: string): boolean {
  return /^$|^text\/|^application\/(?:json|octet-stream)$/.test(type);
}

/** The header and the document must agree: otherwise two tools could read the same bytes differently. */
function mediaTypeOf(
  { server }: RemoteRepository,
  name: ManifestName,
  { bytes, header }: { readonly bytes: Uint8Array; readonly header: string | undefined },
): string {
  const document = parseJson(new TextDecoder().decode(bytes));
  if (!isObject(document))
    throw breach(called(server, name), 'sent something other than a manifest');
  const own = typeof document.mediaType === 'string' ? document.mediaType : undefined;
  if (own !== undefined && header !== undefined && own !== header) {
    throw breach(called(server, name), 'sent a manifest of a different type than announced');
  }
  const type = own ?? header ?? guessed(document);
  checkType(server, name, type);
  return type;
}

function guessed(document: Readonly<Record<string, unknown>>): string {
  return Array.isArray(document.manifests) ? MEDIA_TYPES.ociIndex : MEDIA_TYPES.ociManifest;
}

function checkType(server: RegistryServer, name: ManifestName, type: string): void {
  if (!SCHEMA_1.test(type)) return;
  throw new AppError(
    'MANIFEST_OUTDATED',
    `${server.host} has ${name.subject} only in the format used before Docker 1.10`,
    { hint: 'convert it with a tool that pulls and pushes it, or use a newer tag' },
  );
}

function mismatch(server: RegistryServer, name: ManifestName): AppError {
  return new AppError(
    'MANIFEST_DIGEST_MISMATCH',
    `${server.host} sent a manifest with a different digest for ${name.subject}`,
    { hint: 'it was damaged or altered in transit; check for a proxy' },
  );
}

function called({ host }: RegistryServer, { subject }: ManifestName) {
  return { host, subject };
}
