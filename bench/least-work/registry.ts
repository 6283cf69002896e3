/** Layers from and to a registry on this machine, without TLS, retries or checks. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  createReadStream,
  openSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { type ClientRequest, get, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

interface Layer {
  readonly digest: string;
}

const ACCEPT = 'application/vnd.oci.image.manifest.v1+json';
const PIECE = 256 * 1024;
const DIGESTS = 'digests.json';

/** Writes the layers as `layer-0` and so on, and what is in them. */
export async function pull(reference: string, directory: string): Promise<void> {
  const { base, tag } = parse(reference);
  const manifest = await answer(`${base}/manifests/${tag}`);
  const { layers } = (await json(manifest)) as { readonly layers: readonly Layer[] };
  for (const [at, { digest }] of layers.entries()) {
    const body = await answer(`${base}/blobs/${digest}`);
    const blob = hashed(join(directory, `layer-${at}`));
    const unpacked = createGunzip({ chunkSize: PIECE });
    const written = pipeline(unpacked, hashed(join(directory, `tar-${at}`)));
    body.pipe(blob);
    await Promise.all([pipeline(body, unpacked), once(blob, 'finish'), written]);
  }
  const digests = JSON.stringify(layers.map(({ digest }) => digest));
  writeFileSync(join(directory, DIGESTS), digests);
}

/** Sends what `pull` received, of all its layers. */
export async function push(reference: string, directory: string): Promise<void> {
  const { base } = parse(reference);
  const digests = JSON.parse(readFileSync(join(directory, DIGESTS), 'utf8')) as readonly string[];
  for (const [at, digest] of digests.entries()) {
    const path = join(directory, `layer-${at}`);
    const { headers } = await finished(request(`${base}/blobs/uploads/`, { method: 'POST' }).end());
    const target = new URL(headers.location ?? '', base);
    target.searchParams.set('digest', digest);
    const length = { 'content-length': statSync(path).size };
    const upload = request(target, { method: 'PUT', headers: length });
    const answered = finished(upload);
    await pipeline(createReadStream(path, { highWaterMark: PIECE }), upload);
    await answered;
  }
}

/** A file that is hashed while it is written. */
export function hashed(path: string): Writable {
  const hash = createHash('sha256');
  const fd = openSync(path, 'w');
  return new Writable({
    highWaterMark: PIECE,
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      writeSync(fd, chunk);
      done();
    },
    final(done) {
      hash.digest();
      closeSync(fd);
      done();
    },
  });
}

function parse(reference: string): { readonly base: string; readonly tag: string } {
  const [, host = '', name = '', tag = ''] = /^([^/]+)\/(.+):([^:]+)$/.exec(reference) ?? [];
  return { base: `http://${host}/v2/${name}`, tag };
}

function answer(url: string): Promise<IncomingMessage> {
  return received(get(url, { headers: { accept: ACCEPT } }));
}

async function finished(sent: ClientRequest): Promise<IncomingMessage> {
  const response = await received(sent);
  response.resume();
  return response;
}

async function received(sent: ClientRequest): Promise<IncomingMessage> {
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const { statusCode = 0 } = response;
  if (statusCode >= 400) throw new Error(`${sent.path} answers ${statusCode}`);
  return response;
}
