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
import { Transient } from './patience.ts';
import type { RegistryServer } from './server.ts';
import { isObject } from './shape.ts';
import type { Place } from './walk.ts';

/** The specification lets registries refuse larger ones. */
export const MAX_MANIFEST = 4 * 1024 * 1024;

const ACCEPT = [
  MEDIA_TYPES.ociIndex,
  MEDIA_TYPES.ociManifest,
  MEDIA_TYPES.dockerIndex,
  MEDIA_TYPES.dockerManifest,
].join(', ');

/** Formats of 2014, whose digests are of something else than their bytes. */
const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+/;

export interface ManifestName {
  /** What is asked for: a tag or a digest. */
  readonly name: string;
  /** What it has to be. */
  readonly digest: Digest | undefined;
  readonly subject: string;
  readonly signal: AbortSignal | undefined;
}

/** What a name means, by HEAD where the registry says it there. */
export async function headManifest(place: Place, name: ManifestName): Promise<Descriptor> {
  const call = callFor(place, name, 'HEAD');
  const response = await place.server.insist(call, [200, 400, 405, 501]);
  await response.discard();
  const { 'docker-content-digest': digest = '', 'content-length': length } = response.headers;
  const mediaType = typeOf(response);
  const isTold = response.status === 200 && typeof digest === 'string' && isDigest(digest);
  if (!isTold || !/^\d+$/.test(length ?? '') || mediaType === undefined) {
    return (await getManifest(place, name)).descriptor;
  }
  checkType(place.server, name, mediaType);
  if (name.digest !== undefined && digest !== name.digest) throw mismatch(place.server, name);
  return { mediaType, digest, size: Number(length) };
}

/** A manifest or index, verified. */
export async function getManifest(place: Place, name: ManifestName): Promise<RawManifest> {
  const { server } = place;
  const patience = server.patience(name.signal);
  for (;;) {
    try {
      return await getOnce(place, name);
    } catch (error) {
      await patience.endure(server.failed(error));
    }
  }
}

async function getOnce(place: Place, name: ManifestName): Promise<RawManifest> {
  const { server } = place;
  const response = await server.once(callFor(place, name, 'GET'), [200]);
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
  const told = response.headers['docker-content-digest'];
  const isOther = typeof told === 'string' && isDigest(told) && told !== digest;
  if (isOther || (name.digest !== undefined && digest !== name.digest)) {
    throw new Transient(mismatch(server, name));
  }
  const mediaType = mediaTypeOf(place, name, { bytes, header: typeOf(response) });
  return { descriptor: { mediaType, digest, size: bytes.length }, bytes };
}

function callFor(place: Place, name: ManifestName, method: 'GET' | 'HEAD'): Call {
  return {
    method,
    at: `/manifests/${name.name}`,
    repository: place.repository,
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

/** The header and the document may not disagree, lest two tools see two things in the same bytes. */
function mediaTypeOf(
  { server }: Place,
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
