import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAptDump } from './apt-options.ts';
import { parseSourcesList } from './apt-sources.ts';
import { parseBaseName } from './base-name.ts';
import { debianSources } from './debian-mirror.ts';
import { customizeScript, mmdebstrapArguments } from './recipe.ts';

describe('parseBaseName', () => {
  it.each([
    ['debian:bookworm-slim', 'bookworm', 'slim'],
    ['debian:bookworm', 'bookworm', 'full'],
    ['debian:12-slim', 'bookworm', 'slim'],
    ['debian:trixie-slim', 'trixie', 'slim'],
    ['debian:stable-slim', 'stable', 'slim'],
    ['debian', 'stable', 'full'],
    ['debian:latest', 'stable', 'full'],
    ['docker.io/library/debian:sid', 'sid', 'full'],
  ])('reads %s', (name, suite, variant) => {
    expect(parseBaseName(name)).toEqual({ suite, variant });
  });

  it.each(['debian:warty', 'alpine:3', 'debian:', 'debian:-slim', 'mydebian:12'])(
    'refuses %s with a list of what there is',
    (name) => {
      expect(() => parseBaseName(name)).toThrow(
        expect.objectContaining({
          code: 'BASE_UNKNOWN',
          expected: expect.stringContaining('bookworm'),
        }),
      );
    },
  );
});

const host = parseSourcesList(
  [
    'deb https://tools.example/apt bookworm main',
    'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian/ bookworm main',
    'deb http://mirror.example/debian bookworm-updates main',
    'deb http://security.example/debian-security bookworm-security main',
  ].join('\n'),
);

const find = (suite: string, mirror?: string, sources = host) =>
  debianSources({ suite, mirror, sources });

describe('debianSources', () => {
  it('takes this machine’s own mirrors, for whatever release', async () => {
    expect(await find('trixie')).toEqual([
      {
        uri: 'http://mirror.example/debian',
        suites: ['trixie', 'trixie-updates'],
        signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
      },
      {
        uri: 'http://security.example/debian-security',
        suites: ['trixie-security'],
        signedBy: undefined,
      },
    ]);
  });

  it('takes only the suite itself of a release that is never finished', async () => {
    expect((await find('sid')).flatMap(({ suites }) => suites)).toEqual(['sid']);
  });

  it('takes the mirror it is told', async () => {
    const [archive] = await find('bookworm', 'http://other.example/debian/');
    expect(archive).toEqual({
      uri: 'http://other.example/debian',
      suites: ['bookworm', 'bookworm-updates'],
      signedBy: undefined,
    });
    await expect(find('bookworm', "ftp://x' $(id)")).rejects.toThrow('invalid mirror address');
  });

  it('follows a file of mirrors', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'lamina-test-'));
    const list = join(directory, 'debian.list');
    await writeFile(list, '# mirrors\nhttp://listed.example/debian\tpriority:1\n');
    const sources = parseSourcesList(`deb mirror+file:${list} bookworm main`);
    expect((await find('bookworm', undefined, sources))[0]?.uri).toBe(
      'http://listed.example/debian',
    );
    await rm(directory, { recursive: true });
  });

  it('says what to do where there is no Debian mirror', async () => {
    const sources = parseSourcesList('deb http://archive.example/ubuntu noble main');
    await expect(find('bookworm', undefined, sources)).rejects.toMatchObject({
      code: 'BASE_NO_MIRROR',
      hint: expect.stringContaining('--mirror'),
    });
  });
});

describe('the recipe', () => {
  const recipe = async (name: string, mirror?: string) => ({
    release: parseBaseName(name),
    sources: await find('bookworm', mirror),
    aptOptions: parseAptDump(
      'Acquire::http::Proxy "http://user:secret@proxy.example:3128";\nAcquire::Check-Date "false";\nAcquire::x:: "1";\n',
    ),
    mode: 'root' as const,
    architecture: 'amd64',
    mergedUsrHooks: '/hooks/merged-usr',
    customizeHook: '/tmp/customize.sh',
  });

  it('calls mmdebstrap', async () => {
    expect(mmdebstrapArguments(await recipe('debian:bookworm-slim'))).toMatchInlineSnapshot(`
      [
        "--mode=root",
        "--architectures=amd64",
        "--variant=minbase",
        "--format=tar",
        "--skip=output/dev",
        "--skip=check/qemu",
        "--hook-dir=/hooks/merged-usr",
        "--dpkgopt=force-unsafe-io",
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/info/*",
        "--dpkgopt=path-exclude=/usr/share/groff/*",
        "--dpkgopt=path-exclude=/usr/share/lintian/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        "--dpkgopt=path-include=/usr/share/locale/locale.alias",
        "--aptopt=Acquire::http::Proxy "http://user:secret@proxy.example:3128";",
        "--aptopt=Acquire::Check-Date "false";",
        "--aptopt=Acquire::Languages "none";",
        "--customize-hook=/tmp/customize.sh",
        "bookworm",
        "-",
        "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian bookworm main",
        "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian bookworm-updates main",
        "deb http://security.example/debian-security bookworm-security main",
      ]
    `);
  });

  it('keeps documentation in a full image', async () => {
    const options = mmdebstrapArguments(await recipe('debian:bookworm'));
    expect(options.filter((option) => option.includes('path-exclude'))).toEqual([]);
  });

  it('brings certificates where the mirror needs them', async () => {
    const options = mmdebstrapArguments(await recipe('debian:12', 'https://m.example/debian'));
    expect(options).toContain('--include=ca-certificates');
  });

  it('leaves no proxy in the image, but what a frozen mirror needs', async () => {
    const script = customizeScript(await recipe('debian:bookworm-slim'));
    expect(script).not.toContain('secret');
    expect(script).toContain('Acquire::Check-Date "false";');
    expect(script).toContain(
      'URIs: http://mirror.example/debian\nSuites: bookworm bookworm-updates',
    );
  });

  it('copies a keyring of this machine’s own', async () => {
    const sources = [
      { uri: 'http://m.example/debian', suites: ['sid'], signedBy: "/etc/apt/it's.gpg" },
    ];
    const script = customizeScript({ ...(await recipe('debian:sid')), sources });
    expect(script).toContain(`cp '/etc/apt/it'\\''s.gpg' "$1"/etc/apt/keyrings/'it'\\''s.gpg'`);
    expect(script).toContain('Signed-By: /etc/apt/keyrings/it');
  });
});
