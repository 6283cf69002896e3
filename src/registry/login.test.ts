/** Which servers receive logins, and which never do. */
import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCertificate, type TestCertificate } from '../../test/support/certificates.ts';
import { serve } from '../../test/support/http-server.ts';
import { clientFor, converse, endpointAt } from '../../test/support/registry-endpoints.ts';
import { blobOf, imageOf, pullBlob, readerOf } from '../../test/support/registry-images.ts';
import { parseReference } from '../oci/index.ts';
import { parseChallenges } from './challenge.ts';

const REPOSITORY = parseReference('registry.test/app:1');
const IMAGE = imageOf([]).manifest;
const ALICE = { kind: 'password', username: 'alice', password: 'wonderland' } as const;
const BASIC = `Basic ${Buffer.from('alice:wonderland').toString('base64')}`;

const failing = (code: string, message = '') =>
  expect.objectContaining({ code, message: expect.stringContaining(message) });

/** Serves requests with the right credentials; answers others with a challenge. */
function guarded(
  challenge: string,
  isRight: (shown: string | undefined) => boolean,
): RequestListener {
  return ({ headers: { authorization } }, response) => {
    if (!isRight(authorization)) response.writeHead(401, { 'www-authenticate': challenge }).end();
    else {
      const type = { 'content-type': IMAGE.descriptor.mediaType };
      response.writeHead(200, { ...type, 'content-length': IMAGE.bytes.length }).end(IMAGE.bytes);
    }
  };
}

let certificate: TestCertificate;
beforeAll(async () => {
  certificate = await makeCertificate();
});
afterAll(() => certificate[Symbol.asyncDispose]());

describe('a repository', () => {
  it('is named in a refusal, whichever of its blobs came first', async () => {
    await using talk = await converse(guarded('Basic realm="x"', () => false));
    await expect(talk.registries.hasBlob(REPOSITORY, IMAGE.descriptor.digest)).rejects.toEqual(
      expect.objectContaining({
        message: expect.stringMatching(/requires a login for registry\.test\/app$/),
      }),
    );
  });
});

describe('a registry without encryption', () => {
  it('that is asked by HTTPS is reported with a hint', async () => {
    await using server = await serve((_request, response) => response.end());
    const url = server.url.replace('http:', 'https:');
    await using registries = clientFor([endpointAt(url)]);
    await expect(registries.manifest(REPOSITORY)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringContaining('it does not speak HTTPS'),
      hint: expect.stringContaining(`LAMINA_INSECURE_REGISTRIES=${new URL(url).host}`),
    });
  });
});

describe('a name and password', () => {
  it('are sent to servers that require them, and then at once', async () => {
    await using talk = await converse(
      guarded('Basic realm="x"', (shown) => shown === BASIC),
      { credentials: ALICE, note: 'authorization' },
    );
    await talk.registries.manifest(REPOSITORY);
    await talk.registries.manifest(REPOSITORY);
    const path = 'GET /v2/app/manifests/1';
    expect(talk.log).toEqual([path, `${path} ${BASIC}`, `${path} ${BASIC}`]);
  });

  it.each([
    [undefined, 'requires a login', 'lamina login registry.test'],
    [{ ...ALICE, password: 'other' }, 'refused the login', 'lamina login registry.test'],
  ])('that are missing or wrong are told of', async (credentials, message, hint) => {
    await using talk = await converse(
      guarded('Basic realm="x"', (shown) => shown === BASIC),
      { credentials },
    );
    const error = await talk.registries.manifest(REPOSITORY).catch((one: unknown) => one);
    expect(error).toEqual(failing('REGISTRY_UNAUTHORIZED', message));
    expect(error).toMatchObject({ hint: expect.stringContaining(hint) });
    expect(talk.log.length).toBeLessThanOrEqual(2);
  });

  it('are the only ones that checkLogin tries', async () => {
    await using talk = await converse(guarded('Basic realm="x"', (shown) => shown === BASIC));
    await talk.registries.checkLogin('registry.test', ALICE);
    const wrong = talk.registries.checkLogin('registry.test', { ...ALICE, password: 'other' });
    await expect(wrong).rejects.toThrow(failing('REGISTRY_UNAUTHORIZED', 'alice'));
    expect(new Set(talk.log)).toEqual(new Set(['GET /v2/']));
  });
});

