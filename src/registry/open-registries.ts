/** The client, put together: whom to ask, and what each of the protocol's verbs does there. */
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
import { ask, type Place, Walk } from './walk.ts';

/** A client for all registries. Nothing is read or opened before it is asked for something. */
export function openRegistries(options: RegistryOptions, seams: Partial<Seams> = {}): Registries {
  const house = new Servers(options, {
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
      return ask(await house.toPull(reference, wantedBy(reference)), (place) =>
        headManifest(place, name),
      );
    },
    async manifest(reference, request) {
      const name = manifestName(reference, either(request?.signal));
      return ask(await house.toPull(reference, wantedBy(reference)), (place) =>
        getManifest(place, name),
      );
    },
    async *blob(repository, descriptor, request = {}) {
      yield* pullBlob({
        places: await house.toPull(repository, 'digest'),
        descriptor,
        subject: blobName(repository, descriptor.digest),
        suspects,
        request: { ...request, signal: either(request.signal) },
      });
    },
    async hasBlob(repository, digest, request) {
      const signal = either(request?.signal);
      const subject = blobName(repository, digest);
      return ask(await house.toPush(repository), (place) =>
        hasBlob({ place, digest, subject, signal }, 'pull'),
      );
    },
    async pushBlob(repository, descriptor, request) {
      const push: Omit<BlobPush, 'place' | 'mountFrom'> = {
        descriptor,
        subject: blobName(repository, descriptor.digest),
        request: { ...request, signal: either(request.signal) },
      };
      const others = request.mountFrom?.filter(({ registry }) => registry === repository.registry);
      const sources = await Promise.all((others ?? []).map((other) => house.toPush(other)));
      return ask(await house.toPush(repository), (place) =>
        pushBlob({ ...push, place, mountFrom: namesOn(place.server, sources.flat()) }),
      );
    },
    async pushManifest(reference, manifest, request) {
      const signal = either(request?.signal);
      const digest = reference.tag === undefined ? manifest.descriptor.digest : undefined;
      const name = manifestName({ ...reference, digest }, signal);
      await ask(await house.toPush(reference), async (place) => {
        const { knowsSubject } = await putManifest(place, name, manifest);
        const own = knowsSubject ? undefined : referrer(manifest);
        if (own === undefined) return;
        const key = `${place.server.host}/${place.repository}@${own.subject}`;
        await house.oneByOne(key, () => addToFallback(place, own, name));
      });
    },
    async *tags(repository) {
      const walk = new Walk(await house.toPull(repository, 'tag', { withMirrors: false }));
      const about = { subject: familiarRepository(repository), signal: options.signal };
      for (let place = walk.next(); place !== undefined; place = walk.next()) {
        try {
          return yield* tagsOf(place, about);
        } catch (error) {
          walk.failed(error);
        }
      }
      throw walk.error;
    },
    async referrers(repository, digest) {
      const places = await house.toPull(repository, 'digest', { withMirrors: false });
      const subject = `referrers of ${blobName(repository, digest)}`;
      return ask(places, (place) =>
        referrersOf(place, digest, { subject, signal: options.signal }),
      );
    },
    async checkLogin(registry, credentials, request) {
      const subject = credentials.kind === 'password' ? credentials.username : 'this token';
      const signal = either(request?.signal);
      await ask(await house.toLogIn(registry, credentials), async ({ server }) => {
        const at = new URL(`${server.endpoint.base}/`);
        const call = { method: 'GET', at, repository: '', actions: undefined } as const;
        await (await server.insist({ ...call, subject, signal }, [200])).discard();
      });
    },
    [Symbol.asyncDispose]: () => house.close(),
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

function namesOn(server: RegistryServer, places: readonly Place[]): readonly string[] {
  const base = server.endpoint.base;
  return places.filter((one) => one.server.endpoint.base === base).map((one) => one.repository);
}

function joined(
  one: AbortSignal | undefined,
  other: AbortSignal | undefined,
): AbortSignal | undefined {
  if (one === undefined || other === undefined || one === other) return one ?? other;
  return jointSignal(one, other);
}
