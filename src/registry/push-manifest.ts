/**
 * Pushes manifests and indexes.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests
 */
import { AppError } from '../errors.ts';
import type { HttpResponse } from '../http/index.ts';
import { digestOf, type RawManifest } from '../oci/index.ts';
import { breach } from './answers.ts';
import type { Call } from './call.ts';
import { MAX_MANIFEST, type ManifestName } from './pull-manifest.ts';
import { TransientError } from './retry-policy.ts';
import type { RemoteRepository } from './walk.ts';

export interface PushedManifest {
  /** Whether the registry indexed the manifest under its subject; if not, the fallback tag must list it. */
  readonly knowsSubject: boolean;
}

/** @param name its digest is ignored: the manifest's counts */
export async function putManifest(
  { server, repository }: RemoteRepository,
  name: ManifestName,
  { descriptor, bytes }: RawManifest,
): Promise<PushedManifest> {
  if (digestOf(bytes) !== descriptor.digest) throw new Error('a manifest with a wrong digest');
  const { subject, signal } = name;
  if (bytes.length > MAX_MANIFEST) {
    throw new AppError('MANIFEST_TOO_LARGE', `the manifest of ${subject} is larger than 4 MiB`, {
      hint: 'shorten its annotations; registries refuse such manifests',
    });
  }
  const call: Call = {
    method: 'PUT',
    at: `/manifests/${name.name}`,
    repository,
    actions: 'pull,push',
    headers: { 'content-type': descriptor.mediaType },
    body: () => ({ length: bytes.length, chunks: [bytes] }),
    subject,
    signal,
    answerMs: server.tuning.commitMs,
  };
  const retries = server.retryPolicy(signal);
  for (let damaged = 0; ; ) {
    try {
      const response = await server.send(call, [201, 400]);
      if (response.status === 400) {
        const error = await server.refusal(response, call);
        // It was correct when sent; a single failure may be a transmission error.
        throw error instanceof AppError && damaged++ === 0 ? new TransientError(error) : error;
      }
      await response.discard();
      checkFiled(response, { digest: descriptor.digest, host: server.host, subject });
      return { knowsSubject: response.headers['oci-subject'] !== undefined };
    } catch (error) {
      await retries.waitOrThrow(error);
    }
  }
}

function checkFiled(
  { headers }: HttpResponse,
  {
    digest,
    host,
    subject,
  }: { readonly digest: string; readonly host: string; readonly subject: string },
): void {
  const reported = headers['docker-content-digest'];
  if (typeof reported !== 'string' || reported === '' || reported === digest) return;
  throw new TransientError(breach({ host, subject }, 'stored a different manifest than was sent'));
}
