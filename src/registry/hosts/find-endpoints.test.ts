/** The servers of a name, by configuration files of other tools. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpointsOf } from '../lookups.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'lamina-hosts-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function write(path: string, content: string): string {
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** Hides the configuration of this machine from the test. */
function env(more: Record<string, string> = {}) {
  return {
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    CONTAINERS_REGISTRIES_CONF: join(home, 'registries.conf'),
    LAMINA_CERTS_D: join(home, 'certs.d'),
    ...more,
  };
}

function find(name: string, purpose: 'pull' | 'push' = 'pull', more: Record<string, string> = {}) {
  const slash = name.indexOf('/');
  const repository = { registry: name.slice(0, slash), repository: name.slice(slash + 1) };
  return endpointsOf(repository, { env: env(more) }, purpose);
}

async function urls(name: string, purpose: 'pull' | 'push' = 'pull') {
  return (await find(name, purpose)).map(({ base, repository }) => `${base}/${repository}`);
}

describe('without any configuration', () => {
  it('asks Docker Hub’s server for its names, with one login', async () => {
    const [hub, ...others] = await find('docker.io/library/debian');
    expect(hub).toMatchObject({
      base: 'https://registry-1.docker.io/v2',
      repository: 'library/debian',
      credentialKey: 'docker.io',
      tls: { skipVerify: false },
      canPush: true,
    });
    expect(others).toEqual([]);
  });

  it.each(['localhost:5000', '127.0.0.1:5000', '127.8.8.8'])(
    'asks %s by HTTPS, and by HTTP if nobody answers there',
    async (host) => {
      expect(await find(`${host}/a`)).toMatchObject([
        { base: `https://${host}/v2`, isFallback: false, tls: { skipVerify: true } },
        { base: `http://${host}/v2`, isFallback: true },
      ]);
    },
  );

  it('never falls back to HTTP for hosts elsewhere', async () => {
    expect(await urls('example.com:5000/a')).toEqual(['https://example.com:5000/v2/a']);
  });

  it('verifies a registry of this machine with an installed authority', async () => {
    write('certs.d/localhost:5000/ca.crt', 'AUTHORITY');
    expect(await find('localhost:5000/a')).toMatchObject([
      { base: 'https://localhost:5000/v2', tls: { ca: ['AUTHORITY'], skipVerify: false } },
    ]);
  });
});

describe('insecure registries', () => {
  it('are those of a variable and of daemon.json, as hosts or networks', async () => {
    write('config/docker/daemon.json', '{"insecure-registries":["10.1.0.0/16","plain:5000"]}');
    const two = (host: string) => [`https://${host}/v2/a`, `http://${host}/v2/a`];
    expect(await urls('10.1.2.3/a')).toEqual(two('10.1.2.3'));
    expect(await urls('plain:5000/a')).toEqual(two('plain:5000'));
    expect(await urls('10.2.2.3/a')).toEqual(['https://10.2.2.3/v2/a']);
    const set = { LAMINA_INSECURE_REGISTRIES: 'one.test, two.test:81' };
    expect(await find('two.test:81/a', 'pull', set)).toHaveLength(2);
    expect(await find('two.test/a', 'pull', set)).toHaveLength(1);
  });
});

describe('certificates of a host', () => {
  it('are read from its directory, the client’s with its key', async () => {
    write('certs.d/example.com/a.crt', 'A');
    write('certs.d/example.com/b.crt', 'B');
    write('certs.d/example.com/client.cert', 'CERT');
    write('certs.d/example.com/client.key', 'KEY');
    const [endpoint] = await find('example.com/a');
    expect(endpoint?.tls).toEqual({ ca: ['A', 'B'], cert: 'CERT', key: 'KEY', skipVerify: false });
  });

  it('must not lack the key', async () => {
    write('certs.d/example.com/client.cert', 'CERT');
    await expect(find('example.com/a')).rejects.toMatchObject({ code: 'REGISTRY_CONFIG_INVALID' });
  });
});

