import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serve } from '../../test/support/http-server.ts';
import { keepLogins, passwordLogin } from '../../test/support/logins.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { probeRegistry } from './probe.ts';

const LIMIT_MS = 20_000;

test('tries each server in the order of pulls, and tells what fails at which', async () => {
  await using mirror = await serve((_, response) => response.writeHead(503).end());
  await using registry = await serve((_, response) => response.writeHead(401).end());
  const home = temporaryDirectory('probe');
  const name = `127.0.0.1:${registry.port}`;
  const conf = join(home, 'registries.conf');
  writeFileSync(
    conf,
    `[[registry]]\nlocation = "${name}"\n[[registry.mirror]]\nlocation = "127.0.0.1:${mirror.port}"\n`,
  );
  const env = { HOME: home, CONTAINERS_REGISTRIES_CONF: conf };
  expect(await probeRegistry(name, { env, limitMs: LIMIT_MS })).toEqual({
    registry: name,
    endpoints: [
      {
        server: mirror.url,
        isMirror: true,
        trouble: {
          reason: `127.0.0.1:${mirror.port} answers with status 503`,
          hint: undefined,
        },
      },
      { server: registry.url, isMirror: false, trouble: undefined },
    ],
    login: 'none',
    trouble: undefined,
  });
});

test.each([
  ['accepted', 200],
  ['refused', 401],
] as const)('a login is %s by the registry that answers %i', async (login, status) => {
  await using registry = await serve(({ headers }, response) => {
    if (headers.authorization === undefined) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="r"' }).end();
    } else response.writeHead(status, { 'www-authenticate': 'Basic realm="r"' }).end();
  });
  const name = `127.0.0.1:${registry.port}`;
  await using logins = await keepLogins({ [name]: passwordLogin('me', 'canary-5c1e') });
  const probed = await probeRegistry(name, { env: logins.env, limitMs: LIMIT_MS });
  expect(probed).toMatchObject({ login });
  expect(JSON.stringify(probed)).not.toContain('canary-5c1e');
});

test('a server that never answers ends with the limit', async () => {
  await using silent = await serve(() => undefined);
  const home = temporaryDirectory('probe');
  const env = { HOME: home };
  const name = `127.0.0.1:${silent.port}`;
  const { endpoints } = await probeRegistry(name, { env, limitMs: 500 });
  expect(endpoints.every(({ trouble }) => trouble !== undefined)).toBe(true);
});

test('a configuration that cannot be read is told, not thrown', async () => {
  const home = temporaryDirectory('probe');
  mkdirSync(join(home, '.config/containers'), { recursive: true });
  writeFileSync(join(home, '.config/containers/registries.conf'), '[[[');
  const probed = await probeRegistry('r.example.com', {
    env: { HOME: home },
    limitMs: LIMIT_MS,
  });
  expect(probed).toMatchObject({ endpoints: [], login: 'unknown' });
  expect(probed.trouble?.reason).toContain('registries.conf');
});
