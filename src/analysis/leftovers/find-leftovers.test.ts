import { describe, expect, it } from 'vitest';
import type { LayerEntry } from '../../layers/index.ts';
import { ImageModel } from '../model/index.ts';
import { findLeftovers } from './find-leftovers.ts';
import { leftoverOf } from './leftover-kind.ts';

describe('a leftover', () => {
  it.each([
    ['var/lib/apt/lists/mirror_Packages.lz4', 'apt-lists', 'var/lib/apt/lists'],
    ['var/cache/apt/archives/curl_8_amd64.deb', 'apt-archives', 'var/cache/apt'],
    ['var/cache/apk/APKINDEX.1.tar.gz', 'apk-cache', 'var/cache/apk'],
    ['root/.cache/pip/http/a/b', 'pip-cache', 'root/.cache/pip'],
    ['home/app/.npm/_cacache/index-v5/aa/bb', 'npm-cache', 'home/app/.npm'],
    ['root/.cache/go-build/00/x-d', 'go-cache', 'root/.cache/go-build'],
    ['go/pkg/mod/cache/lock', 'go-cache', 'go/pkg/mod'],
    ['root/.m2/repository/org/a/a.jar', 'maven-cache', 'root/.m2/repository'],
    ['usr/local/cargo/registry/index/x', 'cargo-cache', 'usr/local/cargo/registry'],
    ['app/.git/objects/pack/x.pack', 'git', 'app/.git'],
    ['app/vendor/x/.git/HEAD', 'git', 'app/vendor/x/.git'],
    ['usr/lib/python3/a/__pycache__/b.pyc', 'pycache', 'usr/lib/python3/a/__pycache__'],
    ['usr/share/doc/curl/copyright', 'docs', 'usr/share/doc'],
    ['usr/share/man/man1/curl.1.gz', 'man', 'usr/share/man'],
    ['usr/include/stdio.h', 'headers', 'usr/include'],
    ['usr/lib/x86_64-linux-gnu/libc.a', 'static-libraries', 'usr/lib/x86_64-linux-gnu/libc.a'],
    ['usr/lib/debug/.build-id/00/x.debug', 'debug-symbols', 'usr/lib/debug'],
    ['tmp/download.tgz', 'temporary-files', 'tmp'],
  ])('is %s', (path, kind, root) => {
    expect(leftoverOf(path)).toEqual({ kind, root });
  });

  it.each([
    'var/lib/apt/lists',
    'usr/bin/git',
    'app/.github/workflows/ci.yml',
    'app/node_modules/express/index.js',
    'usr/lib/x86_64-linux-gnu/libc.so.6',
    'app/include/config.json',
    'var/lib/dpkg/status',
    'home/app/go.mod',
  ])('is not %s', (path) => {
    expect(leftoverOf(path)).toBeUndefined();
  });
});

describe('the leftovers of an image', () => {
  const file = (path: string, size: number, linkGroup?: number): LayerEntry => ({
    ...{
      kind: 'entry',
      path,
      type: 'file',
      mode: 0o644,
      uid: 0,
      gid: 0,
      size,
      mtime: 0,
      mtimeNs: 0,
    },
    ...(linkGroup !== undefined && { linkGroup }),
  });

  it('are visible files by kind, largest first, hard links once', () => {
    const model = new ImageModel();
    model.addLayer([
      file('usr/share/doc/a', 10, 1),
      file('usr/share/doc/b', 10, 1),
      file('var/lib/apt/lists/one', 5),
      file('var/lib/apt/lists/two', 7),
    ]);
    model.addLayer([{ kind: 'whiteout', path: 'var/lib/apt/lists/one' }]);
    expect(findLeftovers(model)).toEqual([
      { kind: 'docs', bytes: 10, paths: ['usr/share/doc'] },
      { kind: 'apt-lists', bytes: 7, paths: ['var/lib/apt/lists'] },
    ]);
  });
});
