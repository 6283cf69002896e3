/** Trusted certificate authorities: Node's and this machine's, which often has private ones in addition. */
import { readFileSync } from 'node:fs';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import type { Environment } from '../environment.ts';

/** Certificate bundles of Linux distributions. */
const BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

const contexts = new Map<string, SecureContext>();

/** Certificates for a connection in addition to the machine's, in PEM. */
export interface Certificates {
  /** Further authorities. */
  readonly ca: readonly string[];
  /** The client certificate. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

/**
 * Cached for each set of extra certificates, since reading them is slow.
 *
 * @throws OpenSSL's Error for invalid certificates
 */
export function secureContext(env: Environment, more?: Certificates): SecureContext {
  const extra = [env.SSL_CERT_FILE, env.NODE_EXTRA_CA_CERTS].filter(
    (path) => path !== undefined && path !== '',
  );
  const key = JSON.stringify([extra, more?.ca, more?.cert, more?.key]);
  const known = contexts.get(key);
  if (known !== undefined) return known;
  const bundles = [firstOf(BUNDLES), ...extra.map((path) => readIfThere(path ?? ''))];
  const ca = [...rootCertificates, ...bundles.flatMap((text) => text ?? []), ...(more?.ca ?? [])];
  const made = createSecureContext({ ca, cert: more?.cert, key: more?.key });
  contexts.set(key, made);
  return made;
}

function firstOf(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const text = readIfThere(path);
    if (text !== undefined) return text;
  }
  return undefined;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
