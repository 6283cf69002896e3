/** The kernel mounts the image, which must show the same as the unpacked tree. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entry, openTestStore, packLayer, type TestStore } from '../../test/support/layers.ts';
import { bundleScript } from '../../test/support/script.ts';
import type { FileEntry } from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import { ROOT_FORM } from '../system/index.ts';
import { fitsImage } from './erofs/image.ts';
import { erofsOf } from './erofs-form.ts';
import type { LayerItem } from './layer-item.ts';
import { lowerOf } from './lower.ts';
import { treeOf } from './tree-form.ts';

interface Shown {
  readonly erofs: readonly (readonly string[])[];
  readonly trees: readonly (readonly string[])[];
  readonly mergedErofs: readonly string[];
  readonly mergedTrees: readonly string[];
}

/** Mounts images and trees of the layers in a namespace of their own, each alone and all stacked. */
async function show(store: TestStore, ids: readonly LayerId[]): Promise<Shown> {
  const forms = [];
  const trees = [];
  for (const id of ids) {
    forms.push(await erofsOf(store, id));
    trees.push(await treeOf(store, id, { form: ROOT_FORM }));
  }
  const work = mkdtempSync(join(tmpdir(), 'lamina-erofs-'));
  const merged = join(work, 'merged');
  for (const name of ['merged', ...ids]) mkdirSync(join(work, name));
  using script = await bundleScript(`
    import { writeFileSync } from 'node:fs';
    import { mount, mountErofs, umount } from './system/index.ts';
    import { describeTree } from '../test/support/describe-tree.ts';
    const { forms, trees, targets, merged, output } = JSON.parse(process.argv[2]);
    for (const [at, { meta, device }] of forms.entries()) mountErofs({ meta, device, target: targets[at] });
    const stacked = (lowers) => {
      const data = 'lowerdir=' + [...lowers].reverse().join(':');
      mount({ source: 'overlay', target: merged, type: 'overlay', data });
      const shown = describeTree(merged);
      umount(merged);
      return shown;
    };
    writeFileSync(output, JSON.stringify({
      erofs: targets.map((target) => describeTree(target)),
      trees: trees.map((tree) => describeTree(tree)),
      mergedErofs: stacked(targets),
      mergedTrees: stacked(trees),
    }));
  `);
  const targets = ids.map((id) => join(work, id));
  const output = join(work, 'output');
  const input = JSON.stringify({ forms, trees, targets, merged, output });
  const args = ['--mount', '--propagation', 'private', process.execPath, script.path, input];
  const { status, stderr } = spawnSync('unshare', args, { env: script.env, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(readFileSync(output, 'utf8'));
}

function file(path: string, size: number, extra: Partial<FileEntry> = {}): LayerItem {
  const content = Buffer.alloc(size, path === '' ? 'x' : path, 'latin1');
  return { kind: 'entry', entry: entry(path, { size, ...extra }), content };
}

function other(path: string, extra: Partial<FileEntry>, opaque?: boolean): LayerItem {
  return { kind: 'entry', entry: entry(path, extra), opaque };
}

const ONE_OF_EVERYTHING: readonly LayerItem[] = [
  other('', { type: 'directory', mode: 0o1777, uid: 3, gid: 4, mtime: 77 }),
  ...[0, 1, 511, 512, 513, 4095, 4096, 4097, 100_000, 3_000_000].map((size) =>
    file(`sizes/${size}`, size),
  ),
  file('owned', 3, { uid: 70_000, gid: 4_000_000_000, mode: 0o6755, mtime: -5, mtimeNs: 7 }),
  file('late', 3, { mtime: 2 ** 33 }),
  file('links/a', 700, { linkGroup: 1 }),
  file('links/b', 700, { linkGroup: 1 }),
  file('links/deep/c', 700, { linkGroup: 1 }),
  other('symlinks/short', { type: 'symlink', linkTarget: 'x' }),
  ...[300, 430, 447, 448, 449, 512, 4000].map((length) =>
    other(`symlinks/${length}`, { type: 'symlink', linkTarget: 'y'.repeat(length) }),
  ),
  other('symlinks/attribute', {
    type: 'symlink',
    linkTarget: 'z'.repeat(400),
    xattrs: { 'trusted.x': 'v'.repeat(60) },
  }),
  other('null', { type: 'char', devMajor: 1, devMinor: 3, mode: 0o666 }),
  other('disk', { type: 'block', devMajor: 259, devMinor: 70_000 }),
  other('pipe', { type: 'fifo', mode: 0o600 }),
  other('opaque', { type: 'directory', xattrs: { 'user.also': '1' } }, true),
  { kind: 'whiteout', path: 'gone' },
  { kind: 'whiteout', path: 'links/gone' },
  file('attributes', 5, {
    xattrs: {
      'user.empty': '',
      'user.binary': '\x00\xff=\n',
      'user.large': 'l'.repeat(3000),
      'trusted.name': 'value',
      'security.capability':
        '\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00',
      'system.posix_acl_access':
        '\x02\x00\x00\x00\x01\x00\x06\x00\xff\xff\xff\xff\x02\x00\x04\x00\xe8\x03\x00\x00' +
        '\x04\x00\x04\x00\xff\xff\xff\xff\x10\x00\x04\x00\xff\xff\xff\xff\x20\x00\x04\x00\xff\xff\xff\xff',
    },
  }),
  ...['!', '+', '-', '.a', '..b', '~', '\xff\xfe', 'n'.repeat(255)].map((name) =>
    file(`names/${name}`, 1),
  ),
  ...Array.from({ length: 3000 }, (_, at) =>
    file(`many/${at.toString(36)}-${'m'.repeat(at % 40)}`, 2),
  ),
];

/** Names as strange as bytes allow. */
const wildName = fc
  .uint8Array({ minLength: 1, maxLength: 60 })
  .map((bytes) => Buffer.from(bytes).toString('latin1').replace(/[\0/]/g, '_'))
  .filter((name) => name !== '.' && name !== '..' && !name.startsWith('.wh.'));

describe('EROFS images of layers', () => {
  test('show what the unpacked trees show, alone and under overlayfs', async () => {
    const store = openTestStore();
    const names = [...new Set(fc.sample(wildName, { numRuns: 2000, seed: 42 }))];
    const below = ['gone', 'links/gone', 'opaque/hidden'].map((path) => file(path, 10));
    const wild = names.map((name, at) => file(at % 3 === 0 ? `wild/${name}` : `${name}~`, at));
    const ids = [
      await packLayer(store, [...below, ...wild]),
      await packLayer(store, ONE_OF_EVERYTHING),
      await packLayer(store, []),
    ];
    const shown = await show(store, ids);
    expect(shown.erofs.map((lines) => lines.length > 1000)).toEqual([true, true, false]);
    expect(shown.erofs[0]).toEqual(shown.trees[0]);
    expect(shown.erofs[1]).toEqual(shown.trees[1]);
    expect(shown.erofs[2]).toEqual(shown.trees[2]);
    expect(shown.mergedErofs).toEqual(shown.mergedTrees);
    expect(shown.mergedErofs.some((line) => line.includes('"gone"'))).toBe(false);
    expect(shown.mergedErofs.some((line) => line.includes('hidden'))).toBe(false);
  });

  test('are the same bytes for the same layer', async () => {
    const images = [];
    for (let run = 0; run < 2; run++) {
      const store = openTestStore();
      const form = await erofsOf(store, await packLayer(store, ONE_OF_EVERYTHING));
      if (form === undefined) throw new Error('no image');
      images.push(readFileSync(form.meta));
    }
    expect(images[0]?.equals(images[1] ?? Buffer.alloc(0))).toBe(true);
  });

  test('are what lowerOf gives, unless there is a tree or no such image', async () => {
    const store = openTestStore();
    const id = await packLayer(store, [file('x', 1)]);
    const directory = store.layers.directory(id);
    expect(await lowerOf(store, id, { form: ROOT_FORM, erofs: true })).toEqual({
      kind: 'erofs',
      meta: join(directory, 'layer.erofs'),
      device: join(directory, 'layer.tar'),
    });
    expect(await lowerOf(store, id, { form: ROOT_FORM })).toEqual({
      kind: 'directory',
      path: join(directory, 'tree'),
    });
    const staged = await store.layers.stage();
    mkdirSync(join(staged.directory, 'tree'));
    writeFileSync(join(staged.directory, 'index'), '');
    await staged.commit({ tree: true, tar: false, size: 0, files: 0, created: 0, times: 'clamp' });
    expect(await lowerOf(store, staged.id, { form: ROOT_FORM, erofs: true })).toMatchObject({
      kind: 'directory',
    });
  });

  test('need contents at whole blocks of a tar', () => {
    const at = (tarOffset: number | undefined) => ({
      kind: 'entry' as const,
      ...entry('x', { size: 1 }),
      tarOffset,
    });
    expect(fitsImage({ entries: [at(1024)], tarSize: 2048 }, 2048)).toBe(true);
    expect(fitsImage({ entries: [at(1000)], tarSize: 2048 }, 2048)).toBe(false);
    expect(fitsImage({ entries: [at(undefined)], tarSize: 2048 }, 2048)).toBe(false);
    expect(fitsImage({ entries: [] }, 2048)).toBe(false);
    expect(fitsImage({ entries: [], tarSize: 2048 }, 2 ** 42)).toBe(false);
  });
});
