/** Logins as Docker and Podman keep them, with real credential helpers: small programs of the test. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loginFiles } from './config-file.ts';
import { dropLogin, findCredentials, keepLogin } from './index.ts';

const CANARY = 'canary-5f1d';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lamina-auth-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function write(path: string, content: unknown): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** A credential helper that keeps what it is given in files. */
function helper(name: string, script: string): void {
  const file = write(`bin/docker-credential-${name}`, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

function env(more: Record<string, string> = {}): Record<string, string> {
  return {
    HOME: home,
    PATH: `${join(home, 'bin')}:${process.env.PATH ?? ''}`,
    STATE: join(home, 'state'),
    ...more,
  };
}

const find = (registry: string, repository = 'a/b', more: Record<string, string> = {}) =>
  findCredentials(registry, repository, { env: env(more) });

const auth = (pair: string) => ({ auth: Buffer.from(pair).toString('base64') });
const password = (username: string, secret: string) => ({
  kind: 'password',
  username,
  password: secret,
});

describe('files with logins', () => {
  it('are not needed', async () => {
    expect(await find('example.com')).toBeUndefined();
  });

  it.each([
    [{ 'x.test': auth('me:p:w') }, password('me', 'p:w')],
    [{ 'https://x.test': auth('me:pw') }, password('me', 'pw')],
    [{ 'https://x.test/v1/': auth('me:pw') }, password('me', 'pw')],
    [{ 'x.test': { username: 'me', password: 'pw' } }, password('me', 'pw')],
    [
      { 'x.test': { ...auth('00000000-0000:'), identitytoken: 'T' } },
      { kind: 'identity', token: 'T' },
    ],
    [{ 'x.test': { registrytoken: 'B' } }, { kind: 'bearer', token: 'B' }],
    [{ 'x.test': {} }, undefined],
    [{ 'other.test': auth('me:pw') }, undefined],
    [{ 'x.test:5000': auth('me:pw') }, undefined],
    [{ 'x.test/a': auth('near:1'), 'x.test': auth('far:2') }, password('near', '1')],
    [{ 'x.test/a/b': auth('nearest:1'), 'x.test/a': auth('near:2') }, password('nearest', '1')],
    [{ 'x.test/c': auth('me:pw') }, undefined],
  ])('%j', async (auths, expected) => {
    write('.docker/config.json', { auths });
    expect(await find('x.test')).toEqual(expected);
  });

  it('have Docker Hub under the key of its first version', async () => {
    for (const key of ['https://index.docker.io/v1/', 'docker.io', 'index.docker.io']) {
      write('.docker/config.json', { auths: { [key]: auth('me:pw') } });
      expect(await find('docker.io', 'library/debian')).toEqual(password('me', 'pw'));
    }
  });

  it('are Docker’s before Podman’s, unless a variable names one', async () => {
    const file = (name: string) => ({ auths: { 'x.test': auth(`${name}:pw`) } });
    const user = async (more = {}) => {
      const found = await find('x.test', 'a', more);
      return found?.kind === 'password' ? found.username : undefined;
    };
    write('.config/containers/auth.json', file('podman'));
    expect(await user()).toBe('podman');
    const runtime = { XDG_RUNTIME_DIR: join(home, 'run') };
    write('run/containers/auth.json', file('runtime'));
    expect(await user(runtime)).toBe('runtime');
    write('.docker/config.json', file('docker'));
    expect(await user(runtime)).toBe('docker');
    const docker = { ...runtime, DOCKER_CONFIG: join(home, 'elsewhere') };
    write('elsewhere/config.json', file('elsewhere'));
    expect(await user(docker)).toBe('elsewhere');
    const named = { ...docker, REGISTRY_AUTH_FILE: write('mine.json', file('mine')) };
    expect(await user(named)).toBe('mine');
  });

  it('are read from Podman’s file without a runtime directory', () => {
    const paths = loginFiles({ HOME: '/home/me' });
    expect(paths).toContain(`/run/containers/${process.getuid?.()}/auth.json`);
    expect(loginFiles({ HOME: '/home/me', XDG_RUNTIME_DIR: '/run/me' })).toEqual([
      '/home/me/.docker/config.json',
      '/run/me/containers/auth.json',
      '/home/me/.config/containers/auth.json',
    ]);
  });

  it.each([
    ['no JSON', `{"auths": {"x.test": {"auth": "${CANARY}"`],
    ['a list', `["${CANARY}"]`],
    ['base64 of something else', { auths: { 'x.test': { auth: CANARY } } }],
    ['auths of another type', { auths: [CANARY] }],
  ])('are refused with %s, and not quoted', async (_what, content) => {
    write('.docker/config.json', content);
    const attempt = find('x.test');
    await expect(attempt).rejects.toMatchObject({ code: 'REGISTRY_CREDENTIALS' });
    await expect(attempt).rejects.not.toThrow(CANARY);
  });
});

describe('credential helpers', () => {
  const answering = (json: string) => `cat > "$STATE.asked"; echo '${json}'`;

  it('of a host are asked by Docker’s key', async () => {
    helper('one', answering('{"Username":"me","Secret":"pw"}'));
    write('.docker/config.json', {
      credHelpers: { 'x.test': 'one' },
      auths: { 'x.test': auth('file:pw') },
    });
    expect(await find('x.test')).toEqual(password('me', 'pw'));
    expect(readFileSync(join(home, 'state.asked'), 'utf8')).toBe('x.test');
  });

  it('have all other logins, Docker Hub’s under its old key, and tokens under a special name', async () => {
    helper('all', answering('{"Username":"<token>","Secret":"T"}'));
    write('.docker/config.json', {
      credsStore: 'all',
      auths: { 'https://index.docker.io/v1/': {} },
    });
    expect(await find('docker.io')).toEqual({ kind: 'identity', token: 'T' });
    expect(readFileSync(join(home, 'state.asked'), 'utf8')).toBe('https://index.docker.io/v1/');
  });

  it('may have none', async () => {
    helper('all', 'echo "credentials not found in native keychain"; exit 1');
    write('.docker/config.json', { credsStore: 'all' });
    expect(await find('x.test')).toBeUndefined();
  });

  it.each([
    ['fails', `echo ${CANARY}; echo ${CANARY} >&2; exit 3`],
    ['prints something else', `echo ${CANARY}`],
    ['prints an object of another shape', `echo '{"Username":1,"Secret":"${CANARY}"}'`],
  ])('that %s: nothing of what it prints is told', async (_what, script) => {
    helper('bad', script);
    write('.docker/config.json', { credsStore: 'bad' });
    const attempt = find('x.test');
    await expect(attempt).rejects.toMatchObject({ code: 'REGISTRY_HELPER' });
    const error: unknown = await attempt.catch((reason: unknown) => reason);
    expect(JSON.stringify([String(error), error])).not.toContain(CANARY);
  });

  it('are no paths and no shell commands', async () => {
    const made = join(home, 'made');
    for (const name of [`x; touch ${made}`, '../../bin/touch', '$(touch x)']) {
      write('.docker/config.json', { credsStore: name });
      await expect(find('x.test')).rejects.toMatchObject({ code: 'REGISTRY_HELPER' });
    }
    expect(existsSync(made)).toBe(false);
  });

  it('that are not installed have no logins, except for hosts configured for them', async () => {
    const login = { registry: 'x.test', username: 'me', password: CANARY };
    const missing = { message: expect.stringContaining('is not in PATH') };
    write('.docker/config.json', { credsStore: 'absent' });
    expect(await find('x.test')).toBeUndefined();
    await expect(keepLogin(login, { env: env() })).rejects.toMatchObject(missing);
    write('.docker/config.json', { credHelpers: { 'x.test': 'absent' } });
    await expect(find('x.test')).rejects.toMatchObject(missing);
  });

  it('store and erase', async () => {
    helper('all', 'cat > "$STATE.$1"');
    write('.docker/config.json', { credsStore: 'all', currentContext: 'x' });
    const login = { registry: 'x.test', username: 'me', password: CANARY };
    expect(await keepLogin(login, { env: env() })).toEqual({ unencryptedFile: undefined });
    expect(JSON.parse(readFileSync(join(home, 'state.store'), 'utf8'))).toEqual({
      ServerURL: 'x.test',
      Username: 'me',
      Secret: CANARY,
    });
    const kept = readFileSync(join(home, '.docker/config.json'), 'utf8');
    expect(JSON.parse(kept)).toEqual({
      credsStore: 'all',
      currentContext: 'x',
      auths: { 'x.test': {} },
    });
    expect(await dropLogin('x.test', { env: env() })).toBe(true);
    expect(readFileSync(join(home, 'state.erase'), 'utf8')).toBe('x.test');
  });
});

describe('keeping a login', () => {
  const login = { registry: 'docker.io', username: 'me', password: 'p:w' };

  it('writes a file that only its owner may read, and keeps its other members', async () => {
    const file = write('.docker/config.json', { auths: { 'y.test': auth('a:b') }, psFormat: 'x' });
    chmodSync(file, 0o644);
    const { unencryptedFile } = await keepLogin(login, { env: env() });
    expect(unencryptedFile).toBe(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
      auths: { 'y.test': auth('a:b'), 'https://index.docker.io/v1/': auth('me:p:w') },
      psFormat: 'x',
    });
    expect(readdirSync(join(home, '.docker'))).toEqual(['config.json']);
    expect(await find('docker.io', 'library/x')).toEqual(password('me', 'p:w'));
  });

  it('makes the directory, and follows a link to the file', async () => {
    await keepLogin(login, { env: env() });
    expect(statSync(join(home, '.docker')).mode & 0o777).toBe(0o700);
    const real = write('dotfiles/config.json', '{}');
    rmSync(join(home, '.docker'), { recursive: true });
    mkdirSync(join(home, '.docker'));
    symlinkSync(real, join(home, '.docker/config.json'));
    await keepLogin(login, { env: env() });
    expect(JSON.parse(readFileSync(real, 'utf8'))).toHaveProperty('auths');
  });

  it('writes to the file of a variable', async () => {
    const file = join(home, 'ci/auth.json');
    await keepLogin(login, { env: env({ REGISTRY_AUTH_FILE: file }) });
    expect(existsSync(join(home, '.docker'))).toBe(false);
    expect(await find('docker.io', 'a', { REGISTRY_AUTH_FILE: file })).toBeDefined();
  });

  it('is undone under all keys of the registry', async () => {
    write('.docker/config.json', {
      auths: { 'https://x.test': auth('a:b'), 'x.test': auth('c:d'), 'y.test': auth('e:f') },
    });
    expect(await dropLogin('x.test', { env: env() })).toBe(true);
    expect(await dropLogin('x.test', { env: env() })).toBe(false);
    const kept = JSON.parse(readFileSync(join(home, '.docker/config.json'), 'utf8'));
    expect(kept).toEqual({ auths: { 'y.test': auth('e:f') } });
  });
});
