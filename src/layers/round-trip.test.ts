/** The forms of a layer turned into each other: upper directory → index → tar → index → tree. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeTree } from '../../test/support/describe-tree.ts';
import { collect, openTestStore, type TestStore } from '../../test/support/layers.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import type { LayerId } from '../store/index.ts';
import { makeNode, ROOT_FORM, setTimes, setXattr } from '../system/index.ts';
import { diffIdOf } from './diff-id.ts';
import { importTar } from './import-tar.ts';
import { readIndex, writeIndex } from './index-codec.ts';
import { indexTree } from './index-tree.ts';
import type { LayerEntry } from './layer-index.ts';
import { layerTar } from './layer-tar.ts';
import { lowerOf } from './lower.ts';
import { MergedTree } from './merged-tree.ts';
import { treeOf } from './tree-form.ts';

/** Makes an upper directory with one of everything. */
function fillUpper(upper: string): void {
  mkdirSync(join(upper, 'etc/empty'), { recursive: true });
  chmodSync(join(upper, 'etc/empty'), 0o1777);
  writeFileSync(join(upper, 'etc/passwd'), 'root:x:0:0\n');
  chownSync(join(upper, 'etc/passwd'), 1000, 70_000);
  writeFileSync(join(upper, 'etc/su'), 'binary');
  chownSync(join(upper, 'etc/su'), 0, 5);
  chmodSync(join(upper, 'etc/su'), 0o4755);
  writeFileSync(join(upper, 'etc/empty-file'), '');
  writeFileSync(join(upper, 'large'), Buffer.alloc(700_001, 'large'));
  linkSync(join(upper, 'large'), join(upper, 'etc/large-too'));
  symlinkSync('../nowhere', join(upper, 'etc/link'));
  writeFileSync(Buffer.from(`${upper}/\xff\xfe name`, 'latin1'), 'not UTF-8');
  mkdirSync(join(upper, 'd'.repeat(120), 'e'.repeat(120)), { recursive: true });
  writeFileSync(join(upper, 'd'.repeat(120), 'e'.repeat(120), 'deep'), 'deep');
  makeNode(join(upper, 'etc/pipe'), { type: 'fifo', mode: 0o620 });
  makeNode(join(upper, 'etc/device'), { type: 'block', mode: 0o660, major: 259, minor: 70_000 });
  makeNode(join(upper, 'gone'), { type: 'char', mode: 0, major: 0, minor: 0 });
  mkdirSync(join(upper, 'opaque'));
  setXattr(join(upper, 'opaque'), 'trusted.overlay.opaque', 'y');
  setXattr(
    join(upper, 'etc/su'),
    'security.capability',
    '\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00',
  );
  setTimes(join(upper, 'etc/passwd'), 1_500_000_000, 123_456_789);
  setTimes(join(upper, 'etc/su'), -5, 0);
  setTimes(join(upper, 'etc'), 1_400_000_000, 0);
}

async function commitUpper(
  store: TestStore,
  fill: (upper: string) => void,
  below: readonly LayerId[] = [],
): Promise<LayerId> {
  const staged = await store.layers.stage();
  const upper = join(staged.directory, 'tree');
  mkdirSync(upper);
  fill(upper);
  const index = await indexTree(upper, { base: MergedTree.of(store, below), form: ROOT_FORM });
  writeIndex(staged.directory, index);
  const meta = { tree: true, tar: false, size: 0, files: 0, created: 0, times: 'clamp' as const };
  await staged.commit(meta);
  return staged.id;
}

function withoutOffset(entry: LayerEntry): LayerEntry {
  if (entry.kind === 'whiteout') return entry;
  const whole = { ...entry, tarOffset: undefined, digest: undefined, mtimeNs: 0 };
  return whole;
}

describe('forms of a layer', () => {
  test('an upper directory comes back from its tar as the same tree', async () => {
    const store = openTestStore();
    const base = await commitUpper(store, (upper) => {
      writeFileSync(join(upper, 'gone'), '');
      mkdirSync(join(upper, 'opaque/old'), { recursive: true });
      mkdirSync(join(upper, 'unchanged'));
    });
    const id = await commitUpper(
      store,
      (upper) => {
        fillUpper(upper);
        mkdirSync(join(upper, 'unchanged'));
      },
      [base],
    );
    const imported = await importTar(store, layerTar(store, id));
    const first = readIndex(store.layers.directory(id)).entries;
    const second = readIndex(store.layers.directory(imported.id)).entries;
    expect(second.map(withoutOffset)).toEqual(first.map(withoutOffset));
    expect(first.map((entry) => entry.path)).not.toContain('unchanged');
    expect(imported.size).toBe(700_001 + 11 + 6 + 9 + 4);

    const tree = await treeOf(store, imported.id, { form: ROOT_FORM });
    const upper = join(store.layers.directory(id), 'tree');
    execFileSync('rmdir', [join(upper, 'unchanged')]);
    expect(describeTree(tree).slice(1)).toEqual(describeTree(upper).slice(1));
  });

  test('the tar of an imported layer is the tar that was imported, and its diffId is known', async () => {
    const store = openTestStore();
    const id = await commitUpper(store, fillUpper);
    const tar = await collect(layerTar(store, id));
    const imported = await importTar(store, [tar]);
    expect((await collect(layerTar(store, imported.id))).equals(tar)).toBe(true);
    expect(await diffIdOf(store, imported.id)).toEqual(await diffIdOf(store, id));
    expect(imported).toMatchObject({
      diffId: (await diffIdOf(store, id)).diffId,
      tarSize: tar.length,
    });
  });

  test('a derived tree is made once, also when several ask', async () => {
    const store = openTestStore();
    const id = await commitUpper(store, fillUpper);
    const { id: imported } = await importTar(store, layerTar(store, id));
    const paths = await Promise.all(
      [1, 2, 3].map(() => lowerOf(store, imported, { form: ROOT_FORM, erofs: false })),
    );
    expect(new Set(paths.map((lower) => JSON.stringify(lower))).size).toBe(1);
    const before = lstatSync(join(store.layers.directory(imported), 'tree')).ino;
    await treeOf(store, imported, { form: ROOT_FORM });
    expect(lstatSync(join(store.layers.directory(imported), 'tree')).ino).toBe(before);
  });

  test('GNU tar unpacks what layerTar gives', async () => {
    const store = openTestStore();
    const id = await commitUpper(store, (upper) => {
      writeFileSync(join(upper, 'a'), 'A');
      linkSync(join(upper, 'a'), join(upper, 'b'));
      mkdirSync(join(upper, 'dir'));
      writeFileSync(join(upper, 'dir', '\u00e9'), 'accent');
    });
    const target = temporaryDirectory('tar');
    execFileSync('tar', ['-xf', '-', '-C', target], { input: await collect(layerTar(store, id)) });
    const upper = join(store.layers.directory(id), 'tree');
    expect(describeTree(target).slice(1)).toEqual(describeTree(upper).slice(1));
  });
});