describe('hosts.toml', () => {
  it('names mirrors in order, and the server last', async () => {
    write('certs.d/docker.io/ca.pem', 'AUTHORITY');
    write(
      'certs.d/docker.io/hosts.toml',
      `server = "https://registry-1.docker.io"
       [host."https://mirror.test:5000"]
         capabilities = ["pull", "resolve"]
         ca = "ca.pem"
         [host."https://mirror.test:5000".header]
           X-Team = ["a", "b"]
       [host."http://harbor.test/proxy"]
         capabilities = ["pull"]
         skip_verify = true
       [host."https://exact.test/v2/hub"]
         override_path = true`,
    );
    const found = await find('docker.io/library/debian');
    expect(found).toMatchObject([
      {
        base: 'https://mirror.test:5000/v2',
        namespace: 'docker.io',
        canPush: false,
        canResolve: true,
        isMirror: true,
        tls: { ca: ['AUTHORITY'] },
        headers: { 'x-team': 'a, b' },
        credentialKey: 'mirror.test:5000',
      },
      { base: 'http://harbor.test/proxy/v2', canResolve: false, tls: { skipVerify: true } },
      { base: 'https://exact.test/v2/hub', canPush: true },
      { base: 'https://registry-1.docker.io/v2', namespace: undefined, isMirror: false },
    ]);
    expect(await urls('docker.io/library/debian', 'push')).toEqual([
      'https://exact.test/v2/hub/library/debian',
      'https://registry-1.docker.io/v2/library/debian',
    ]);
  });

  it.each(['example.com_5000_', 'example.com:5000', '_default'])(
    'is found in the directory %s',
    async (name) => {
      write(`certs.d/${name}/hosts.toml`, '[host."https://m.test"]');
      expect(await urls('example.com:5000/a')).toEqual([
        'https://m.test/v2/a',
        'https://example.com:5000/v2/a',
      ]);
    },
  );

  it('names files for a client’s certificate in each of the forms containerd takes', async () => {
    for (const name of ['both.pem', 'c.pem', 'k.pem']) write(`certs.d/x.test/${name}`, name);
    const tls = async (client: string) => {
      write('certs.d/x.test/hosts.toml', `client = ${client}`);
      const [endpoint] = await find('x.test/a');
      return [endpoint?.tls.cert, endpoint?.tls.key];
    };
    expect(await tls('"both.pem"')).toEqual(['both.pem', 'both.pem']);
    expect(await tls('["both.pem"]')).toEqual(['both.pem', 'both.pem']);
    expect(await tls('[["c.pem", "k.pem"]]')).toEqual(['c.pem', 'k.pem']);
    await expect(tls('[3]')).rejects.toMatchObject({ code: 'REGISTRY_CONFIG_INVALID' });
  });

  it('is reported with the number of the invalid line, but not its text', async () => {
    write('certs.d/x.test/hosts.toml', '# first\n[header]\nAuthorization = "Bearer hunter2" x');
    const attempt = find('x.test/a');
    await expect(attempt).rejects.toThrow(/hosts\.toml: line 3, column \d+: /);
    await expect(attempt).rejects.not.toThrow(/hunter2/);
  });

  it.each([
    ['nonsense', 'server = = 3'],
    ['a login in a URL', '[host."https://me:hunter2@m.test"]'],
    ['another scheme', 'server = "ftp://m.test"'],
    ['a wrong type', 'skip_verify = "yes"'],
  ])('is refused with %s, and nothing of it is quoted', async (_what, text) => {
    write('certs.d/x.test/hosts.toml', text);
    const attempt = find('x.test/a');
    await expect(attempt).rejects.toMatchObject({
      code: 'REGISTRY_CONFIG_INVALID',
      message: expect.stringContaining('hosts.toml'),
    });
    await expect(attempt).rejects.not.toThrow(/hunter2/);
  });
});

