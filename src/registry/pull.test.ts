/** How the client handles invalid answers and failures in the middle of a download. */

import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { serve } from '../../test/support/http-server.ts';
import { clientFor, converse, endpointAt } from '../../test/support/registry-endpoints.ts';
import { blobOf, imageOf, pullBlob } from '../../test/support/registry-images.ts';
import { MEDIA_TYPES, parseReference } from '../oci/index.ts';

const CONTENT = Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251));
const BLOB = blobOf(CONTENT);
const REPOSITORY = parseReference('registry.test/app:1');
const IMAGE = imageOf([CONTENT]).manifest;

const failing = (code: string, text = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(text) });

describe('a blob', () => {
  it('resumes where it was interrupted', async () => {
    let count = 0;
    await using talk = await converse(
      ({ headers: { range } }, response) => {
        const start = Number(/\d+/.exec(range ?? '0')?.[0]);
        const rest = CONTENT.subarray(start);
        response.writeHead(start === 0 ? 200 : 206, {
          'content-length': rest.length,
          ...(start === 0
            ? {}
            : { 'content-range': `bytes ${start}-${CONTENT.length - 1}/${CONTENT.length}` }),
        });
        if (count++ === 2) response.end(rest);
        else response.write(rest.subarray(0, 70_000), () => response.destroy());
      },
      { note: 'range' },
    );
    const bytes = await pullBlob(talk.registries, REPOSITORY, BLOB);
    expect(bytes.equals(CONTENT)).toBe(true);
    const path = `GET /v2/app/blobs/${BLOB.digest}`;
    expect(talk.log).toEqual([path, `${path} bytes=70000-`, `${path} bytes=140000-`]);
  });

  it('skips the bytes it has if a server does not support ranges', async () => {
    let count = 0;
    await using talk = await converse((_request, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length });
      if (count++ > 0) response.end(CONTENT);
      else response.write(CONTENT.subarray(0, 100_001), () => response.destroy());
    });
    const bytes = await pullBlob(talk.registries, REPOSITORY, BLOB);
    expect(bytes.equals(CONTENT)).toBe(true);
  });

  it('resumes after a stall', async () => {
    let count = 0;
    await using talk = await converse(
      (_request, response) => {
        response.writeHead(200, { 'content-length': CONTENT.length });
        if (count++ > 0) response.end(CONTENT);
        else response.write(CONTENT.subarray(0, 5));
      },
      { tuning: { idleMs: 100 } },
    );
    const bytes = await pullBlob(talk.registries, REPOSITORY, BLOB);
    expect(bytes.equals(CONTENT)).toBe(true);
  });

  it('yields and reads no more bytes than announced', async () => {
    await using talk = await converse((_request, response) => {
      const endless = () => response.write(Buffer.alloc(65_536), () => setImmediate(endless));
      endless();
    });
    let count = 0;
    const pulling = (async () => {
      for await (const chunk of talk.registries.blob(REPOSITORY, BLOB)) count += chunk.length;
    })();
    await expect(pulling).rejects.toThrow(failing('BLOB_SIZE_MISMATCH', '200000'));
    expect(count).toBeLessThanOrEqual(CONTENT.length);
  });

  it.each<[string, string, number, Buffer]>([
    ['other bytes', 'BLOB_DIGEST_MISMATCH', 200, Buffer.alloc(CONTENT.length)],
    ['fewer bytes', 'BLOB_SIZE_MISMATCH', 200, CONTENT.subarray(1)],
    ['the wrong range', 'REGISTRY_PROTOCOL', 206, CONTENT],
    ['no such range', 'BLOB_SIZE_MISMATCH', 416, Buffer.of()],
    ['a refusal', 'REGISTRY_FORBIDDEN', 403, Buffer.of()],
    ['nothing', 'REGISTRY_NOT_FOUND', 404, Buffer.of()],
    ['a legal reason', 'REGISTRY_REFUSED', 451, Buffer.of()],
  ])('fails where there is %s, with %s', async (_name, code, status, body) => {
    await using talk = await converse((_request, response) => {
      response.writeHead(status, { 'content-length': body.length });
      response.end(body);
    });
    await expect(pullBlob(talk.registries, REPOSITORY, BLOB)).rejects.toThrow(failing(code));
  });

  it('of no bytes is fetched too', async () => {
    await using talk = await converse((_request, response) => response.end());
    const empty = blobOf(Buffer.of());
    expect(await pullBlob(talk.registries, REPOSITORY, empty)).toHaveLength(0);
  });

  it('embedded in its descriptor is not fetched, if it is correct', async () => {
    await using talk = await converse((_request, response) => response.end('{}'));
    const small = blobOf(Buffer.from('{}'));
    const read = (data: string) =>
      pullBlob(talk.registries, REPOSITORY, {
        ...small,
        data: Buffer.from(data).toString('base64'),
      });
    expect(Buffer.from(await read('{}')).toString()).toBe('{}');
    expect(talk.log).toHaveLength(0);
    expect(Buffer.from(await read('[]')).toString()).toBe('{}');
    expect(talk.log).toHaveLength(1);
  });

  it('that another host sends damaged is reported with its name', async () => {
    await using other = await serve((_request, response) =>
      response.end(Buffer.alloc(CONTENT.length)),
    );
    await using talk = await converse((_request, response) => response.writeHead(404).end());
    const foreign = { ...BLOB, urls: [`${other.url}/layer`] };
    await expect(pullBlob(talk.registries, REPOSITORY, foreign)).rejects.toMatchObject({
      code: 'BLOB_DIGEST_MISMATCH',
      message: expect.stringContaining(`${new URL(other.url).host} sent bytes that do not match`),
    });
  });

  it('that only other hosts have is fetched from them, without the login', async () => {
    await using other = await serve((_request, response) => response.end(CONTENT));
    const credentials = { kind: 'bearer', token: 'secret-token' } as const;
    await using talk = await converse((_request, response) => response.writeHead(404).end(), {
      credentials,
      note: 'authorization',
    });
    const foreign = { ...BLOB, urls: ['ftp://x/', `${other.url}/layer`] };
    const bytes = await pullBlob(talk.registries, REPOSITORY, foreign);
    expect(bytes.equals(CONTENT)).toBe(true);
    expect(talk.log[0]).toContain('Bearer secret-token');
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
  });

  it('is not requested again from a mirror that sent other bytes', async () => {
    await using mirror = await serve((_request, response) =>
      response.end(Buffer.alloc(CONTENT.length)),
    );
    await using server = await serve((_request, response) => response.end(CONTENT));
    await using registries = clientFor([
      { ...endpointAt(mirror.url), isMirror: true },
      endpointAt(server.url),
    ]);
    const attempt = () => pullBlob(registries, REPOSITORY, BLOB);
    await expect(attempt()).rejects.toThrow(failing('BLOB_DIGEST_MISMATCH', `${mirror.port}`));
    expect((await attempt()).equals(CONTENT)).toBe(true);
  });

  it('resumes at the registry where a mirror was interrupted', async () => {
    await using mirror = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': CONTENT.length });
      response.write(CONTENT.subarray(0, 1000), () => response.destroy());
    });
    await using server = await serve(({ headers: { range } }, response) => {
      response.writeHead(206, { 'content-range': `bytes 1000-${CONTENT.length - 1}/*` });
      response.end(range === 'bytes=1000-' ? CONTENT.subarray(1000) : CONTENT);
    });
    await using registries = clientFor(
      [{ ...endpointAt(mirror.url), isMirror: true }, endpointAt(server.url)],
      { tuning: { attempts: 1 } },
    );
    expect((await pullBlob(registries, REPOSITORY, BLOB)).equals(CONTENT)).toBe(true);
  });

  it('ends when it is cancelled', async () => {
    await using talk = await converse((_request, response) => response.write('x'));
    const controller = new AbortController();
    const pulling = (async () => {
      const { signal } = controller;
      for await (const _ of talk.registries.blob(REPOSITORY, BLOB, { signal })) {
        controller.abort(new Error('enough'));
      }
    })();
    await expect(pulling).rejects.toThrow('enough');
  });
});

