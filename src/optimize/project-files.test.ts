import { describe, expect, it } from 'vitest';
import { type TestFiles, treeOf } from '../../test/support/image-tree.ts';
import type { LayerKind } from './build-layers.ts';
import { projectFiles } from './project-files.ts';

/** Layers as a kind and files, bottom first. */
type Layers = readonly (readonly [LayerKind, ...string[]])[];

function kept(
  layers: Layers,
  used: string[],
  { compiled = [] as string[], programs = false } = {},
) {
  const files: Record<string, TestFiles[string]> = {};
  for (const [, ...paths] of layers) for (const path of paths) files[path] = 'x';
  const options = {
    layers: layers.map(([kind, ...paths]) => ({ kind, paths })),
    compiled: new Set(compiled),
  };
  const tree = treeOf(files, programs ? 0o755 : 0o644);
  return [...projectFiles(tree, used, options)].sort();
}

const OF_APP = ['usr/local/lib/a', 'usr/local/share/app/data', 'usr/local/share/man/man1/app.1'];

describe('files of the project', () => {
  it('that one COPY brought are kept together, whatever a later step does to one of them', () => {
    const layers: Layers = [
      ['base', 'usr/local/bin/node'],
      ['copied', 'usr/local/bin/ask.sh', 'usr/local/bin/fetch.py', 'etc/app/.git/HEAD'],
      ['copied', 'usr/local/share/other'],
      ['made', 'usr/local/bin/ask.sh'],
    ];
    expect(kept(layers, ['/usr/local/bin/ask.sh'])).toEqual([
      'usr/local/bin/ask.sh',
      'usr/local/bin/fetch.py',
    ]);
    expect(kept(layers, ['/usr/local/bin/node', '/usr/local/share'])).toEqual([]);
  });

  it('that a step made in a directory of its own are kept with all of it', () => {
    const layers: Layers = [
      ['base', 'opt/other/a'],
      ['packages', 'var/www/html/index.nginx.html', 'usr/share/nginx/html/50x.html'],
      ['made', 'var/www/html/index.html', 'var/www/html/robots.txt'],
      ['made', 'opt/site/assets/page.js', 'opt/site/robots.txt', 'opt/tool/x'],
      ['copied', 'usr/share/nginx/html/index.html'],
    ];
    expect(kept(layers, ['/var/www/html/index.html'])).toEqual([
      'var/www/html/index.html',
      'var/www/html/index.nginx.html',
      'var/www/html/robots.txt',
    ]);
    expect(kept(layers, ['/opt/site/assets/page.js'])).toEqual([
      'opt/site/assets/page.js',
      'opt/site/robots.txt',
    ]);
    expect(kept(layers, ['/usr/share/nginx/html/index.html'])).toEqual([
      'usr/share/nginx/html/50x.html',
      'usr/share/nginx/html/index.html',
    ]);
  });

  it('that lie between those of the system are kept without these', () => {
    const layers: Layers = [
      ['base', 'usr/bin/env', 'usr/local/bin/pip'],
      ['packages', 'usr/bin/gcc', 'usr/local/bin/tool', 'etc/tool.conf'],
      ['made', 'usr/local/bin/app', 'usr/local/bin/export', ...OF_APP],
    ];
    expect(kept(layers, ['/usr/bin/env', '/usr/bin/gcc', '/etc/tool.conf'])).toEqual([]);
    expect(kept(layers, ['/usr/local/bin/app'])).toEqual([
      'usr/local/bin/app',
      'usr/local/bin/export',
      'usr/local/bin/tool',
      'usr/local/share/app/data',
    ]);
  });

  it('of a compiled program are what lies beside it, but not what it was compiled from', () => {
    const layers: Layers = [
      ['copied', 'srv/src/main.rs', 'srv/Cargo.toml', 'srv/notes.txt'],
      ['made', 'srv/target/release/app', 'srv/target/release/export', 'srv/target/deps/a.rlib'],
    ];
    const compiled = ['srv/target/release/app'];
    expect(kept(layers, ['/srv/target/release/app'], { compiled, programs: true })).toEqual([
      'srv/target/release/app',
      'srv/target/release/export',
    ]);
    expect(kept(layers, ['/srv/target/release/app', '/srv/notes.txt'], { compiled })).toEqual([
      'srv/Cargo.toml',
      'srv/notes.txt',
      'srv/src/main.rs',
      'srv/target/release/app',
      'srv/target/release/export',
    ]);
  });

  it('that are unpacked with a program are kept with it', () => {
    const layers: Layers = [['packages', 'opt/tool/bin/tool', 'opt/tool/share/words']];
    const compiled = ['opt/tool/bin/tool'];
    expect(kept(layers, ['/opt/tool/bin/tool'], { compiled })).toEqual([
      'opt/tool/bin/tool',
      'opt/tool/share/words',
    ]);
  });
});
