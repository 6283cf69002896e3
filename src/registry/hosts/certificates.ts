/**
 * Certificates for one host, where Docker and Podman look for them: `certs.d/<host>/*.crt` are authorities; `*.cert`
 * with a `*.key` of the same name is a client certificate.
 */
import { readdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { readRegularFile } from '../../system/index.ts';
import type { EndpointTls } from '../endpoint.ts';
import { invalidConfig } from './toml.ts';

/** Bytes. */
const LARGEST = 1 << 20;

export const NO_TLS: EndpointTls = {
  ca: [],
  cert: undefined,
  key: undefined,
  skipVerify: false,
};

/**
 * The certificates for a host in all directories. The client certificate comes from the first directory that has one.
 *
 * @param host with its port
 * @throws AppError REGISTRY_CONFIG_INVALID for a certificate without its key
 */
export async function hostCertificates(
  directories: readonly string[],
  host: string,
): Promise<EndpointTls> {
  let found = NO_TLS;
  for (const directory of directories) {
    for (const name of directoryNames(host)) {
      found = merged(found, await certificatesIn(join(directory, name)));
    }
  }
  return found;
}

/** containerd also writes `host:5000` as `host_5000_`. */
export function directoryNames(host: string): readonly string[] {
  const port = /^(.*):(\d+)$/.exec(host);
  return port === null ? [host] : [`${port[1]}_${port[2]}_`, host];
}

async function certificatesIn(directory: string): Promise<EndpointTls> {
  const names = (await readdir(directory).catch(() => [])).sort();
  const cert = names.find((name) => name.endsWith('.cert'));
  const ca = await Promise.all(
    names.filter((name) => name.endsWith('.crt')).map((name) => pem(directory, name)),
  );
  if (cert === undefined) return { ...NO_TLS, ca };
  const key = cert.replace(/\.cert$/, '.key');
  if (!names.includes(key)) throw invalidConfig(join(directory, cert), `${key} is missing`);
  return {
    ca,
    cert: await pem(directory, cert),
    key: await pem(directory, key),
    skipVerify: false,
  };
}

function merged(first: EndpointTls, second: EndpointTls): EndpointTls {
  const client = first.cert === undefined ? second : first;
  return {
    ca: [...first.ca, ...second.ca],
    cert: client.cert,
    key: client.key,
    skipVerify: first.skipVerify || second.skipVerify,
  };
}

/** @throws AppError REGISTRY_CONFIG_INVALID */
export async function pem(directory: string, name: string): Promise<string> {
  const path = isAbsolute(name) ? name : join(directory, name);
  try {
    return readRegularFile(path, { limit: LARGEST }).toString();
  } catch {
    throw invalidConfig(path, 'it cannot be read');
  }
}
