import { describe, expect, it } from 'vitest';
import { recipeName } from '../base-image.ts';
import { packageClosure } from './closure.ts';
import { parseDistrolessName } from './name.ts';
import { distrolessConfig, isLeftOut, packagesOf } from './recipe.ts';
import { type PackageRecord, parseDepends, parseStanzas } from './stanzas.ts';
import { mergedPath } from './unpack.ts';

describe('the name of a distroless image', () => {
  it.each([
    ['distroless/static', 'static', 'bookworm', false, false],
    ['distroless/base:latest', 'base', 'bookworm', false, false],
    ['docker.io/distroless/cc-debian13:nonroot', 'cc', 'trixie', true, false],
    ['distroless/python3-debian12:debug', 'python', 'bookworm', false, true],
    ['distroless/nodejs:debug-nonroot', 'nodejs', 'bookworm', true, true],
    ['gcr.io/distroless/static-debian12', 'static', 'bookworm', false, false],
    ['gcr.io/distroless/nodejs20-debian13:nonroot', 'nodejs', 'trixie', true, false],
  ] as const)('%s', (name, flavour, suite, isNonroot, isDebug) => {
    expect(parseDistrolessName(name)).toEqual({ flavour, suite, isNonroot, isDebug });
  });

  it.each(['debian:12', 'static', 'x/distroless/static', 'gcr.io/static'])('is not %s', (name) => {
    expect(parseDistrolessName(name)).toBeUndefined();
  });

  it.each([
    'distroless/java',
    'distroless/static:12',
    'distroless/static-debian9',
    'distroless/static3',
    'distroless/nodejs20-debian12',
    'distroless/',
  ])('cannot be %s', (name) => {
    expect(() => parseDistrolessName(name)).toThrow(
      expect.objectContaining({ code: 'BASE_UNKNOWN' }),
    );
  });

  it.each([
    ['distroless/static', 'distroless/static-debian12'],
    ['docker.io/distroless/static:latest', 'distroless/static-debian12'],
    [
      'gcr.io/distroless/python3-debian13:debug-nonroot',
      'distroless/python-debian13:debug-nonroot',
    ],
    ['debian:12-slim', 'debian:bookworm-slim'],
    ['docker.io/library/debian', 'debian:stable'],
  ])('is for %s in the end %s', (name, one) => {
    expect(recipeName(name)).toBe(one);
  });

  it('tells which versions of a language there are', () => {
    expect(() => parseDistrolessName('gcr.io/distroless/nodejs22-debian12')).toThrow(
      expect.objectContaining({
        expected: 'distroless/nodejs, distroless/nodejs18-debian12, distroless/nodejs20-debian13',
      }),
    );
  });
});

describe('the packages', () => {
  const name = (text: string) => {
    const parsed = parseDistrolessName(text);
    if (parsed === undefined) throw new Error(text);
    return parsed;
  };

  it('grow from flavour to flavour', () => {
    expect(packagesOf(name('distroless/static')).withDependencies).toEqual([]);
    expect(packagesOf(name('distroless/cc')).withDependencies).toContain('libc6');
    expect(packagesOf(name('distroless/python')).withDependencies).toContain('libstdc++6');
  });

  it('hold busybox only for debugging', () => {
    expect(packagesOf(name('distroless/base')).alone).not.toContain('busybox-static');
    expect(packagesOf(name('distroless/base:debug')).alone).toContain('busybox-static');
  });

  it('manage no packages', () => {
    const { leftOut } = packagesOf(name('distroless/nodejs-debian13'));
    expect([...leftOut]).toEqual(expect.arrayContaining(['apt', 'dpkg', 'node-corepack']));
  });

  it('come with what they depend on, less what only installs', async () => {
    const record = (name: string, ...depends: string[][]): PackageRecord => {
      return { name, version: '1', architecture: 'all', depends };
    };
    const archive = [
      record('a', ['new-b', 'b'], ['dpkg']),
      record('b', ['a'], ['c']),
      record('c', ['debconf', 'x']),
      record('dpkg', ['tar']),
      record('alone', ['never']),
    ];
    const found = await packageClosure(
      {
        alone: ['alone'],
        withDependencies: ['missing | a'],
        leftOut: new Set(['dpkg', 'debconf']),
      },
      async (names) => archive.filter((one) => names.includes(one.name)),
    );
    expect(found.map((one) => one.name)).toEqual(['a', 'alone', 'b', 'c']);
  });

  it('are missed by name when the release lacks them', async () => {
    const wishes = { alone: [], withDependencies: ['nosuch'], leftOut: new Set<string>() };
    await expect(packageClosure(wishes, async () => [])).rejects.toThrow('nosuch');
  });
});

describe('control stanzas', () => {
  it('give name, version and what the package depends on', () => {
    const text =
      'Package: a\nVersion: 1\nDepends: b (>= 2),\n c:any | d\nPre-Depends: e\n\nnoise\n';
    expect(parseStanzas(text)).toEqual([
      { name: 'a', version: '1', architecture: 'all', depends: [['e'], ['b'], ['c', 'd']] },
    ]);
    expect(parseDepends(undefined)).toEqual([]);
  });
});

describe('the files', () => {
  it.each([
    ['./', ''],
    ['./lib/x/y.so', 'usr/lib/x/y.so'],
    ['./usr/bin/x', 'usr/bin/x'],
    ['./library/x', 'library/x'],
    ['./etc/', 'etc'],
  ])('of %s lie in %s', (path, place) => {
    expect(mergedPath(path)).toBe(place);
  });

  it('leave out documentation but keep licences', () => {
    expect(isLeftOut('usr/share/doc/libc6/changelog.gz')).toBe(true);
    expect(isLeftOut('usr/share/man/man1/x.1.gz')).toBe(true);
    expect(isLeftOut('usr/share/doc/libc6/copyright')).toBe(false);
    expect(isLeftOut('usr/share/zoneinfo/UTC')).toBe(false);
    expect(isLeftOut('usr/lib/x86_64-linux-gnu/libc.so.6')).toBe(false);
  });
});

describe('the configuration', () => {
  it('names the user, the certificates and the language', () => {
    const python = parseDistrolessName('distroless/python:debug-nonroot');
    expect(python && distrolessConfig(python)).toEqual({
      User: '65532',
      Env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/busybox',
        'SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt',
      ],
      Entrypoint: ['/usr/bin/python3'],
      WorkingDir: '/home/nonroot',
    });
    const plain = parseDistrolessName('distroless/static');
    expect(plain && distrolessConfig(plain).Entrypoint).toBeUndefined();
  });
});
