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

/** Certificates that are trusted here besides Node's own. */
export interface TrustFacts {
  /** The bundle of this machine; undefined: there is none. */
  readonly bundle: CertificateFile | undefined;
  /** Files that variables name. */
  readonly named: readonly (CertificateFile & { readonly variable: string })[];
}

export interface CertificateFile {
  readonly path: string;
  /** How many certificates it has; undefined: it cannot be read. */
  readonly certificates: number | undefined;
}

/** What `secureContext` trusts. */
export function describeTrust(env: Environment): TrustFacts {
  const path = BUNDLES.find((candidate) => readIfThere(candidate) !== undefined);
  return {
    bundle: path === undefined ? undefined : certificateFile(path),
    named: (['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS'] as const).flatMap((variable) => {
      const named = env[variable];
      return named ? [{ variable, ...certificateFile(named) }] : [];
    }),
  };
}

function certificateFile(path: string): CertificateFile {
  const text = readIfThere(path);
  return { path, certificates: text?.split('-----BEGIN CERTIFICATE-----').slice(1).length };
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
