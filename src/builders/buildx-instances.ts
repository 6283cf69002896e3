/** The builders of Docker's buildx, as its files describe them. They are only read. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { hasErrorCode, readRegularFile } from '../system/index.ts';
import { homeOf, isRecord, type KnownBuilder, type KnownNode } from './config.ts';

/** Bytes. */
const LARGEST = 1 << 20;

/** Files that are no instance of a form we know are left out. */
export function buildxInstances(env: Environment): readonly KnownBuilder[] {
  const config =
    env.BUILDX_CONFIG || join(env.DOCKER_CONFIG || join(homeOf(env), '.docker'), 'buildx');
  const directory = join(config, 'instances');
  return filesIn(directory).flatMap((name) => builderOf(join(directory, name)) ?? []);
}

function filesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory).sort();
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return [];
    throw error;
  }
}

function builderOf(path: string): KnownBuilder | undefined {
  const instance = readInstance(path);
  const { Name: name, Driver: driver, Nodes: nodes } = instance ?? {};
  if (typeof name !== 'string' || !Array.isArray(nodes)) return undefined;
  const known = nodes.flatMap((node) => nodeOf(driver, node) ?? []);
  return known.length === 0 || known.length < nodes.length ? undefined : { name, nodes: known };
}

function nodeOf(driver: unknown, node: unknown): KnownNode | undefined {
  if (!isRecord(node)) return undefined;
  const options = isRecord(node.DriverOpts) ? node.DriverOpts : {};
  const option = (key: string) => {
    const value = options[key];
    return typeof value === 'string' ? value : undefined;
  };
  const endpoint = typeof node.Endpoint === 'string' ? node.Endpoint : '';
  const name = String(node.Name ?? '');
  const address = addressOf(driver, { endpoint, node: name, option });
  if (address === undefined) return undefined;
  const tls = {
    ...given('ca', option('cacert')),
    ...given('cert', option('cert')),
    ...given('key', option('key')),
    ...given('servername', option('servername')),
  };
  const platforms = Array.isArray(node.Platforms) ? node.Platforms.flatMap(platformOf) : [];
  return {
    ...{ name, address },
    ...(Object.keys(tls).length > 0 && { tls }),
    ...(platforms.length > 0 && { platforms }),
  };
}

function platformOf(value: unknown): readonly string[] {
  if (!isRecord(value)) return [];
  const { os, architecture, variant = '' } = value;
  const parts = [os, architecture, variant].filter((part) => part !== '');
  return parts.every((part) => typeof part === 'string') ? [parts.join('/')] : [];
}

interface Node {
  readonly endpoint: string;
  readonly node: string;
  readonly option: (key: string) => string | undefined;
}

function addressOf(driver: unknown, { endpoint, node }: Node): string | undefined {
  switch (driver) {
    case 'remote':
      return endpoint;
    case 'docker-container': {
      const container = `docker-container://buildx_buildkit_${node}`;
      // An endpoint is a socket, or the name of a context of the docker command.
      const isContext = /^[a-zA-Z0-9][\w.-]*$/.test(endpoint) && endpoint !== 'default';
      return isContext ? `${container}?context=${endpoint}` : container;
    }
    case 'docker':
      return endpoint.includes('://')
        ? `docker://${endpoint.replace(/^unix:\/\//, '')}`
        : 'docker://';
    default:
      return undefined;
  }
}

function readInstance(path: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const document: unknown = JSON.parse(readRegularFile(path, { limit: LARGEST }).toString());
    return isRecord(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

function given(key: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [key]: value };
}
