/** The keys under which files and helpers keep logins. */

/** Docker Hub's key in `config.json`, unchanged since Docker's first version. */
export const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

const DOCKER_HUB_NAMES = new Set(['docker.io', 'index.docker.io', 'registry-1.docker.io']);

/** The key Docker writes for a registry. */
export function storedKey(registry: string): string {
  return DOCKER_HUB_NAMES.has(registry) ? DOCKER_HUB_KEY : registry;
}

/**
 * The keys that match a repository, the most specific first: `host/a/b`, `host/a`, `host`.
 *
 * @param repository may be empty
 */
export function keysFor(registry: string, repository: string): readonly string[] {
  const parts = repository.split('/').filter((part) => part !== '');
  const names = DOCKER_HUB_NAMES.has(registry) ? [...DOCKER_HUB_NAMES] : [registry];
  const paths = parts.map((_part, at) => parts.slice(0, parts.length - at).join('/'));
  const below = paths.flatMap((path) => names.map((name) => `${name}/${path}`));
  return [...below, storedKey(registry), ...names];
}

/** The host of a key; old versions of Docker wrote URLs. Undefined for keys of a part of a registry. */
export function hostOfKey(key: string): string | undefined {
  const bare = key.replace(/^https?:\/\//, '').replace(/\/+$/, '');
  const [host = '', path] = bare.split(/\/(.*)/s);
  const isWhole = path === undefined || path === '' || /^v[12]$/.test(path);
  if (!isWhole || host === '') return undefined;
  return DOCKER_HUB_NAMES.has(host) ? 'docker.io' : host;
}
