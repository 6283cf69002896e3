/**
 * Which servers to ask for a repository. The first of these that mentions the registry decides: containerd's
 * `hosts.toml`, `registries.conf`, Docker's `daemon.json`, the defaults.
 */
import { isIPv4 } from 'node:net';
import type { Environment } from '../../environment.ts';
import { AppError } from '../../errors.ts';
import type { DigestService, Endpoint, EndpointPurpose, EndpointTls } from '../endpoint.ts';
import type { RegistryOptions, Repository } from '../types.ts';
import { hostCertificates, NO_TLS } from './certificates.ts';
import { certsDirectories } from './certs-directories.ts';
import { isListed, readDaemonJson } from './daemon-json.ts';
import { readHostsToml, type TomlHost } from './hosts-toml.ts';
import {
  matchRule,
  type RegistryMirror,
  type RuleMatch,
  readRegistriesConf,
} from './registries-conf.ts';

const DOCKER_HUB = 'docker.io';
const DOCKER_HUB_SERVER = 'registry-1.docker.io';

interface Finder {
  readonly certs: readonly string[];
  /** Hosts and networks for which unverified certificates and plain HTTP are allowed. */
  readonly insecure: readonly string[];
}

/** See `endpointsOf`. */
export async function findEndpoints(
  repository: Repository,
  { env }: RegistryOptions,
  purpose: EndpointPurpose,
): Promise<readonly Endpoint[]> {
  const certs = certsDirectories(env);
  const hosts = await readHostsToml(certs, repository.registry);
  const daemon = await readDaemonJson(env);
  const finder = { certs, insecure: [...ownInsecure(env), ...daemon.insecure] };
  const match = matchRule(nameOf(repository), await readRegistriesConf(env));
  if (match?.rule.blocked === true) throw blocked(repository);
  const endpoints =
    hosts !== undefined
      ? await ofHosts(hosts, repository, finder)
      : match !== undefined
        ? await ofRule(match, repository, { finder, purpose })
        : await ofDaemon(daemon.mirrors, repository, finder);
  return purpose === 'push' ? endpoints.filter((endpoint) => endpoint.canPush) : endpoints;
}

function nameOf({ registry, repository }: Repository): string {
  return `${registry}/${repository}`;
}

function ownInsecure(env: Environment): string[] {
  return (env.LAMINA_INSECURE_REGISTRIES ?? '').split(/[\s,]+/).filter((item) => item !== '');
}

async function ofHosts(
  hosts: readonly TomlHost[],
  { registry, repository }: Repository,
  finder: Finder,
): Promise<Endpoint[]> {
  const lists = await Promise.all(
    hosts.map(async (host, position) => {
      const isMirror = position < hosts.length - 1;
      const digests: DigestService = host.canPull ? 'any' : 'none';
      const changes = {
        repository,
        canPush: host.canPush,
        canResolve: host.canResolve,
        digests,
        isMirror,
        headers: host.headers,
      };
      if (host.url === undefined) {
        const usual = await serversOf(registry, { finder, insecure: host.tls.skipVerify });
        return usual.map((one) => ({ ...one, ...changes, tls: joined(host.tls, one.tls) }));
      }
      const tls = joined(host.tls, await hostCertificates(finder.certs, host.url.host));
      const isSelf = host.url.host === serverName(registry);
      return [
        {
          ...server(baseOf(host), keyOf(host.url.host)),
          ...changes,
          tls,
          namespace: isSelf ? undefined : registry,
        },
      ];
    }),
  );
  return lists.flat();
}

/** `/v2` follows the host, unless the configuration marks the path as complete. */
function baseOf({ url, overridePath }: TomlHost): string {
  if (url === undefined) throw new Error('a host without a URL');
  const path = url.pathname.replace(/\/+$/, '');
  const isComplete = overridePath || /\/v2(\/|$)/.test(path);
  return `${url.origin}${path}${isComplete ? '' : '/v2'}`;
}

