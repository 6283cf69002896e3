/** The client, put together: whom to ask, and what each of the protocol's verbs does there. */
import { AppError } from '../errors.ts';
import type { HttpClient } from '../http/index.ts';
import { loadClient } from '../http/index.ts';
import { type Digest, familiarName, familiarRepository, type Reference } from '../oci/index.ts';
import { jointSignal } from '../system/index.ts';
import type { Endpoint, EndpointPurpose } from './endpoint.ts';
import { credentialsFor, endpointsOf } from './lookups.ts';
import { pullBlob, type Suspects } from './pull-blob.ts';
import { getManifest, headManifest, type ManifestName } from './pull-manifest.ts';
import { hasBlob, pushBlob } from './push-blob.ts';
import { putManifest } from './push-manifest.ts';
import type { BlobPush } from './push-requests.ts';
import { addToFallback, referrer, referrersOf } from './referrers.ts';
import { RegistryServer } from './server.ts';
import { tagsOf } from './tags.ts';
import { DEFAULT_TUNING, type Tuning } from './tuning.ts';
import type { Credentials, Registries, RegistryOptions, Repository } from './types.ts';
import { ask, type Place, Walk } from './walk.ts';

/** What tests exchange. */
export interface Seams {
  readonly endpointsOf: typeof endpointsOf;
  readonly credentialsFor: typeof credentialsFor;
  readonly tuning: Partial<Tuning>;
}

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

/** The servers met so far, each with its connections and logins. */
class Servers {
  readonly #options: RegistryOptions;
  readonly #seams: Omit<Seams, 'tuning'> & { readonly tuning: Tuning };
  readonly #servers = new Map<string, RegistryServer>();
  readonly #endpoints = new Map<string, Promise<readonly Endpoint[]>>();
  readonly #lines = new Map<string, Promise<unknown>>();
  #client: Promise<HttpClient> | undefined;

  constructor(
    options: RegistryOptions,
    seams: Omit<Seams, 'tuning'> & { readonly tuning: Tuning },
  ) {
    this.#options = options;
    this.#seams = seams;
  }

  async toPull(
    repository: Repository,
    wanted: 'tag' | 'digest',
    { withMirrors } = { withMirrors: true },
  ): Promise<readonly Place[]> {
    const places = await this.#places(repository, 'pull');
    return places.filter(({ server: { endpoint } }) => {
      if (!withMirrors && endpoint.isMirror) return false;
      return wanted === 'tag' ? endpoint.canResolve : endpoint.canFetchDigest;
    });
  }

  toPush(repository: Repository): Promise<readonly Place[]> {
    return this.#places(repository, 'push');
  }

  /** The registry itself, shown one login and no other. */
  async toLogIn(registry: string, credentials: Credentials): Promise<readonly Place[]> {
    const repository = { registry, repository: 'login' };
    const all = await this.#seams.endpointsOf(repository, this.#options, 'push');
    const endpoints = all.filter(({ isMirror }) => !isMirror);
    const client = await this.#openClient();
    const { tuning } = this.#seams;
    return endpoints.map((endpoint, position) => {
      const hasOtherWay = endpoints[position + 1]?.isFallback === true;
      const { onWait } = this.#options;
      const own = { client, tuning, onWait, hasOtherWay, credentials: async () => credentials };
      return { server: new RegistryServer(endpoint, own), repository: endpoint.repository };
    });
  }

  /** What reads and then writes the same thing does not do so twice at a time. */
  async oneByOne(key: string, action: () => Promise<void>): Promise<void> {
    const before = this.#lines.get(key) ?? Promise.resolve();
    const done = before.catch(() => undefined).then(action);
    this.#lines.set(key, done);
    await done;
  }

  async close(): Promise<void> {
    (await this.#client)?.[Symbol.dispose]();
    this.#client = undefined;
  }

  async #places(repository: Repository, purpose: EndpointPurpose): Promise<readonly Place[]> {
    const key = JSON.stringify([repository.registry, repository.repository, purpose]);
    const known =
      this.#endpoints.get(key) ?? this.#seams.endpointsOf(repository, this.#options, purpose);
    this.#endpoints.set(key, known);
    const endpoints = await known;
    if (endpoints.length === 0) throw nobody(repository, purpose);
    const client = await this.#openClient();
    return endpoints.map((endpoint, position) => ({
      server: this.#server(endpoint, client, endpoints[position + 1]?.isFallback === true),
      repository: endpoint.repository,
    }));
  }

  #openClient(): Promise<HttpClient> {
    const { env } = this.#options;
    const { idleMs, connectMs } = this.#seams.tuning;
    this.#client ??= loadClient().then((open) => open({ env, idleMs, connectMs }));
    return this.#client;
  }

  #server(endpoint: Endpoint, client: HttpClient, hasOtherWay: boolean): RegistryServer {
    const key = JSON.stringify({ ...endpoint, repository: undefined });
    const known = this.#servers.get(key);
    if (known !== undefined) return known;
    const found = new Map<string, ReturnType<typeof credentialsFor>>();
    const made = new RegistryServer(endpoint, {
      client,
      tuning: this.#seams.tuning,
      onWait: this.#options.onWait,
      credentials: (repository) => {
        const pending =
          found.get(repository) ??
          this.#seams.credentialsFor(endpoint.credentialKey, repository, this.#options);
        found.set(repository, pending);
        return pending;
      },
      hasOtherWay,
    });
    this.#servers.set(key, made);
    return made;
  }
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

function nobody(repository: Repository, purpose: EndpointPurpose): AppError {
  return new AppError(
    'REGISTRY_CONFIG_INVALID',
    `no server is set up that one can ${purpose} ${familiarRepository(repository)} ${purpose === 'pull' ? 'from' : 'to'}`,
    { hint: 'see the mirrors in hosts.toml, registries.conf and daemon.json' },
  );
}

function joined(
  one: AbortSignal | undefined,
  other: AbortSignal | undefined,
): AbortSignal | undefined {
  if (one === undefined || other === undefined || one === other) return one ?? other;
  return jointSignal(one, other);
}
