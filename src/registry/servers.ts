/** The servers of a client. Each is opened once, with its connections and logins. */
import { AppError } from '../errors.ts';
import { type HttpClient, loadClient } from '../http/index.ts';
import { familiarRepository } from '../oci/index.ts';
import type { Endpoint, EndpointPurpose } from './endpoint.ts';
import type { credentialsFor, endpointsOf } from './lookups.ts';
import { RegistryServer } from './server.ts';
import type { Tuning } from './tuning.ts';
import type { Credentials, RegistryOptions, Repository } from './types.ts';
import type { RemoteRepository } from './walk.ts';

/** Parts that tests replace. */
export interface Seams {
  readonly endpointsOf: typeof endpointsOf;
  readonly credentialsFor: typeof credentialsFor;
  readonly tuning: Partial<Tuning>;
}

export class Servers {
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
  ): Promise<readonly RemoteRepository[]> {
    const remotes = await this.#remotes(repository, 'pull');
    const candidates = remotes.filter(({ server }) => withMirrors || !server.endpoint.isMirror);
    if (wanted === 'tag') return candidates.filter(({ server }) => server.endpoint.canResolve);
    return [...candidates.filter(servesDigests), ...candidates.filter(mayServeDigests)];
  }

  toPush(repository: Repository): Promise<readonly RemoteRepository[]> {
    return this.#remotes(repository, 'push');
  }

  /** The registry itself, with only the given login. */
  async toLogIn(registry: string, credentials: Credentials): Promise<readonly RemoteRepository[]> {
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

  /** Serialises read-modify-write actions with the same key. */
  async runExclusively(key: string, action: () => Promise<void>): Promise<void> {
    const before = this.#lines.get(key) ?? Promise.resolve();
    const done = before.catch(() => undefined).then(action);
    this.#lines.set(key, done);
    await done;
  }

  async close(): Promise<void> {
    (await this.#client)?.[Symbol.dispose]();
    this.#client = undefined;
  }

  async #remotes(
    repository: Repository,
    purpose: EndpointPurpose,
  ): Promise<readonly RemoteRepository[]> {
    const key = JSON.stringify([repository.registry, repository.repository, purpose]);
    const known =
      this.#endpoints.get(key) ?? this.#seams.endpointsOf(repository, this.#options, purpose);
    this.#endpoints.set(key, known);
    const endpoints = await known;
    if (endpoints.length === 0) throw noServer(repository, purpose);
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

function noServer(repository: Repository, purpose: EndpointPurpose): AppError {
  return new AppError(
    'REGISTRY_CONFIG_INVALID',
    `no server is configured to ${purpose} ${familiarRepository(repository)} ${purpose === 'pull' ? 'from' : 'to'}`,
    { hint: 'check the mirrors in hosts.toml, registries.conf and daemon.json' },
  );
}

function servesDigests({ server: { endpoint, hasAnswered } }: RemoteRepository): boolean {
  return endpoint.digests === 'any' || (endpoint.digests === 'of tags' && hasAnswered);
}

function mayServeDigests({ server: { endpoint, hasAnswered } }: RemoteRepository): boolean {
  return endpoint.digests === 'of tags' && !hasAnswered;
}
