import { describe, expect, it } from 'vitest';
import { END_OF_ARCHIVE, encodeHeader, padding } from '../../archive/index.ts';
import { ContentDigests, scanTar } from '../../layers/index.ts';
import type { ImageConfig } from '../../oci/index.ts';
import { ImageModel } from '../model/index.ts';
import { secretsInConfig } from './config-secrets.ts';
import { findSecrets } from './find-secrets.ts';
import { mayHoldSecrets, SecretContents } from './secret-contents.ts';
import { secretInValue, secretsInFile, withoutSecrets } from './secret-patterns.ts';

const BODY = 'MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MhgHcTz6sE2I2yPB'.repeat(4);
const KEY = `-----BEGIN RSA PRIVATE KEY-----\n${BODY}\n-----END RSA PRIVATE KEY-----\n`;
const GITHUB = `ghp_${'a1B2'.repeat(9)}`;

describe('secrets in files', () => {
  it.each([
    ['root/.ssh/id_rsa', KEY, 'private-key'],
    ['app/config.js', `const token = '${GITHUB}';`, 'github-token'],
    ['root/.npmrc', '//registry.example.com/:_authToken=0123456789abcdef', 'npm-token'],
    ['root/.pypirc', '[pypi]\nusername = __token__\npassword = hunter2', 'pypi-token'],
    ['root/.netrc', 'machine example.com login me password hunter2', 'netrc-login'],
    ['app/.git/config', '[remote "origin"]\n url = https://me:pw@example.com/x', 'git-credentials'],
    ['root/.docker/config.json', '{"auths":{"r":{"auth":"bWU6cHc="}}}', 'docker-login'],
    ['app/.env', 'DEBUG=1\nDB_PASSWORD=hunter2\n', 'env-file'],
    ['app/settings.ini', 'db = postgres://app:hunter2@db.example.com/app', 'url-password'],
    ['root/.aws/credentials', '[default]\naws_secret_access_key = abc', 'aws-key'],
  ])('%s', (path, text, kind) => {
    expect(secretsInFile(path, text)).toContain(kind);
  });

  it.each([
    ['app/.npmrc', 'registry=https://registry.example.com/\n//r/:_authToken=$NPM_TOKEN'],
    ['app/.env.example', 'DB_PASSWORD=hunter2'],
    ['app/.env', 'DB_PASSWORD=\nPORT=80'],
    ['app/README.md', 'Put your `-----BEGIN RSA PRIVATE KEY-----` into the file.'],
    ['app/.git/config', '[remote "origin"]\n url = https://example.com/x.git'],
    ['app/readme.txt', 'clone https://user:$TOKEN@example.com/x'],
  ])('are not in %s', (path, text) => {
    expect(secretsInFile(path, text)).toEqual([]);
  });
});

describe('files of packages', () => {
  it.each([
    'usr/share/doc/openssl/server.pem',
    'usr/lib/python3/test/keycert.pem',
    'usr/src/linux-headers-6/certs/key.pem',
    'etc/ssl/certs/ca.pem',
    'app/node_modules/tls/test/key.pem',
  ])('are not searched: %s', (path) => {
    expect(mayHoldSecrets(path)).toBe(false);
  });

  it.each([
    'etc/ssl/private/server.key',
    'etc/ssl/server.key',
    'etc/pki/tls/private/server.pem',
    'usr/local/bin/entrypoint.sh',
    'usr/src/shop/config.js',
    'usr/src/app/config.js',
    'usr/share/nginx/html/.env',
  ])('are not %s, which is searched', (path) => {
    expect(mayHoldSecrets(path)).toBe(true);
  });
});

describe('hostile files', () => {
  it.each([
    ['.env', `${'PASSWORD'.repeat(30_000)}`],
    ['.env', '\n'.repeat(250_000)],
    ['x', `-----BEGIN PRIVATE KEY-----${'\n'.repeat(250_000)}`],
    ['x', `sk-${'a.'.repeat(120_000)}`],
    ['x', `sk-${'a://a:'.repeat(40_000)}`],
    ['.git/config', `${'://a'.repeat(60_000)}`],
  ])('end in linear time: %s', (path, text) => {
    // Quadratic time would be minutes, and end at the limit of the test.
    expect(secretsInFile(path, text)).toEqual([]);
  });
});

describe('secrets in variables', () => {
  it.each([
    ['DB_PASSWORD', 'hunter2', 'named-value'],
    ['API_KEY', 'abcdef', 'named-value'],
    ['ANY', GITHUB, 'github-token'],
    ['CURL_FLAGS', '-H "Authorization: Bearer 0123456789abcdef0123"', 'authorization-header'],
    ['CURL_FLAGS', '-H "Authorization: Bearer $ACCESS_FROM_ELSEWHERE"', undefined],
    ['DATABASE_URL', 'postgres://u:hunter2@db/x', 'url-password'],
  ])('%s=%s', (name, value, kind) => {
    expect(secretInValue(name, value)).toBe(kind);
  });

  it.each([
    ['PASSWORD_FILE', '/run/secrets/p'],
    ['GPG_KEY', 'E3FF2839C048B25C084DEBE9B26995E310250568'],
    ['TOKEN_TTL', '3600'],
    ['SECRET', ''],
    ['PWD', '/app'],
    ['TOKEN', '$TOKEN'],
    ['PATH', '/usr/bin'],
    ['AUTHOR', 'me'],
  ])('are not in %s=%s', (name, value) => {
    expect(secretInValue(name, value)).toBeUndefined();
  });
});