/** A token server that records its requests and sends the given answers. */
async function givingTokens(answer: (count: number) => unknown) {
  const asked: string[] = [];
  const server = await serve(async (request, response) => {
    const { method, url, headers } = request;
    asked.push(`${method} ${url} ${headers.authorization ?? ''} ${await text(request)}`);
    response.end(JSON.stringify(answer(asked.length)));
  });
  return {
    asked,
    url: server.url,
    challenge: `Bearer realm="${server.url}/token",service="srv",scope="repository:app:pull"`,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describe('a token', () => {
  it('is fetched once for each scope, with the password', async () => {
    await using tokens = await givingTokens((count) => ({ token: `t${count}`, expires_in: 300 }));
    await using talk = await converse(
      guarded(tokens.challenge, (shown) => /^Bearer t/.test(shown ?? '')),
      { credentials: ALICE },
    );
    await talk.registries.resolve(REPOSITORY);
    await Promise.all([1, 2, 3].map(() => talk.registries.manifest(REPOSITORY)));
    const scope = (name: string, actions: string) =>
      `GET /token?service=srv&scope=${encodeURIComponent(`repository:${name}:${actions}`)} ${BASIC} `;
    expect(tokens.asked).toEqual([scope('app', 'pull')]);
    const blob = blobOf(IMAGE.bytes);
    await talk.registries.pushBlob(REPOSITORY, blob, { read: readerOf(IMAGE.bytes) });
    expect(tokens.asked[1]).toBe(scope('app', 'pull,push'));
  });

  it('is fetched again when it is refused or has expired', async () => {
    await using tokens = await givingTokens((count) => ({
      access_token: `t${count}`,
      expires_in: 1e9,
    }));
    let good = 't1';
    await using talk = await converse(
      guarded(tokens.challenge, (shown) => shown === `Bearer ${good}`),
    );
    await talk.registries.manifest(REPOSITORY);
    good = 't2';
    await talk.registries.manifest(REPOSITORY);
    expect(tokens.asked).toHaveLength(2);
  });

  it('without a lifetime is fetched for each request', async () => {
    await using tokens = await givingTokens(() => ({ token: 't', expires_in: 1e-9 }));
    await using talk = await converse(guarded(tokens.challenge, (shown) => shown === 'Bearer t'));
    await talk.registries.manifest(REPOSITORY);
    await talk.registries.manifest(REPOSITORY);
    expect(tokens.asked).toHaveLength(2);
  });

  it('is fetched for a refresh token by POST', async () => {
    await using tokens = await givingTokens(() => ({ access_token: 't' }));
    await using talk = await converse(
      guarded(tokens.challenge, (shown) => shown === 'Bearer t'),
      { credentials: { kind: 'identity', token: 'refresh me' } },
    );
    await talk.registries.manifest(REPOSITORY);
    const [method, path, form = ''] = tokens.asked[0]?.split(/ +/) ?? [];
    expect([method, path]).toEqual(['POST', '/token']);
    expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh me',
      client_id: 'lamina',
      service: 'srv',
      scope: 'repository:app:pull',
    });
  });

  it.each([
    ['the same server', 'same', BASIC],
    ['another server, without the password', 'other', ''],
  ])('is fetched where the token server redirects to: %s', async (_name, where, shown) => {
    await using tokens = await givingTokens(() => ({ token: 't' }));
    await using redirecting = await serve(({ url = '', headers }, response) => {
      if (url.startsWith('/elsewhere')) {
        tokens.asked.push(`GET ${url} ${headers.authorization ?? ''} `);
        response.end('{"token":"t"}');
        return;
      }
      const to = where === 'same' ? '' : tokens.url;
      response.writeHead(302, { location: url.replace('/token', `${to}/elsewhere`) }).end();
    });
    const challenge = tokens.challenge.replace(tokens.url, redirecting.url);
    await using talk = await converse(
      guarded(challenge, (given) => given === 'Bearer t'),
      { credentials: ALICE },
    );
    await talk.registries.manifest(REPOSITORY);
    const path = '/elsewhere?service=srv&scope=repository%3Aapp%3Apull';
    expect(tokens.asked).toEqual([`GET ${path} ${shown} `]);
  });

  it('for a refresh token is posted again to the same server, and to no other', async () => {
    await using tokens = await givingTokens(() => ({ token: 't' }));
    const bodies: string[] = [];
    let to = '/again';
    await using redirecting = await serve(async (request, response) => {
      bodies.push(`${request.method} ${request.url} ${await text(request)}`);
      if (request.url === '/again') response.end('{"token":"t"}');
      else response.writeHead(307, { location: to }).end();
    });
    const challenge = tokens.challenge.replace(tokens.url, redirecting.url);
    const settings = { credentials: { kind: 'identity', token: 'secret' } } as const;
    const isRight = (given: string | undefined) => given === 'Bearer t';
    await using talk = await converse(guarded(challenge, isRight), settings);
    await talk.registries.manifest(REPOSITORY);
    expect(bodies).toEqual([
      expect.stringMatching(/^POST \/token .*refresh_token=secret/),
      expect.stringMatching(/^POST \/again .*refresh_token=secret/),
    ]);
    to = `${tokens.url}/token`;
    await using other = await converse(guarded(challenge, isRight), settings);
    await expect(other.registries.manifest(REPOSITORY)).rejects.toThrow(
      failing('REGISTRY_PROTOCOL', 'asks for the login to be sent to'),
    );
    expect(tokens.asked).toEqual([]);
  });

  it('is not fetched through a cycle of redirects', async () => {
    await using circle = await serve(({ url }, response) => {
      response.writeHead(302, { location: `${url}x` }).end();
    });
    await using talk = await converse(guarded(`Bearer realm="${circle.url}/"`, () => false));
    await expect(talk.registries.manifest(REPOSITORY)).rejects.toThrow(
      failing('REGISTRY_PROTOCOL', 'redirects more than 5 times'),
    );
  });

  it('for a mount is for both repositories', async () => {
    await using tokens = await givingTokens(() => ({ token: 't' }));
    await using talk = await converse((request, response) => {
      const { method, headers } = request;
      if (headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': tokens.challenge }).end();
      } else response.writeHead(method === 'POST' ? 201 : 404).end();
    });
    const mountFrom = [{ registry: 'registry.test', repository: 'other' }];
    const request = { read: readerOf(IMAGE.bytes), mountFrom };
    expect(await talk.registries.pushBlob(REPOSITORY, blobOf(IMAGE.bytes), request)).toBe(
      'mounted',
    );
    expect(decodeURIComponent(tokens.asked.at(-1) ?? '')).toContain(
      'scope=repository:app:pull,push&scope=repository:other:pull',
    );
  });

  it.each<[string, unknown]>([
    ['no token', {}],
    ['an evil one', { token: 'a\r\nx: y' }],
    ['a number', { token: 7 }],
    ['a list', []],
  ])('is not taken from an answer with %s', async (_name, answer) => {
    await using tokens = await givingTokens(() => answer);
    await using talk = await converse(guarded(tokens.challenge, () => false));
    await expect(talk.registries.manifest(REPOSITORY)).rejects.toThrow(
      failing('REGISTRY_PROTOCOL', 'no token'),
    );
  });

  it('that is refused even when new is an error', async () => {
    await using tokens = await givingTokens((count) => ({ token: `t${count}` }));
    await using talk = await converse(guarded(tokens.challenge, () => false));
    await expect(talk.registries.manifest(REPOSITORY)).rejects.toThrow(
      failing('REGISTRY_UNAUTHORIZED'),
    );
    expect(tokens.asked.length).toBeLessThanOrEqual(2);
  });

  it('is not fetched if the server refuses the login, and its text is not repeated', async () => {
    await using tokens = await serve(({ headers }, response) => {
      response.writeHead(401).end(JSON.stringify({ details: `not ${headers.authorization}` }));
    });
    await using talk = await converse(
      guarded(`Bearer realm="${tokens.url}"`, () => false),
      {
        credentials: ALICE,
      },
    );
    await expect(talk.registries.manifest(REPOSITORY)).rejects.toThrow(
      failing(
        'REGISTRY_UNAUTHORIZED',
        'refused the login for registry.test/app:1: not Basic xxxxx',
      ),
    );
  });
});