describe('registries.conf', () => {
  it('rewrites the longest matching prefix, after its mirrors', async () => {
    write(
      'registries.conf',
      `unqualified-search-registries = ["quay.io"]
       [[registry]]
       prefix = "docker.io"
       location = "hub.test/all"
       [[registry]]
       prefix = "docker.io/library"
       location = "lib.test/official"
       [[registry.mirror]]
       location = "near.test:5000/lib"
       insecure = true
       [[registry.mirror]]
       location = "digests.test"
       pull-from-mirror = "digest-only"
       [[registry.mirror]]
       location = "tags.test"
       pull-from-mirror = "tag-only"`,
    );
    expect(await urls('docker.io/team/app')).toEqual(['https://hub.test/v2/all/team/app']);
    expect(await urls('docker.io/library/debian')).toEqual([
      'https://near.test:5000/v2/lib/debian',
      'http://near.test:5000/v2/lib/debian',
      'https://digests.test/v2/debian',
      'https://tags.test/v2/debian',
      'https://lib.test/v2/official/debian',
    ]);
    const found = await find('docker.io/library/debian');
    expect(found.map((one) => [one.canResolve, one.digests, one.canPush])).toEqual([
      [true, 'any', false],
      [true, 'any', false],
      [false, 'any', false],
      [true, 'of tags', false],
      [true, 'any', true],
    ]);
    expect(await urls('docker.io/library/debian', 'push')).toEqual([
      'https://lib.test/v2/official/debian',
    ]);
    expect(await urls('docker.io/library-of-mine/x')).toEqual([
      'https://hub.test/v2/all/library-of-mine/x',
    ]);
  });

  it('has wildcards, which match only names below a domain', async () => {
    write('registries.conf', '[[registry]]\nprefix = "*.corp.test"\nlocation = "all.test/x"');
    expect(await urls('a.corp.test/team/app')).toEqual(['https://all.test/v2/x/team/app']);
    expect(await urls('a.b.corp.test/app')).toEqual(['https://all.test/v2/x/app']);
    expect(await urls('corp.test/app')).toEqual(['https://corp.test/v2/app']);
    expect(await urls('evilcorp.test/app')).toEqual(['https://evilcorp.test/v2/app']);
    expect(await urls('x.test/a.corp.test/app')).toEqual(['https://x.test/v2/a.corp.test/app']);
  });

  it('blocks regardless of other files', async () => {
    write('registries.conf', '[[registry]]\nlocation = "bad.test"\nblocked = true');
    write('certs.d/bad.test/hosts.toml', '');
    await expect(find('bad.test/a')).rejects.toMatchObject({ code: 'REGISTRY_BLOCKED' });
  });

  it('is overridden by hosts.toml', async () => {
    write('registries.conf', '[[registry]]\nprefix = "x.test"\nlocation = "conf.test"');
    write('certs.d/x.test/hosts.toml', 'server = "https://toml.test"');
    expect(await urls('x.test/a')).toEqual(['https://toml.test/v2/a']);
  });

  it('has drop-ins, the last of which wins', async () => {
    const drop = (name: string, location: string) =>
      write(
        `config/containers/registries.conf.d/${name}`,
        `[[registry]]\nprefix = "x.test"\nlocation = "${location}"`,
      );
    write('registries.conf', '[[registry]]\nprefix = "x.test"\nlocation = "zero.test"');
    drop('20.conf', 'two.test');
    drop('10.conf', 'one.test');
    drop('30.bak', 'three.test');
    expect(await urls('x.test/a')).toEqual(['https://two.test/v2/a']);
  });

  it('is read in its first version too', async () => {
    write('registries.conf', '[registries.insecure]\nregistries = ["old.test"]');
    expect(await urls('old.test/a')).toEqual(['https://old.test/v2/a', 'http://old.test/v2/a']);
  });

  it.each([
    '[[registry]]',
    '[[registry]]\nlocation = "https://x.test"',
    '[[registry]]\nlocation = "x.test"\n[[registry.mirror]]',
    '[[registry]]\nlocation = "x"\nmirror-by-digest-only = true\n[[registry.mirror]]\nlocation = "m"\npull-from-mirror = "all"',
  ])('is refused: %j', async (text) => {
    write('registries.conf', text);
    await expect(find('x.test/a')).rejects.toMatchObject({ code: 'REGISTRY_CONFIG_INVALID' });
  });
});

describe('mirrors of daemon.json', () => {
  it('serve Docker Hub only, and take no pushes', async () => {
    write(
      'config/docker/daemon.json',
      '{"registry-mirrors":["https://m.test/path/","http://n.test"]}',
    );
    expect(await urls('docker.io/library/debian')).toEqual([
      'https://m.test/path/v2/library/debian',
      'http://n.test/v2/library/debian',
      'https://registry-1.docker.io/v2/library/debian',
    ]);
    expect(await urls('docker.io/library/debian', 'push')).toHaveLength(1);
    expect(await urls('quay.io/a/b')).toEqual(['https://quay.io/v2/a/b']);
  });
});
