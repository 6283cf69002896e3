/**
 * Servers of objects on this machine: s3rver for S3, Azurite for Azure Blob Storage, and a small one of ours for the
 * cache of GitHub Actions, of which there is no public one.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { serve, type TestServer } from './http-server.ts';
import { accepts, freePort } from './ports.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const TOOLCHAIN = resolve(import.meta.dirname, '../../toolchain/object-servers');

export interface ObjectServer extends AsyncDisposable {
  readonly url: string;
}

/** With the bucket `caches`, for the key of `S3_KEYS`. It does not check signatures: a unit test does. */
export async function startS3(): Promise<ObjectServer> {
  const port = await freePort();
  const directory = temporaryDirectory('s3');
  return started('s3rver/bin/s3rver.js', port, [
    ...['--directory', directory, '--port', String(port), '--address', '127.0.0.1', '--silent'],
    ...['--no-vhost-buckets', '--configure-bucket', 'caches'],
  ]);
}

/** The only account that s3rver knows. */
export const S3_KEYS = { id: 'S3RVER', secret: 'S3RVER' };

export async function startAzure(): Promise<ObjectServer> {
  const port = await freePort();
  const server = await started('azurite/dist/src/blob/main.js', port, [
    ...['--location', temporaryDirectory('azure'), '--blobPort', String(port), '--silent'],
    ...['--blobHost', '127.0.0.1', '--disableTelemetry', '--skipApiVersionCheck'],
  ]);
  return { ...server, url: `${server.url}/${AZURE.account}` };
}

/** The account that Azurite documents. */
export const AZURE = {
  account: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
};

async function started(
  program: string,
  port: number,
  args: readonly string[],
): Promise<ObjectServer> {
  const path = join(TOOLCHAIN, 'node_modules', program);
  if (!existsSync(path)) install();
  const child = spawn(process.execPath, [path, ...args], { stdio: 'ignore' });
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`${program} ended with ${child.exitCode}`);
    await new Promise((done) => setTimeout(done, 50));
  }
  return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => end(child) };
}

function install(): void {
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync('npm', args, { cwd: TOOLCHAIN, stdio: 'inherit', timeout: 300_000 });
  if (status !== 0) throw new Error('the servers of objects cannot be installed');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await ended;
}

interface Entry {
  readonly key: string;
  bytes: Buffer;
  isComplete: boolean;
  /** Parts of a large blob, by their names. */
  readonly blocks: Map<string, Buffer>;
}

export interface ActionsCache extends TestServer {
  /** For a branch and the main branch, of which only the first may be written. */
  readonly token: string;
  /** Keys of complete entries, oldest first. */
  readonly keys: () => readonly string[];
}

/** Speaks the protocol of the service: entries that never change, found by the beginnings of their keys. */
export async function startActionsCache(): Promise<ActionsCache> {
  const entries: Entry[] = [];
  const token = tokenFor([
    { Scope: 'refs/heads/topic', Permission: 3 },
    { Scope: 'refs/heads/main', Permission: 1 },
  ]);
  const uploads = new Map<string, Entry>();
  const server = await serve(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://cache');
    const json = (status: number, value: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    const [, kind, id = ''] = pathname.split('/');
    if (kind === 'blobs') {
      const entry = uploads.get(id);
      if (entry === undefined) return response.writeHead(404).end();
      if (request.method === 'PUT') {
        put(entry, searchParams, await buffer(request));
        return response.writeHead(201, { 'x-ms-request-id': randomUUID() }).end();
      }
      const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
      return response.writeHead(start > 0 ? 206 : 200).end(entry.bytes.subarray(start));
    }
    if (request.headers.authorization !== `Bearer ${token}`) {
      return json(401, { code: 'unauthenticated', msg: `not ${request.headers.authorization}` });
    }
    const asked = JSON.parse((await buffer(request)).toString('utf8'));
    const method = pathname.split('/').at(-1);
    const addressOf = (entry: Entry) => {
      const name = randomUUID();
      uploads.set(name, entry);
      return `${server.url}/blobs/${name}?sig=${SIGNATURE}`;
    };
    if (method === 'CreateCacheEntry') {
      if (entries.some(({ key }) => key === asked.key))
        return json(409, { code: 'already_exists' });
      const entry: Entry = {
        key: asked.key,
        bytes: Buffer.alloc(0),
        isComplete: false,
        blocks: new Map(),
      };
      entries.push(entry);
      return json(200, { ok: true, signed_upload_url: addressOf(entry) });
    }
    if (method === 'FinalizeCacheEntryUpload') {
      const entry = entries.find(({ key }) => key === asked.key);
      const isWhole = entry !== undefined && entry.bytes.length === Number(asked.size_bytes);
      if (entry !== undefined) entry.isComplete = isWhole;
      return json(200, { ok: isWhole, entry_id: '1' });
    }
    const found = entries
      .filter(({ isComplete }) => isComplete)
      .findLast(({ key }) => asked.restore_keys.some((one: string) => key.startsWith(one)));
    if (found === undefined) return json(200, { ok: false });
    return json(200, {
      ok: true,
      signed_download_url: addressOf(found),
      matched_key: found.key,
    });
  });
  const keys = () => entries.filter(({ isComplete }) => isComplete).map(({ key }) => key);
  return { ...server, token, keys };
}

/** As Azure's storage takes a blob: whole, or in blocks that a list puts together. */
function put(entry: Entry, query: URLSearchParams, bytes: Buffer): void {
  const kind = query.get('comp');
  if (kind === null) entry.bytes = bytes;
  if (kind === 'block') entry.blocks.set(query.get('blockid') ?? '', bytes);
  if (kind !== 'blocklist') return;
  const names = [...bytes.toString().matchAll(/<Latest>([^<]*)<\/Latest>/g)];
  entry.bytes = Buffer.concat(
    names.map(([, name = '']) => entry.blocks.get(name) ?? Buffer.alloc(0)),
  );
}

/** In the addresses that the service gives: nobody may see it. */
export const SIGNATURE = 'c2lnbmF0dXJlLW9mLXRoZS10ZXN0cw';

function tokenFor(scopes: readonly object[]): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(Date.now() / 1000);
  const claims = { ac: JSON.stringify(scopes), nbf: now - 60, exp: now + 36_000 };
  return [part({ alg: 'HS256', typ: 'JWT' }), part(claims), 'c2lnbmVk'].join('.');
}
