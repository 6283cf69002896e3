/** Test certificates, made with openssl. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface TestCertificate extends AsyncDisposable {
  /** Paths of PEM files. */
  readonly certPath: string;
  readonly keyPath: string;
  /** PEM. */
  readonly cert: string;
  readonly key: string;
}

/** A self-signed certificate for this machine, and for a name that it gets elsewhere. */
export async function makeCertificate(name = 'localhost'): Promise<TestCertificate> {
  const directory = await mkdtemp(join(tmpdir(), 'lamina-cert-'));
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', 'key.pem', '-out', 'cert.pem', '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', `subjectAltName=DNS:${name},DNS:localhost,IP:127.0.0.1`],
    ],
    { cwd: directory, stdio: 'ignore' },
  );
  const certPath = join(directory, 'cert.pem');
  const keyPath = join(directory, 'key.pem');
  return {
    certPath,
    keyPath,
    cert: await readFile(certPath, 'utf8'),
    key: await readFile(keyPath, 'utf8'),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  };
}
