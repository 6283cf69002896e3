/** The certificates that this machine trusts. */
import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { ANCHORS, BUNDLES, DISTRIBUTED } from './locations.ts';
import { type Certificate, parseCertificates } from './pem.ts';

/** This machine's bundle, latin1; empty if there is none. */
export function hostBundle(): string {
  for (const bundle of BUNDLES) {
    const text = readOr(`/${bundle}`, '');
    if (text !== '') return text;
  }
  return '';
}

/**
 * The authorities added to this machine: its anchors, and certificates of its bundle that come neither from its
 * distribution nor from Node.js.
 */
export function addedToHost(): readonly Certificate[] {
  // Loaded here only: a cached build should not pay for TLS.
  const { rootCertificates } = process.getBuiltinModule('node:tls');
  const anchors = parseCertificates(textOf(ANCHORS));
  const known = new Set(
    parseCertificates(`${rootCertificates.join('\n')}\n${textOf(DISTRIBUTED)}`).map(({ id }) => id),
  );
  const others = parseCertificates(hostBundle()).filter(({ id }) => !known.has(id));
  return [...new Map([...anchors, ...others].map((one) => [one.id, one])).values()];
}

function textOf(directories: readonly string[]): string {
  return directories.flatMap((directory) => filesBelow(`/${directory}`)).join('\n');
}

function filesBelow(directory: string): string[] {
  return entriesOf(directory).flatMap((entry) => {
    const path = `${directory}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [readOr(path, '')];
  });
}

function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
}

function readOr(path: string, otherwise: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return otherwise;
  }
}