async function ofRule(
  { rule, length }: RuleMatch,
  repository: Repository,
  { finder, purpose }: { readonly finder: Finder; readonly purpose: EndpointPurpose },
): Promise<Endpoint[]> {
  const rest = nameOf(repository).slice(length);
  const itself = await atLocation(
    rule.location === '' ? nameOf(repository) : rule.location + rest,
    { finder, insecure: rule.insecure },
  );
  if (purpose === 'push') return itself;
  const mirrors = await Promise.all(
    rule.mirrors.map((mirror) => ofMirror(mirror, { finder, rest })),
  );
  return [...mirrors.flat(), ...itself];
}

async function ofMirror(
  { location, insecure, serves }: RegistryMirror,
  { finder, rest }: { readonly finder: Finder; readonly rest: string },
): Promise<Endpoint[]> {
  const servers = await atLocation(location + rest, { finder, insecure });
  return servers.map((one) => ({
    ...one,
    canPush: false,
    canResolve: serves !== 'digest-only',
    digests: serves === 'tag-only' ? 'of tags' : 'any',
    isMirror: true,
  }));
}

/** @param location `host[:port]/path` */
async function atLocation(location: string, choice: ServerChoice): Promise<Endpoint[]> {
  const slash = location.indexOf('/');
  const registry = slash < 0 ? location : location.slice(0, slash);
  const repository = slash < 0 ? '' : location.slice(slash + 1);
  const servers = await serversOf(registry, choice);
  return servers.map((one) => ({ ...one, repository }));
}

async function ofDaemon(
  mirrors: readonly URL[],
  { registry, repository }: Repository,
  finder: Finder,
): Promise<Endpoint[]> {
  const servers = await serversOf(registry, { finder, insecure: false });
  const itself = servers.map((one) => ({ ...one, repository }));
  if (registry !== DOCKER_HUB) return itself;
  const before = await Promise.all(
    mirrors.map(async (url) => {
      const base = `${url.origin}${url.pathname.replace(/\/+$/, '')}/v2`;
      const tls = await hostCertificates(finder.certs, url.host);
      const skipVerify = isListed(url.host, finder.insecure);
      const mirror = { ...server(base, keyOf(url.host)), repository, isMirror: true };
      return { ...mirror, canPush: false, tls: { ...tls, skipVerify } };
    }),
  );
  return [...before, ...itself];
}

interface ServerChoice {
  readonly finder: Finder;
  readonly insecure: boolean;
}

/** A registry's own server. An insecure one is tried by HTTPS with any certificate, then by HTTP. */
async function serversOf(
  registry: string,
  { finder, insecure }: ServerChoice,
): Promise<Endpoint[]> {
  const host = serverName(registry);
  const found = await hostCertificates(finder.certs, registry);
  // An installed certificate for a registry on this machine means that it is to be verified.
  const isOpen = isLoopback(registry) && found.ca.length === 0;
  const skipVerify = insecure || isListed(registry, finder.insecure) || isOpen;
  const secure = {
    ...server(`https://${host}/v2`, keyOf(registry)),
    tls: { ...found, skipVerify },
  };
  if (!skipVerify) return [secure];
  return [secure, { ...server(`http://${host}/v2`, keyOf(registry)), isFallback: true }];
}

function server(base: string, credentialKey: string): Endpoint {
  return {
    base,
    credentialKey,
    repository: '',
    namespace: undefined,
    canPush: true,
    canResolve: true,
    digests: 'any',
    isMirror: false,
    isFallback: false,
    tls: NO_TLS,
    headers: {},
  };
}

function serverName(registry: string): string {
  return registry === DOCKER_HUB ? DOCKER_HUB_SERVER : registry;
}

/** All names of Docker Hub share one login. */
function keyOf(host: string): string {
  return host === DOCKER_HUB_SERVER || host === 'index.docker.io' ? DOCKER_HUB : host;
}

function isLoopback(registry: string): boolean {
  const host = registry.replace(/:\d+$/, '');
  return host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));
}

function joined(first: EndpointTls, second: EndpointTls): EndpointTls {
  return {
    ca: [...first.ca, ...second.ca],
    cert: first.cert ?? second.cert,
    key: first.cert === undefined ? second.key : first.key,
    skipVerify: first.skipVerify || second.skipVerify,
  };
}

function blocked(repository: Repository): AppError {
  return new AppError('REGISTRY_BLOCKED', `registries.conf blocks ${nameOf(repository)}`, {
    hint: 'use another registry, or remove blocked = true from the entry',
  });
}
