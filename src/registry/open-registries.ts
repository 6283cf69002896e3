/** The client: picks the servers to ask, and runs the protocol's verbs on them. */
import { jointSignal } from '../concurrency/index.ts';
import { type Digest, familiarName, familiarRepository, type Reference } from '../oci/index.ts';
import { credentialsFor, endpointsOf } from './lookups.ts';
import { pullBlob, type Suspects } from './pull-blob.ts';
import { getManifest, headManifest, type ManifestName } from './pull-manifest.ts';
import { hasBlob, pushBlob } from './push-blob.ts';
import { putManifest } from './push-manifest.ts';
import type { BlobPush } from './push-requests.ts';
import { addToFallback, referrer, referrersOf } from './referrers.ts';
import type { RegistryServer } from './server.ts';
import { type Seams, Servers } from './servers.ts';
import { tagsOf } from './tags.ts';
import { DEFAULT_TUNING } from './tuning.ts';
import type { Registries, RegistryOptions, Repository } from './types.ts';
import { ask, type RemoteRepository, Walk } from './walk.ts';

/** A client for all registries. Reads and opens nothing before its first request. */
export function openRegistries(options: RegistryOptions, seams: Partial<Seams> = {}): Registries {
  const servers = new Servers(options, {
    endpointsOf,
    credentialsFor,
    ...seams,
    tuning: { ...DEFAULT_TUNING, ...seams.tuning },
  });
  const suspects: Suspects = new Map();
  const either = (signal: AbortSignal | undefined) => joined(options.signal, signal);

  return {
    async resolve(reference, request) {
      const name = manifestName(reference, either(request?.signal));
      return ask(await servers.toPull(reference, wantedBy(reference)), (remote) =>
        headManifest(remote, name),
      );
    },
    async manifest(reference, request) {
      const name = manifestName(reference, either(request?.signal));
      return ask(await servers.toPull(reference, wantedBy(reference)), (remote) =>
        getManifest(remote, name),
      );
    },
    async *blob(repository, descriptor, request = {}) {
      yield* pullBlob({
        remotes: await servers.toPull(repository, 'digest'),
        descriptor,
        subject: blobName(repository, descriptor.digest),
        suspects,
        request: { ...request, signal: either(request.signal) },
      });
    },
    async hasBlob(repository, digest, request) {
      const signal = either(request?.signal);
      const subject = blobName(repository, digest);
      return ask(await servers.toPush(repository), (remote) =>
        hasBlob({ remote, digest, subject, signal }, 'pull'),
      );
    },
    async pushBlob(repository, descriptor, request) {
      const push: Omit<BlobPush, 'remote' | 'mountFrom'> = {
        descriptor,
        subject: blobName(repository, descriptor.digest),
        request: { ...request, signal: either(request.signal) },
      };
      const others = request.mountFrom?.filter(({ registry }) => registry === repository.registry);
      const sources = await Promise.all((others ?? []).map((other) => servers.toPush(other)));
      return ask(await servers.toPush(repository), (remote) =>
        pushBlob({ ...push, remote, mountFrom: namesOn(remote.server, sources.flat()) }),
      );
    },
    async pushManifest(reference, manifest, request) {
      const signal = either(request?.signal);
      const digest = reference.tag === undefined ? manifest.descriptor.digest : undefined;
      const name = manifestName({ ...reference, digest }, signal);
      await ask(await servers.toPush(reference), async (remote) => {
        const { knowsSubject } = await putManifest(remote, name, manifest);
        const own = knowsSubject ? undefined : referrer(manifest);
        if (own === undefined) return;
        const key = `${remote.server.host}/${remote.repository}@${own.subject}`;
        await servers.runExclusively(key, () => addToFallback(remote, own, name));
      });
    },
    async *tags(repository) {
      const walk = new Walk(await servers.toPull(repository, 'tag', { withMirrors: false }));
      const about = { subject: familiarRepository(repository), signal: options.signal };
      for (let remote = walk.next(); remote !== undefined; remote = walk.next()) {
        try {
          return yield* tagsOf(remote, about);
        } catch (error) {
          walk.failed(error);
        }
      }
      throw walk.error;
    },
    async referrers(repository, digest) {
      const remotes = await servers.toPull(repository, 'digest', { withMirrors: false });
      const subject = `referrers of ${blobName(repository, digest)}`;
      return ask(remotes, (remote) =>
        referrersOf(remote, digest, { subject, signal: options.signal }),
      );
    },
    async checkLogin(registry, credentials, request) {
      const subject = credentials.kind === 'password' ? credentials.username : 'this token';
      const signal = either(request?.signal);
      await ask(await servers.toLogIn(registry, credentials), async ({ server }) => {
        const at = new URL(`${server.endpoint.base}/`);
        const call = { method: 'GET', at, repository: '', actions: undefined } as const;
        await (await server.sendWithRetries({ ...call, subject, signal }, [200])).discard();
      });
    },
    [Symbol.asyncDispose]: () => servers.close(),
  };
}

function wantedBy({ digest }: Reference): 'tag' | 'digest' {
  return digest === undefined ? 'tag' : 'digest';
}

function manifestName(reference: Reference, signal: AbortSignal | undefined): ManifestName {
  const { digest, tag = 'latest' } = reference;
  return { name: digest ?? tag, digest, subject: familiarName(reference), signal };
}

function blobName(repository: Repository, digest: Digest): string {
  return `${familiarRepository(repository)}@${digest}`;
}

function namesOn(server: RegistryServer, remotes: readonly RemoteRepository[]): readonly string[] {
  const base = server.endpoint.base;
  return remotes.filter((one) => one.server.endpoint.base === base).map((one) => one.repository);
}

function joined(
  one: AbortSignal | undefined,
  other: AbortSignal | undefined,
): AbortSignal | undefined {
  if (one === undefined || other === undefined || one === other) return one ?? other;
  return jointSignal(one, other);
}