describe('a redirect', () => {
  const credentials = { kind: 'bearer', token: 'secret-token' } as const;

  it('leads to another server without the login, which it cannot get by a challenge', async () => {
    const seen: (string | undefined)[] = [];
    let count = 0;
    await using storage = await serve(({ headers }, response) => {
      seen.push(headers.authorization);
      if (count++ > 0) response.end(CONTENT);
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="give"' }).end();
    });
    await using talk = await converse(
      (_request, response) => response.writeHead(307, { location: `${storage.url}/x?sig=y` }).end(),
      { credentials, note: 'authorization' },
    );
    expect((await pullBlob(talk.registries, REPOSITORY, BLOB)).equals(CONTENT)).toBe(true);
    expect(seen).toEqual([undefined, undefined]);
    expect(talk.log.every((line) => line.endsWith('Bearer secret-token'))).toBe(true);
  });

  it.each(['/v2/again', 'gopher://x/', 'http://'])(
    'to %s is followed to no bad end',
    async (to) => {
      await using talk = await converse((_request, response) =>
        response.writeHead(302, { location: to }).end(),
      );
      await expect(pullBlob(talk.registries, REPOSITORY, BLOB)).rejects.toThrow(
        failing('REGISTRY_PROTOCOL'),
      );
      expect(talk.log.length).toBeLessThan(10);
    },
  );
});