describe('a login', () => {
  it.each([
    'Bearer realm="http://127.0.0.1:9/token"',
    'Bearer realm="file:///etc/passwd"',
    'Bearer realm="?"',
  ])('of a registry with HTTPS is not sent to %s', async (challenge) => {
    const { cert, key } = certificate;
    await using server = await serve(
      guarded(challenge, () => false),
      { cert, key },
    );
    await using registries = clientFor([{ ...endpointAt(server.url), tls: tlsOf(cert) }], {
      credentials: ALICE,
    });
    await expect(registries.manifest(REPOSITORY)).rejects.toThrow(failing('REGISTRY_PROTOCOL'));
  });

  it('is not sent to another server by upload addresses, pages or redirects', async () => {
    const seen: (string | undefined)[] = [];
    await using other = await serve((request, response) => {
      seen.push(request.headers.authorization);
      request.resume();
      response.writeHead(request.method === 'PUT' ? 201 : 200).end(IMAGE.bytes);
    });
    await using talk = await converse(
      ({ method, url = '' }, response) => {
        if (method === 'HEAD') response.writeHead(404).end();
        else if (method === 'POST') response.writeHead(202, { location: `${other.url}/up` }).end();
        else if (url.includes('/tags/')) {
          response.setHeader('link', `<${other.url}/tags>; rel=next`);
          response.end('{"tags":[]}');
        } else response.writeHead(302, { location: `${other.url}/blob` }).end();
      },
      { credentials: { kind: 'bearer', token: 'secret' } },
    );
    const blob = blobOf(IMAGE.bytes);
    await talk.registries.pushBlob(REPOSITORY, blob, { read: readerOf(IMAGE.bytes) });
    await pullBlob(talk.registries, REPOSITORY, blob);
    const tags = talk.registries.tags(REPOSITORY)[Symbol.asyncIterator]();
    await expect(tags.next()).rejects.toThrow(failing('REGISTRY_PROTOCOL'));
    expect(seen).toEqual([undefined, undefined]);
  });

  it('is not sent unencrypted on a redirect from HTTPS', async () => {
    const { cert, key } = certificate;
    const evil = await serve((_request, response) => response.end());
    await using server = await serve(
      ({ method }, response) => {
        if (method === 'HEAD') response.writeHead(404).end();
        else
          response
            .writeHead(method === 'POST' ? 202 : 302, {
              location: evil.url.replace('127.0.0.1', 'localhost'),
            })
            .end();
      },
      { cert, key },
    );
    await using registries = clientFor([{ ...endpointAt(server.url), tls: tlsOf(cert) }], {
      credentials: { kind: 'bearer', token: 'secret' },
    });
    const blob = blobOf(IMAGE.bytes);
    const push = () => registries.pushBlob(REPOSITORY, blob, { read: readerOf(IMAGE.bytes) });
    for (const attempt of [push, () => pullBlob(registries, REPOSITORY, blob)]) {
      await expect(attempt()).rejects.toThrow(failing('REGISTRY_PROTOCOL', 'from https to http'));
    }
    expect(evil.requests).toEqual([]);
    await evil[Symbol.asyncDispose]();
  });

  it('is not sent to a server with an untrusted certificate', async () => {
    const { cert, key } = certificate;
    await using server = await serve((_request, response) => response.end(), { cert, key });
    await using plain = await serve((_request, response) => response.end());
    await using registries = clientFor(
      [endpointAt(server.url), { ...endpointAt(plain.url), isFallback: true }],
      { credentials: { kind: 'bearer', token: 'secret' } },
    );
    await expect(registries.manifest(REPOSITORY)).rejects.toThrow(
      failing('REGISTRY_UNREACHABLE', 'self-signed'),
    );
    expect([...server.requests, ...plain.requests]).toEqual([]);
  });
});

