/** Exchanges over kept-alive connections, with real servers and proxies. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type TestCertificate } from '../../test/support/certificates.ts';
import { serve } from '../../test/support/http-server.ts';
import { startProxy } from '../../test/support/proxy.ts';
import { openHttpClient } from './client.ts';

let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await makeCertificate();
});
afterAll(() => certificate[Symbol.asyncDispose]());

const LIMITS = { idleMs: 200, connectMs: 5000 };
const open = (env: Record<string, string> = {}) => openHttpClient({ env, ...LIMITS });

async function textOf(response: { readonly body: AsyncIterable<Uint8Array> }): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const AUTH = `Basic ${Buffer.from('me:pw').toString('base64')}`;

describe('a connection', () => {
  it('is kept for the next request, whether the answer was read or discarded', async () => {
    await using server = await serve((_request, response) =>
      response.writeHead(200, { 'content-length': 1 }).end('x'),
    );
    using client = open();
    const url = new URL(server.url);
    await (await client.send({ method: 'HEAD', url })).discard();
    expect(await textOf(await client.send({ method: 'GET', url }))).toBe('x');
    await (await client.send({ method: 'GET', url })).discard();
    await (await client.send({ method: 'POST', url })).discard();
    await textOf(await client.send({ method: 'GET', url }));
    expect(new Set(server.requests.map(({ socket }) => socket.remotePort)).size).toBe(1);
  });

  it('that the server closed meanwhile is reported as such', async () => {
    await using server = await serve((request, response) => {
      if (server.requests.length === 1) response.end('x');
      else request.socket.destroy();
    });
    using client = open();
    const url = new URL(server.url);
    await textOf(await client.send({ method: 'GET', url }));
    await expect(client.send({ method: 'GET', url })).rejects.toMatchObject({
      kind: 'lost',
      onKeptConnection: true,
    });
    await expect(client.send({ method: 'GET', url })).rejects.toMatchObject({
      kind: 'lost',
      onKeptConnection: false,
    });
  });

  it('through a proxy is a tunnel for https, which is kept too', async () => {
    const { cert, key, certPath } = certificate;
    await using server = await serve((_request, response) => response.end('secure'), { cert, key });
    await using proxy = await startProxy(server.port);
    const env = { SSL_CERT_FILE: certPath, http_proxy: proxy.url, https_proxy: proxy.url };
    using client = open(env);
    const get = async (url: string, skipVerify = false) => {
      const tls = { ca: [], cert: undefined, key: undefined, skipVerify };
      return textOf(await client.send({ method: 'GET', url: new URL(url), tls }));
    };
    expect(await get('http://example.test/a')).toBe('from the proxy');
    expect(await get('https://example.test/b', true)).toBe('secure');
    expect(await get('https://example.test/c', true)).toBe('secure');
    await expect(get('https://example.test/d')).rejects.toMatchObject({ kind: 'certificate' });
    const refused = get('https://forbidden.test/');
    await expect(refused).rejects.toMatchObject({
      kind: 'connect',
      message: expect.stringMatching(/^the proxy http:\/\/me:xxxxx@.* answered with status 403$/),
    });
    expect(proxy.asked).toEqual([
      `GET http://example.test/a ${AUTH}`,
      `CONNECT example.test:443 ${AUTH}`,
      `CONNECT example.test:443 ${AUTH}`,
      `CONNECT forbidden.test:443 ${AUTH}`,
    ]);
  });

  it('that cannot be established times out', async () => {
    // A proxy that never answers CONNECT.
    const silent = createServer().on('connect', () => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const env = { https_proxy: `http://127.0.0.1:${port}` };
    using client = openHttpClient({ env, idleMs: 5000, connectMs: 100 });
    await expect(
      client.send({ method: 'GET', url: new URL('https://example.test/') }),
    ).rejects.toMatchObject({ kind: 'connect', code: 'ETIMEDOUT' });
    silent.closeAllConnections();
    silent.close();
  });
});

describe('a certificate', () => {
  it('may be the client’s own', async () => {
    const { cert, key } = certificate;
    await using server = await serve(
      ({ socket }, response) => response.end(String('authorized' in socket && socket.authorized)),
      { cert, key, ca: cert, requestCert: true, rejectUnauthorized: true },
    );
    using client = open();
    const url = new URL(server.url);
    const tls = { ca: [cert], cert, key, skipVerify: false };
    expect(await textOf(await client.send({ method: 'GET', url, tls }))).toBe('true');
    const without = { ...tls, cert: undefined, key: undefined };
    await expect(client.send({ method: 'GET', url, tls: without })).rejects.toThrow();
  });
});

describe('an upload', () => {
  it('waits for a slow source, and not for a server that stalls', async () => {
    await using server = await serve(async (request, response) => {
      if (request.url === '/') response.end(String((await buffer(request)).length));
    });
    using client = open();
    const url = new URL(server.url);
    const stall = () =>
      client.send({
        method: 'PUT',
        url: new URL('/never', url),
        body: { length: 3e7, chunks: [Buffer.alloc(3e7)] },
      });
    const slowly = async function* () {
      yield Buffer.from('ab');
      // Takes twice the idle limit.
      for (let count = 0; count < 2; count++) {
        await expect(stall()).rejects.toMatchObject({ kind: 'stalled' });
      }
      yield Buffer.from('c');
    };
    const body = { length: 3, chunks: slowly() };
    expect(await textOf(await client.send({ method: 'PUT', url, body }))).toBe('3');
  });

  it('ends early when the server has answered, and its connection is not used again', async () => {
    await using server = await serve((_request, response) => response.writeHead(413).end('no'));
    using client = open();
    const endless = async function* () {
      for (;;) {
        yield Buffer.alloc(65_536);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const url = new URL(server.url);
    const body = { length: 1e12, chunks: endless() };
    const response = await client.send({ method: 'PUT', url, body });
    expect([response.status, await textOf(response)]).toEqual([413, 'no']);
    await (await client.send({ method: 'GET', url })).discard();
    expect(new Set(server.requests.map(({ socket }) => socket.remotePort)).size).toBe(2);
  });

  it('fails with what its source threw', async () => {
    await using server = await serve((request) => request.resume());
    using client = open();
    const broken = async function* () {
      yield Buffer.from('a');
      throw new Error('the disk is gone');
    };
    const body = { length: 3, chunks: broken() };
    await expect(client.send({ method: 'PUT', url: new URL(server.url), body })).rejects.toThrow(
      'the disk is gone',
    );
  });
});
