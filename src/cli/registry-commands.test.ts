/** Pull, push and login as people see them. */
import { describe, expect, it } from 'vitest';
import { session } from '../../test/support/program.ts';
import type { LoginOptions, PullOptions, PushOptions, RegistryEvent } from '../api/index.ts';
import { parseDigest } from '../oci/index.ts';

const DIGEST = parseDigest(`sha256:${'ab'.repeat(32)}`);
const OTHER = parseDigest(`sha256:${'cd'.repeat(32)}`);

function blob(
  direction: 'in' | 'out',
  state: Extract<RegistryEvent, { kind: 'blob' }>['state'],
  current = 0,
): RegistryEvent {
  return { kind: 'blob', direction, digest: DIGEST, state, current, total: 4_000_000 };
}

const pulled = {
  reference: 'docker.io/library/debian:latest',
  id: OTHER,
  digest: DIGEST,
  isNew: true,
  platform: { os: 'linux', architecture: 'amd64' },
};

async function pull(argv: readonly string[], terminal = {}) {
  let options: PullOptions | undefined;
  const result = await session(['pull', ...argv], {
    terminal,
    env: { DOCKER_DEFAULT_PLATFORM: 'linux/arm64', TERM: 'xterm' },
    api: {
      pullImages: async (given) => {
        options = given;
        const name = 'library/debian';
        given.onEvent?.({ kind: 'image', direction: 'in', name, tag: 'latest' });
        for (const state of ['waiting', 'moving', 'moving', 'moved', 'done'] as const) {
          given.onEvent?.(blob('in', state, 1_000_000));
        }
        return [pulled];
      },
    },
  });
  return { ...result, options };
}

describe('lamina pull', () => {
  it('prints docker’s lines: results on standard output, layers on standard error', async () => {
    const { stdout, stderr, options } = await pull(['debian']);
    expect(stdout).toBe(
      `Digest: ${DIGEST}\nStatus: Downloaded newer image for debian:latest\ndocker.io/library/debian:latest\n`,
    );
    expect(stderr).toBe(
      [
        'latest: Pulling from library/debian',
        'abababababab: Pulling fs layer',
        'abababababab: Download complete',
        'abababababab: Pull complete',
        '',
      ].join('\n'),
    );
    expect(options).toMatchObject({ image: 'debian', platform: 'linux/arm64', allTags: false });
  });

  it('is quiet when told so', async () => {
    const { stdout, stderr } = await pull(['-q', 'debian']);
    expect([stdout, stderr]).toEqual(['docker.io/library/debian:latest\n', '']);
  });

  it('draws a line for each layer on a terminal, again in its place', async () => {
    const { stderr } = await pull(['debian'], { stderr: true });
    expect(stderr).toContain('abababababab: Downloading [========>');
    expect(stderr).toContain('1MB/4MB');
    expect(stderr).toContain('\x1b[A\x1b[2K');
    expect(stderr.split('\n').at(-2)).toContain('Pull complete');
  });
});

describe('lamina push', () => {
  it('prints what the name means now', async () => {
    let options: PushOptions | undefined;
    const { stdout, stderr } = await session(['push', 'x.test/a:1'], {
      api: {
        pushImages: async (given) => {
          options = given;
          given.onEvent?.({ kind: 'image', direction: 'out', name: 'x.test/a', tag: '1' });
          given.onEvent?.(blob('out', 'known'));
          return [{ reference: 'x.test/a:1', tag: '1', digest: DIGEST, size: 528 }];
        },
      },
    });
    expect(stdout).toBe(`1: digest: ${DIGEST} size: 528\n`);
    expect(stderr).toBe(
      'The push refers to repository [x.test/a]\nabababababab: Layer already exists\n',
    );
    expect(options).toMatchObject({ image: 'x.test/a:1' });
  });
});

async function login(
  argv: readonly string[],
  options: { readonly stdin?: string; readonly known?: boolean; readonly terminal?: boolean } = {},
) {
  const asked: LoginOptions[] = [];
  const { stdin = '', known = false, terminal = false } = options;
  const result = await session(['login', ...argv], {
    stdin,
    terminal: { stdin: terminal },
    api: {
      login: async (given = {}) => {
        asked.push(given);
        const succeeded = known || given.login !== undefined;
        return { succeeded, unencryptedFile: given.login && '/home/me/.docker/config.json' };
      },
    },
  });
  return { ...result, asked };
}

describe('lamina login', () => {
  it('reads the password from standard input, without the end of the line', async () => {
    const argv = ['-u', 'me', '--password-stdin', 'x.test'];
    const { stdout, stderr, asked } = await login(argv, { stdin: ' p w \r\n' });
    expect(stdout).toBe('Login Succeeded\n');
    expect(stderr).toContain("stored unencrypted in '/home/me/.docker/config.json'");
    expect(asked).toMatchObject([
      { server: 'x.test', login: { username: 'me', password: ' p w ' } },
    ]);
  });

  it('warns of a password that others can see', async () => {
    const { status, stderr } = await login(['-u', 'me', '-p', 'pw']);
    expect(status).toBe(0);
    expect(stderr).toContain('WARNING! Using --password via the CLI is insecure.');
  });

  it('takes the login that is kept, if it still works', async () => {
    const { stdout, stderr, asked } = await login([], { known: true });
    expect(stdout).toBe('Login Succeeded\n');
    expect(stderr).toContain('Authenticating with existing credentials...');
    expect(asked).toHaveLength(1);
  });

  it('asks on a terminal, and only there', async () => {
    const { stdout, stderr, asked } = await login([], { terminal: true, stdin: 'same' });
    expect(stdout).toBe('Login Succeeded\n');
    expect(stderr).toContain('Username: Password: ');
    expect(asked.at(-1)?.login).toEqual({ username: 'same', password: 'same' });
    const refused = await login(['x.test']);
    expect(refused.status).toBe(125);
    expect(refused.stderr).toContain('from a non TTY device');
  });

  it.each([
    [['--password-stdin'], 'must provide --username'],
    [['-u', 'me', '-p', 'x', '--password-stdin'], 'mutually exclusive'],
  ])('refuses %j', async (argv, text) => {
    const { status, stderr, asked } = await login(argv);
    expect(status).toBe(125);
    expect(stderr).toContain(text);
    expect(asked).toEqual([]);
  });
});

describe('lamina logout', () => {
  it('says of what', async () => {
    const api = { logout: async () => false };
    expect((await session(['logout'], { api })).stdout).toBe(
      'Removing login credentials for https://index.docker.io/v1/\n',
    );
    expect((await session(['logout', 'https://x.test/v1/'], { api })).stdout).toBe(
      'Removing login credentials for x.test\n',
    );
  });
});