function tlsOf(cert: string) {
  return { ca: [cert], cert: undefined, key: undefined, skipVerify: false };
}

describe('parseChallenges', () => {
  const parsed = (header: string) =>
    parseChallenges(header).map(({ scheme, parameters }) => [
      scheme,
      Object.fromEntries(parameters),
    ]);

  it.each([
    ['Basic', [['basic', {}]]],
    ['basic realm="a, b"', [['basic', { realm: 'a, b' }]]],
    [
      'Bearer realm="https://x/t",service=y , scope="a:b:c d"',
      [['bearer', { realm: 'https://x/t', service: 'y', scope: 'a:b:c d' }]],
    ],
    [
      'Negotiate, Basic Realm="q\\"q", BEARER realm=x',
      [
        ['negotiate', {}],
        ['basic', { realm: 'q"q' }],
        ['bearer', { realm: 'x' }],
      ],
    ],
    [
      'Negotiate dG9rZW4=, Basic realm="x"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'x' }],
      ],
    ],
    ['', []],
    ['"', []],
    ['Bearer realm="never ends', [['bearer', {}]]],
  ])('reads %s', (header, challenges) => expect(parsed(header)).toEqual(challenges));

  it('is fast for hostile headers', () => {
    expect(parseChallenges(`Bearer x="${'\\'.repeat(16_000)}`)).toHaveLength(1);
    expect(parseChallenges('x'.repeat(20_000))).toEqual([]);
  });
});
