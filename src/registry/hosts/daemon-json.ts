/** The registry settings of Docker's `daemon.json`. */
import { isIPv4 } from 'node:net';
import { join } from 'node:path';
import type { Environment } from '../../environment.ts';
import { configHome } from '../home.ts';
import { parseHostUrl } from './host-url.ts';
import { readJson, textsOf } from './toml.ts';

export interface DaemonRegistries {
  /** Mirrors of Docker Hub, in order. */
  readonly mirrors: readonly URL[];
  /** Hosts with or without a port, and networks. */
  readonly insecure: readonly string[];
}

/** The user's file replaces the machine's. @throws AppError REGISTRY_CONFIG_INVALID */
export async function readDaemonJson(env: Environment): Promise<DaemonRegistries> {
  for (const path of [join(configHome(env), 'docker/daemon.json'), '/etc/docker/daemon.json']) {
    const table = await readJson(path);
    if (table === undefined) continue;
    return {
      mirrors: textsOf(table, 'registry-mirrors', path).map((text) => parseHostUrl(text, path)),
      insecure: textsOf(table, 'insecure-registries', path),
    };
  }
  return { mirrors: [], insecure: [] };
}

/** Whether a list of hosts and networks contains this registry. Does not resolve host names. */
export function isListed(registry: string, list: readonly string[]): boolean {
  const host = registry.replace(/:\d+$/, '');
  return list.some((item) => {
    const bare = item.replace(/^https?:\/\//, '').replace(/\/+$/, '');
    return bare === registry || bare === host || inNetwork(host, bare);
  });
}

function inNetwork(host: string, network: string): boolean {
  const [base = '', bits = ''] = network.split('/');
  if (!isIPv4(host) || !isIPv4(base) || !/^\d{1,2}$/.test(bits) || Number(bits) > 32) return false;
  const size = 2 ** (32 - Number(bits));
  return Math.floor(numberOf(host) / size) === Math.floor(numberOf(base) / size);
}

function numberOf(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
