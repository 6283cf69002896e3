import { describe, expect, it } from 'vitest';
import { proxyFor } from './proxy.ts';

const via = (url: string, env: Record<string, string>) => proxyFor(new URL(url), env)?.host;
const P = { http_proxy: 'http://proxy:3128', HTTPS_PROXY: 'secure:8080' };

describe('proxyFor', () => {
  it('takes the variable of the scheme, in either case, with or without http://', () => {
    expect(via('http://a.test/', P)).toBe('proxy:3128');
    expect(via('https://a.test/', P)).toBe('secure:8080');
    expect(via('https://a.test/', { ALL_PROXY: 'http://all:1' })).toBe('all:1');
    expect(via('https://a.test/', { HTTP_PROXY: 'http://p:1' })).toBeUndefined();
    expect(via('http://a.test/', { http_proxy: '' })).toBeUndefined();
  });

  it('reaches this machine directly', () => {
    for (const host of ['localhost', '127.0.0.1', '127.9.9.9', '[::1]']) {
      expect(via(`http://${host}:80/`, P)).toBeUndefined();
    }
  });

  it.each([
    ['a.test', 'http://a.test/', true],
    ['a.test', 'http://b.a.test/', true],
    ['.a.test', 'http://a.test/', true],
    ['a.test', 'http://ba.test/', false],
    ['x, a.test', 'http://a.test/', true],
    ['a.test:81', 'http://a.test/', false],
    ['a.test:81', 'http://a.test:81/', true],
    ['*', 'http://anything/', true],
    ['10.0.0.0/8', 'http://10.1.2.3/', true],
    ['10.0.0.0/8', 'http://11.1.2.3/', false],
    ['10.1.2.3', 'http://10.1.2.3/', true],
    ['2.3', 'http://10.1.2.3/', false],
    ['[fe80::1]', 'http://[fe80::1]/', true],
  ])('with NO_PROXY=%s, goes to %s directly: %s', (list, url, direct) => {
    expect(via(url, { ...P, NO_PROXY: list }) === undefined).toBe(direct);
  });

  it('refuses unsupported proxies, without showing their password', () => {
    const attempt = () => via('http://a.test/', { http_proxy: 'socks5://me:secret@p:1' });
    expect(attempt).toThrow(expect.objectContaining({ code: 'HTTP_PROXY_UNSUPPORTED' }));
    expect(attempt).not.toThrow(/secret/);
  });
});