describe('a manifest', () => {
  const answers = (headers: Record<string, string>, body: Uint8Array = IMAGE.bytes) =>
    converse((_request, response) => {
      response.writeHead(200, { 'content-type': IMAGE.descriptor.mediaType, ...headers });
      response.end(body);
    });

  it.each<[string, string, Record<string, string>, Uint8Array]>([
    [
      'another digest than announced',
      'MANIFEST_DIGEST_MISMATCH',
      { 'docker-content-digest': BLOB.digest },
      IMAGE.bytes,
    ],
    [
      'another type than announced',
      'REGISTRY_PROTOCOL',
      { 'content-type': MEDIA_TYPES.ociIndex },
      IMAGE.bytes,
    ],
    ['something else', 'REGISTRY_PROTOCOL', { 'content-type': 'text/html' }, Buffer.from('<html>')],
    [
      'the format of old',
      'MANIFEST_OUTDATED',
      { 'content-type': 'application/vnd.docker.distribution.manifest.v1+prettyjws' },
      Buffer.from('{}'),
    ],
    ['too many bytes', 'MANIFEST_TOO_LARGE', {}, Buffer.alloc(5 * 1024 * 1024, 32)],
    ['a depth without end', 'REGISTRY_PROTOCOL', {}, Buffer.from('['.repeat(4_000_000))],
    [
      'a depth with an end',
      'REGISTRY_PROTOCOL',
      {},
      Buffer.from('['.repeat(2_000_000) + ']'.repeat(2_000_000)),
    ],
  ])('with %s is refused: %s', async (_name, code, headers, body) => {
    await using talk = await answers(headers, body);
    await expect(talk.registries.manifest(REPOSITORY)).rejects.toThrow(failing(code));
  });

  it('requested by digest has that digest, or fails', async () => {
    await using talk = await answers({});
    const { digest } = IMAGE.descriptor;
    expect((await talk.registries.manifest({ ...REPOSITORY, digest })).descriptor.digest).toBe(
      digest,
    );
    const other = { ...REPOSITORY, digest: BLOB.digest };
    for (const ask of ['manifest', 'resolve'] as const) {
      await expect(talk.registries[ask](other)).rejects.toThrow(
        failing('MANIFEST_DIGEST_MISMATCH'),
      );
    }
  });

  it('is fetched to resolve it if HEAD is incomplete', async () => {
    await using talk = await converse(({ method }, response) => {
      if (method === 'HEAD') response.writeHead(405).end();
      else response.writeHead(200, { 'content-type': 'text/plain' }).end(IMAGE.bytes);
    });
    expect(await talk.registries.resolve(REPOSITORY)).toEqual(IMAGE.descriptor);
  });
});

describe('a server that fails', () => {
  const failingTimes = (times: number, status: number, headers: Record<string, string> = {}) => {
    let count = 0;
    return converse((_request, response) => {
      if (count++ < times) response.writeHead(status, headers).end();
      else response.writeHead(200, { 'content-type': IMAGE.descriptor.mediaType }).end(IMAGE.bytes);
    });
  };

  it.each([429, 500, 502, 503, 504, 408])('with %s is retried', async (status) => {
    await using talk = await failingTimes(3, status);
    expect((await talk.registries.manifest(REPOSITORY)).descriptor).toEqual(IMAGE.descriptor);
    expect(talk.log).toHaveLength(4);
    expect(talk.waits.map(({ reason }) => reason.details?.status)).toEqual([
      status,
      status,
      status,
    ]);
  });

  it.each([
    [429, {}, 4, 'REGISTRY_RATE_LIMITED'],
    [429, { 'retry-after': '86400' }, 1, 'REGISTRY_RATE_LIMITED'],
    [500, {}, 4, 'REGISTRY_FAILED'],
    [501, {}, 1, 'REGISTRY_FAILED'],
  ])('with %s and %o is asked no more than %i times', async (status, headers, times, code) => {
    await using talk = await failingTimes(9, status, headers);
    await expect(talk.registries.manifest(REPOSITORY)).rejects.toThrow(failing(code));
    expect(talk.log).toHaveLength(times);
  });

  it('has its reason shown, made safe to print', async () => {
    await using talk = await converse(
      ({ headers }, response) => {
        const message = `\u001b[2J${headers.authorization} may not\n${'x'.repeat(9999)}`;
        response.writeHead(403);
        response.end(JSON.stringify({ errors: [{ code: 'DENIED', message }, 7, null] }));
      },
      { credentials: { kind: 'bearer', token: 'secret-token' } },
    );
    const error = await talk.registries.manifest(REPOSITORY).catch((one: Error) => one);
    expect(error).toMatchObject({
      code: 'REGISTRY_FORBIDDEN',
      message: expect.stringMatching(/: \\x1b\[2JBearer xxxxx may not\\nx{200,300}…$/),
      details: { status: 403, codes: ['DENIED'] },
      hint: expect.stringContaining('lamina login registry.test'),
    });
  });

  it('is not retried if the connection is refused', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    await using registries = clientFor([endpointAt(`http://127.0.0.1:${port}`)]);
    await expect(registries.resolve(REPOSITORY)).rejects.toThrow(
      failing('REGISTRY_UNREACHABLE', 'ECONNREFUSED'),
    );
  });
});
