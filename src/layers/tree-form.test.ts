/** The unpacked tree, as overlayfs sees it. */

import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { entry, openTestStore, packLayer, type TestStore } from '../../test/support/layers.ts';
import type { FileTree } from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import { listXattrs, ROOT_FORM } from '../system/index.ts';
import type { LayerItem } from './layer-item.ts';
import { MergedTree } from './merged-tree.ts';
import { treeOf } from './tree-form.ts';

function file(path: string, content: string): LayerItem {
  return {
    kind: 'entry',
    entry: entry(path, { size: content.length }),
    content: Buffer.from(content),
  };
}

function directory(path: string, extra = {}, opaque?: boolean): LayerItem {
  return { kind: 'entry', entry: entry(path, { type: 'directory', ...extra }), opaque };
}

const LAYERS: readonly (readonly LayerItem[])[] = [
  [
    directory('a', { mode: 0o1777 }),
    file('a/gone', '1'),
    file('a/kept', '2'),
    directory('b'),
    file('b/hidden', '3'),
    file('c', 'was a file'),
    directory('d', { uid: 5 }),
    file('d/x', '4'),
  ],
  [
    { kind: 'whiteout', path: 'a/gone' },
    file('a/new', '5'),
    directory('b', { gid: 7 }, true),
    file('b/own', '6'),
    directory('c'),
    file('c/y', '7'),
    { kind: 'whiteout', path: 'd' },
  ],
  [directory('d', { mode: 0o700 }), file('d/z', '8'), file('a/kept', 'replaced')],
];

/** Lines of `mode uid gid type size path`, from a mounted file system. */
function listMounted(lowers: readonly string[]): string[] {
  const option = `lowerdir=${[...lowers].reverse().join(':')}`;
  const script = `mount -t overlay overlay -o ${option} /mnt
    find /mnt -mindepth 1 -printf '%m %U %G %y %s %P\\n'`;
  return execFileSync('unshare', ['--mount', 'sh', '-ec', script])
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^(\S+ \S+ \S+ d) \d+/, '$1 0'))
    .sort();
}

function listMerged(tree: FileTree, path = ''): string[] {
  return tree.list(path).flatMap((each) => {
    const type = each.type === 'directory' ? 'd' : 'f';
    const line = `${each.mode.toString(8)} ${each.uid} ${each.gid} ${type} ${each.size} ${each.path}`;
    return [line, ...(type === 'd' ? listMerged(tree, each.path) : [])];
  });
}

describe('trees of layers', () => {
  test('show under overlayfs what MergedTree shows', async () => {
    const store = openTestStore();
    const ids: LayerId[] = [];
    for (const items of LAYERS) {
      ids.push(await packLayer(store, items, { base: MergedTree.of(store, ids) }));
    }
    const lowers: string[] = [];
    for (const id of ids) lowers.push(await treeOf(store, id, { form: ROOT_FORM }));
    expect(listMounted(lowers)).toEqual(listMerged(MergedTree.of(store, ids)).sort());
  });

  test('are made again when an earlier run of the machine left one that was never synced', async () => {
    const store = openTestStore();
    const id = await packLayer(store, [file('x', 'whole')]);
    const layer = store.layers.directory(id);
    mkdirSync(join(layer, 'tree'));
    writeFileSync(join(layer, 'tree', 'x'), '');
    writeFileSync(join(layer, 'tree.boot'), 'another run');
    expect(lstatSync(join(await treeOf(store, id, { form: ROOT_FORM }), 'x')).size).toBe(5);
  });

  test('leave nothing when making one fails', async () => {
    const store = openTestStore();
    const id = await packLayer(store, [file('x', 'whole')]);
    const layer = store.layers.directory(id);
    renameSync(join(layer, 'layer.tar'), join(layer, 'away'));
    await expect(treeOf(store, id, { form: ROOT_FORM })).rejects.toThrow('ENOENT');
    expect(existsSync(join(layer, 'tree'))).toBe(false);
    renameSync(join(layer, 'away'), join(layer, 'layer.tar'));
    expect(existsSync(join(await treeOf(store, id, { form: ROOT_FORM }), 'x'))).toBe(true);
  });

  test('are not made for those who gave up, but for those who still wait', async () => {
    const store = openTestStore();
    const id = await packLayer(store, [file('x', 'whole')]);
    const stop = new AbortController();
    const aborted = treeOf(store, id, { form: ROOT_FORM, signal: stop.signal });
    const waiting = treeOf(store, id, { form: ROOT_FORM });
    stop.abort();
    await expect(waiting).resolves.toContain('tree');
    await aborted;
  });

  test('keep the group of a file in a directory that gives its own to new ones', async () => {
    const store = openTestStore();
    const mail = directory('mail', { mode: 0o2775, gid: 8 });
    const id = await packLayer(store, [mail, file('mail/root', 'x')]);
    const tree = await treeOf(store, id, { form: ROOT_FORM });
    expect(lstatSync(join(tree, 'mail'))).toMatchObject({ gid: 8, mode: 0o42775 });
    expect(lstatSync(join(tree, 'mail/root')).gid).toBe(0);
  });
});

describe('the form of a tree', () => {
  const single = { idMap: 'single', xattrFlavour: 'user' } as const;
  const range = { inside: 0, outside: 100_000, count: 65_536 };
  const subordinate = {
    idMap: { uids: [range], gids: [range] },
    xattrFlavour: 'user',
  } as const;

  async function layer(store: TestStore): Promise<LayerId> {
    const below = await packLayer(store, [directory('b'), file('b/x', '1')]);
    const items = [directory('b', { uid: 5, gid: 7 }, true), file('b/own', '2')];
    return packLayer(store, items, { base: MergedTree.of(store, [below]) });
  }

  test('says whose its files are, and which attribute marks an opaque directory', async () => {
    const cases = [
      { form: ROOT_FORM, owner: { uid: 5, gid: 7 } },
      { form: single, owner: { uid: process.getuid?.(), gid: process.getgid?.() } },
      { form: subordinate, owner: { uid: 100_005, gid: 100_007 } },
    ];
    for (const { form, owner } of cases) {
      const store = openTestStore();
      const opened = join(await treeOf(store, await layer(store), { form }), 'b');
      expect(lstatSync(opened)).toMatchObject(owner);
      expect(listXattrs(opened)).toEqual({ [`${form.xattrFlavour}.overlay.opaque`]: 'y' });
    }
  });

  test('is recorded, and who needs another form gets a tree of its own', async () => {
    const store = openTestStore();
    const id = await layer(store);
    const made = await treeOf(store, id, { form: single });
    expect(await treeOf(store, id, { form: single })).toBe(made);
    const other = await treeOf(store, id, { form: ROOT_FORM });
    expect(lstatSync(join(other, 'b'))).toMatchObject({ uid: 5, gid: 7 });
    expect(await treeOf(store, id, { form: ROOT_FORM })).toBe(other);
    while (store.layers.get(id)?.tree !== true) await nextTurn();
    expect(store.layers.get(id)?.treeForm).toEqual(single);
    expect(await treeOf(store, id, { form: single })).toBe(made);
    expect(await treeOf(store, id, { form: ROOT_FORM })).toBe(other);
  });
});
