/** Debian's docker-registry on a free port, with separate content. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from './ports.ts';
import { ensureTool } from './tools.ts';

export interface TestRegistryOptions {
  /** Serve HTTPS. Paths of PEM files. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined;
  /** Require a name and password: `USER`, `PASSWORD`. */
  readonly basic?: boolean | undefined;
  /** Require tokens of this server. */
  readonly token?: { readonly realm: string; readonly issuer: string; readonly bundle: string };
  /** The registry to mirror. */
  readonly mirrorOf?: string | undefined;
}

export const USER = 'alice';
export const PASSWORD = 'not-so-secret-pass';
/** bcrypt of the above, the only hash that docker-registry accepts. */
const HTPASSWD = `${USER}:$2y$05$abcdefghijklmnopqrstuuH.F9Y/RW36u3nQLhSXQ8YJgFKXIOXfe\n`;

export interface TestRegistry extends AsyncDisposable {
  /** `localhost:port`: the first part of references. */
  readonly name: string;
  readonly port: number;
  readonly url: string;
  readonly directory: string;
}

export async function startRegistry(options: TestRegistryOptions = {}): Promise<TestRegistry> {
  const program = ensureTool('docker-registry', 'docker-registry');
  const directory = await mkdtemp(join(tmpdir(), 'lamina-registry-'));
  const port = await freePort();
  await writeFile(join(directory, 'htpasswd'), HTPASSWD);
  const config = join(directory, 'config.json');
  // JSON is YAML.
  await writeFile(config, JSON.stringify(configOf(options, directory, port)));
  const child = spawn(program, ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  const stop = async () => {
    await end(child);
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await listening(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    name: `localhost:${port}`,
    port,
    url: `${options.tls === undefined ? 'http' : 'https'}://localhost:${port}`,
    directory,
    [Symbol.asyncDispose]: stop,
  };
}

function configOf(options: TestRegistryOptions, directory: string, port: number): unknown {
  const { tls, basic, token, mirrorOf } = options;
  return {
    version: '0.1',
    log: { level: 'info', accesslog: { disabled: true } },
    storage: {
      filesystem: { rootdirectory: join(directory, 'content') },
      delete: { enabled: true },
      maintenance: { uploadpurging: { enabled: false } },
    },
    http: {
      addr: `localhost:${port}`,
      secret: 'of the tests',
      ...(tls === undefined ? {} : { tls: { certificate: tls.cert, key: tls.key } }),
    },
    // Otherwise it rejects manifests with foreign layers.
    validation: { disabled: true },
    ...(mirrorOf === undefined ? {} : { proxy: { remoteurl: mirrorOf } }),
    ...(basic === true
      ? { auth: { htpasswd: { realm: 'tests', path: join(directory, 'htpasswd') } } }
      : {}),
    ...(token === undefined
      ? {}
      : {
          auth: {
            token: {
              realm: token.realm,
              service: SERVICE,
              issuer: token.issuer,
              rootcertbundle: token.bundle,
            },
          },
        }),
  };
}

/** The token server's service. */
export const SERVICE = 'tests-registry';

/** Resolves when the log reports that the registry listens. */
function listening(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const log: string[] = [];
    const { stderr } = child;
    if (stderr === null) throw new Error('no log');
    createInterface(stderr).on('line', (line) => {
      log.push(line);
      if (/listening on/.test(line)) resolve();
    });
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`docker-registry ended:\n${log.join('\n')}`)));
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
