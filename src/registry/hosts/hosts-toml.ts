/**
 * containerd's `certs.d/<host>/hosts.toml`: which hosts serve the images of a registry.
 * https://github.com/containerd/containerd/blob/main/docs/hosts.md
 */
import { dirname, join } from 'node:path';
import type { EndpointTls } from '../endpoint.ts';
import { isObject } from '../shape.ts';
import { directoryNames, pem } from './certificates.ts';
import { parseHostUrl } from './host-url.ts';
import { invalidConfig, readToml, switchOf, type Table, tableOf, textOf, textsOf } from './toml.ts';

export interface TomlHost {
  /** Undefined: the registry's usual server. */
  readonly url: URL | undefined;
  readonly canPull: boolean;
  readonly canResolve: boolean;
  readonly canPush: boolean;
  readonly overridePath: boolean;
  readonly tls: EndpointTls;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * The hosts of the first file found, in its order; the registry's server comes last. Undefined when there is no file.
 *
 * @throws AppError REGISTRY_CONFIG_INVALID
 */
export async function readHostsToml(
  directories: readonly string[],
  host: string,
): Promise<readonly TomlHost[] | undefined> {
  for (const directory of directories) {
    for (const name of [...directoryNames(host), '_default']) {
      const path = join(directory, name, 'hosts.toml');
      const table = await readToml(path);
      if (table !== undefined) return hostsOf(table, path);
    }
  }
  return undefined;
}

async function hostsOf(table: Table, path: string): Promise<readonly TomlHost[]> {
  const hosts = tableOf(table, 'host', path);
  const mirrors = Object.keys(hosts).map((url) => {
    const entry = tableOf(hosts, url, path);
    return hostOf(entry, parseHostUrl(url, path), path);
  });
  const server = textOf(table, 'server', path);
  const url = server === undefined || server === '' ? undefined : parseHostUrl(server, path);
  return Promise.all([...mirrors, hostOf(table, url, path)]);
}

async function hostOf(table: Table, url: URL | undefined, path: string): Promise<TomlHost> {
  const listed = textsOf(table, 'capabilities', path);
  const capabilities = new Set(listed.length === 0 ? ['pull', 'resolve', 'push'] : listed);
  return {
    url,
    canPull: capabilities.has('pull'),
    canResolve: capabilities.has('resolve'),
    canPush: capabilities.has('push'),
    overridePath: switchOf(table, 'override_path', path),
    tls: await tlsOf(table, path),
    headers: headersOf(table, path),
  };
}

async function tlsOf(table: Table, path: string): Promise<EndpointTls> {
  const directory = dirname(path);
  const ca = await Promise.all(textsOf(table, 'ca', path).map((name) => pem(directory, name)));
  const [cert, key] = clientOf(table, path);
  return {
    ca,
    cert: cert === undefined ? undefined : await pem(directory, cert),
    key: key === undefined ? undefined : await pem(directory, key),
    skipVerify: switchOf(table, 'skip_verify', path),
  };
}

/** One file with both, a certificate with its key, or a list of such pairs: the first counts. */
function clientOf(table: Table, path: string): readonly [string?, string?] {
  const { client } = table;
  if (client === undefined) return [];
  if (typeof client === 'string') return [client, client];
  const items: readonly unknown[] = Array.isArray(client) ? client : [];
  const [first] = items;
  const pair: readonly unknown[] = Array.isArray(first) ? first : [first, first];
  const [cert, key = cert] = pair;
  if (typeof cert !== 'string' || typeof key !== 'string' || cert === '') {
    throw invalidConfig(path, 'client must be a file or a list of file pairs');
  }
  return [cert, key === '' ? cert : key];
}

function headersOf(table: Table, path: string): Record<string, string> {
  const { header } = table;
  if (header === undefined) return {};
  if (!isObject(header)) throw invalidConfig(path, 'header must be a table');
  return Object.fromEntries(
    Object.keys(header).map((name) => [name.toLowerCase(), textsOf(header, name, path).join(', ')]),
  );
}
