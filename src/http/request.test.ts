/** Requests through proxies and with private certificates, against real servers. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../../test/support/http-server.ts';
import { startProxy } from '../../test/support/proxy.ts';
import { get } from './request.ts';

let directory: string;
let tls: { readonly key: Buffer; readonly cert: Buffer };
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-tls-'));
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', 'key.pem', '-out', 'cert.pem', '-days', '2', '-subj', '/CN=example.test'],
      ...['-addext', 'subjectAltName=DNS:example.test,IP:127.0.0.1'],
    ],
    { cwd: directory, stdio: 'ignore' },
  );
  tls = {
    key: readFileSync(join(directory, 'key.pem')),
    cert: readFileSync(join(directory, 'cert.pem')),
  };
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const trusting = () => ({ SSL_CERT_FILE: join(directory, 'cert.pem') });

const AUTH = `Basic ${Buffer.from('me:pw').toString('base64')}`;

describe('get', () => {
  it('trusts a certificate that the environment names, and no other unknown one', async () => {
    await using server = await serve((_request, response) => response.end('secure'), tls);
    expect(await text(await get(server.url, { env: trusting() }))).toBe('secure');
    await expect(get(server.url, { env: {} })).rejects.toMatchObject({
      code: 'HTTP_FAILED',
      hint: expect.stringContaining('SSL_CERT_FILE'),
    });
  });

  it('uses a proxy: for http with the whole address, for https with a tunnel', async () => {
    await using server = await serve((_request, response) => response.end('secure'), tls);
    await using proxy = await startProxy(server.port);
    const env = { ...trusting(), http_proxy: proxy.url, https_proxy: proxy.url };
    expect(await text(await get('http://example.test/a', { env }))).toBe('from the proxy');
    expect(await text(await get('https://example.test/b', { env }))).toBe('secure');
    expect(proxy.asked).toEqual([
      `GET http://example.test/a ${AUTH}`,
      `CONNECT example.test:443 ${AUTH}`,
    ]);
    expect(server.requests[0]?.url).toBe('/b');
  });

  it('reports a proxy that refuses, without its password', async () => {
    await using proxy = await startProxy(9);
    const attempt = get('https://forbidden.test/', { env: { https_proxy: proxy.url } });
    await expect(attempt).rejects.toMatchObject({ message: expect.stringContaining('403') });
    await expect(attempt).rejects.not.toMatchObject({ message: expect.stringContaining('pw@') });
  });

  it('does not follow a redirect from https to http', async () => {
    await using server = await serve(
      (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
      tls,
    );
    await expect(get(server.url, { env: trusting() })).rejects.toMatchObject({
      code: 'HTTP_FAILED',
      message: expect.stringContaining('redirects from https to http'),
    });
  });

  it('ends when it is cancelled', async () => {
    await using server = await serve(() => undefined);
    const controller = new AbortController();
    const asked = get(server.url, { env: {}, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });

  it.each(['http://', 'file:///etc/passwd', 'nonsense'])('refuses %s', async (url) => {
    await expect(get(url, { env: {} })).rejects.toMatchObject({ code: 'HTTP_BAD_URL' });
  });
});
