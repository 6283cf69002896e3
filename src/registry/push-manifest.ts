/**
 * Manifests and indexes into a registry.
 * https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests
 */
import { AppError } from '../errors.ts';
import type { HttpResponse } from '../http/index.ts';
import { digestOf, type RawManifest } from '../oci/index.ts';
import { breach } from './answers.ts';
import type { Call } from './call.ts';
import { Transient } from './patience.ts';
import { MAX_MANIFEST, type ManifestName } from './pull-manifest.ts';
import type { Place } from './walk.ts';

export interface PushedManifest {
  /** The registry has noted what the manifest refers to; else the fallback tag has to say it. */
  readonly knowsSubject: boolean;
}

/** @param name its digest is not looked at: it is that of the manifest */
export async function putManifest(
  { server, repository }: Place,
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
  const patience = server.patience(signal);
  for (let damaged = 0; ; ) {
    try {
      const response = await server.once(call, [201, 400]);
      if (response.status === 400) {
        const error = await server.refusal(response, call);
        // It was right when it left. Once may be an accident on the way.
        throw error instanceof AppError && damaged++ === 0 ? new Transient(error) : error;
      }
      await response.discard();
      checkFiled(response, { digest: descriptor.digest, host: server.host, subject });
      return { knowsSubject: response.headers['oci-subject'] !== undefined };
    } catch (error) {
      await patience.endure(error);
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
  const told = headers['docker-content-digest'];
  if (typeof told !== 'string' || told === '' || told === digest) return;
  throw new Transient(breach({ host, subject }, 'stored a different manifest than was sent'));
}