describe('secrets in commands', () => {
  const HISTORY = 'created_by';
  const placesOf = (config: object) => {
    const found = [...secretsInConfig(config as ImageConfig, [])];
    return found.map(({ kind, arg, member, history }) => [kind, arg, member ?? history]);
  };

  it.each([
    ['RUN NPM_TOKEN=hunter2 npm ci', 'NPM_TOKEN'],
    ['RUN /bin/sh -c export DB_PASSWORD="hun ter2"; make # buildkit', 'DB_PASSWORD'],
    ['/bin/sh -c a && (PASSWORD=hunter2 b)', 'PASSWORD'],
    ["/bin/sh -c mysql --password='hunter2' < x.sql", 'password'],
    ['RUN |1 A=1 /bin/sh -c API_KEY=hunter2 make # buildkit', 'API_KEY'],
  ])('of a history: %s', (text, name) => {
    const config = { history: [{ [HISTORY]: text }] };
    expect(placesOf(config)).toEqual([['named-value', name, 0]]);
    expect(withoutSecrets(text)).not.toMatch(/hun ?ter2/);
    expect(withoutSecrets(text)).toContain(`${name}=***`);
  });

  it.each([
    'RUN TOKEN=$(cat /run/secrets/token) npm ci',
    'RUN TOKEN="$TOKEN" npm ci',
    'RUN PASSWORD_FILE=/run/secrets/p ./start',
    'RUN --mount=type=secret,id=token cat /run/secrets/token',
    'COPY --from=build /token=abc /x',
  ])('are not in %s', (text) => {
    expect(placesOf({ history: [{ [HISTORY]: text }] })).toEqual([]);
  });

  it('are found in every command of the config', () => {
    const words = ['sh', '-c', 'TOKEN=hunter2 run'];
    const config = {
      config: {
        ...{ Cmd: words, Entrypoint: ['run', GITHUB], OnBuild: ['ENV API_KEY=hunter2'] },
        Healthcheck: { Test: ['CMD', 'curl', '--token=hunter2', 'http://localhost'] },
      },
    };
    expect(placesOf(config)).toEqual([
      ['github-token', undefined, 'Entrypoint'],
      ['named-value', 'TOKEN', 'Cmd'],
      ['named-value', 'token', 'Healthcheck'],
      ['named-value', 'API_KEY', 'OnBuild'],
    ]);
  });

  it('of the build are found in every member of the config, and in comments', () => {
    const own = [{ bytes: Buffer.from('correct horse') }];
    const config = {
      config: {
        ...{ Cmd: ['echo', 'correct', 'horse'], WorkingDir: '/correct horse', User: 'me' },
        ...{ Volumes: { '/correct horse': {} }, Labels: { 'correct horse': '' } },
        Healthcheck: { Test: ['CMD', 'correct horse'] },
      },
      history: [{ [HISTORY]: 'RUN x', comment: 'correct horse' }],
    };
    const found = [...secretsInConfig(config, own)];
    expect(found.map(({ label, member, history }) => label ?? member ?? history)).toEqual([
      ...['correct horse', 'Cmd', 'WorkingDir', 'Volumes', 'Healthcheck', 0],
    ]);
  });

  it.each(['a="'.repeat(80_000), "'a=".repeat(80_000), 'A=b '.repeat(60_000)])(
    'end in linear time',
    (text) => {
      expect(placesOf({ history: [{ [HISTORY]: text }] })).toEqual([]);
    },
  );
});

describe('the secrets of an image', () => {
  const tar = (path: string, text: string) => {
    const size = Buffer.byteLength(text);
    const base = { type: 'file', mode: 0o600, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 } as const;
    const header = encodeHeader({ path, size, ...base });
    return [header, Buffer.from(text), Buffer.alloc(padding(size)), END_OF_ARCHIVE];
  };

  it('are found where they are, also in files that were deleted later, and never shown', async () => {
    const model = new ImageModel();
    const contents = new SecretContents();
    const layers = [
      tar('app/key.pem', KEY),
      tar('app/.wh.key.pem', ''),
      tar('app/.env', 'TOKEN=abc1'),
    ];
    for (const layer of layers) {
      const inspector = new ContentDigests(contents.inspect);
      model.addLayer((await scanTar(layer, { inspector })).index.entries);
    }
    const config = {
      config: { Env: ['DB_PASSWORD=hunter2', 'PATH=/bin'], Labels: { token: 'abcdef12' } },
      history: [
        { created_by: 'COPY key.pem /app/ # buildkit' },
        { created_by: 'ENV DB_PASSWORD=hunter2', empty_layer: true },
        { created_by: 'RUN |2 VERSION=1 0 NPM_TOKEN=hunter2 /bin/sh -c npm ci # buildkit' },
      ],
    } as unknown as ImageConfig;
    const found = findSecrets(model, contents, config);
    expect(found).toEqual([
      { kind: 'private-key', layer: 0, path: 'app/key.pem', visible: false },
      { kind: 'env-file', layer: 2, path: 'app/.env', visible: true },
      { kind: 'named-value', env: 'DB_PASSWORD' },
      { kind: 'named-value', label: 'token' },
      { kind: 'named-value', arg: 'DB_PASSWORD', history: 1 },
      { kind: 'named-value', arg: 'NPM_TOKEN', history: 2, layer: 1 },
    ]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});
