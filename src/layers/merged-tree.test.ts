import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  entry,
  openTestStore,
  packLayer,
  readContent,
  showTree,
  type TestStore,
} from '../../test/support/layers.ts';
import { comparePaths, contentDigest, type FileEntry, type FileTree } from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import { readIndex, writeIndex } from './index-codec.ts';
import type { LayerItem } from './layer-item.ts';
import { LayerCache } from './layer-view.ts';
import { MergedTree } from './merged-tree.ts';

function file(path: string, content: string, extra: Partial<FileEntry> = {}): LayerItem {
  return {
    kind: 'entry',
    entry: entry(path, { size: content.length, ...extra }),
    content: Buffer.from(content),
  };
}

function directory(path: string, mode = 0o755, opaque?: boolean): LayerItem {
  return { kind: 'entry', entry: entry(path, { type: 'directory', mode }), opaque };
}

function whiteout(path: string): LayerItem {
  return { kind: 'whiteout', path };
}

async function stack(
  store: TestStore,
  layers: readonly (readonly LayerItem[])[],
): Promise<MergedTree> {
  const ids: LayerId[] = [];
  for (const items of layers) ids.push(await packLayer(store, items));
  return MergedTree.of(store, ids);
}

describe('MergedTree', () => {
  test('of no layers is an empty root', () => {
    const tree = MergedTree.of(openTestStore(), []);
    expect(tree.lookup('')).toMatchObject({ type: 'directory', mode: 0o755, uid: 0, gid: 0 });
    expect(tree.list('')).toEqual([]);
    expect(tree.lookup('anything')).toBeUndefined();
  });

  test('lets upper layers replace, hide and make opaque', async () => {
    const tree = await stack(openTestStore(), [
      [
        directory('a'),
        file('a/kept', '1'),
        file('a/gone', '2'),
        file('a/replaced', '3'),
        directory('b'),
        file('b/hidden', '4'),
        directory('becomes-file'),
        file('becomes-file/x', '5'),
        file('becomes-directory', '6'),
      ],
      [
        directory('a', 0o700),
        whiteout('a/gone'),
        file('a/replaced', 'new'),
        directory('b', 0o755, true),
        file('b/own', '7'),
        file('becomes-file', '8'),
        directory('becomes-directory'),
        file('becomes-directory/y', '9'),
      ],
    ]);
    expect(showTree(tree)).toEqual([
      'a directory 700',
      'a/kept file 644 1',
      'a/replaced file 644 new',
      'b directory 755',
      'b/own file 644 7',
      'becomes-directory directory 755',
      'becomes-directory/y file 644 9',
      'becomes-file file 644 8',
    ]);
    for (const path of ['a/gone', 'b/hidden', 'becomes-file/x', 'a/kept/below']) {
      expect(tree.lookup(path)).toBeUndefined();
      expect(tree.list(path)).toEqual([]);
    }
  });

  test('does not show again what a whiteout hid when the directory is made again', async () => {
    const tree = await stack(openTestStore(), [
      [directory('d'), file('d/old', '1')],
      [whiteout('d')],
      [directory('d'), file('d/new', '2')],
    ]);
    expect(showTree(tree)).toEqual(['d directory 755', 'd/new file 644 2']);
  });

  test('takes the metadata of a directory that a layer only implies from below', async () => {
    const tree = await stack(openTestStore(), [[directory('tmp', 0o1777)], [file('tmp/a/b', 'x')]]);
    expect(showTree(tree)).toEqual([
      'tmp directory 1777',
      'tmp/a directory 755',
      'tmp/a/b file 644 x',
    ]);
  });

  test('keeps hard links of different layers apart', async () => {
    const link = { linkGroup: 1 };
    const tree = await stack(openTestStore(), [
      [file('a', '1', link), file('b', '1', link)],
      [file('c', '2', link), file('d', '2', link)],
    ]);
    const [a, b, c, d] = tree.list('').map(({ linkGroup }) => linkGroup);
    expect(a).toBe(b);
    expect(c).toBe(d);
    expect(a).not.toBe(c);
    expect(tree.lookup('d')?.linkGroup).toBe(d);
  });

  test('lets a layer set the metadata of the root', async () => {
    const tree = await stack(openTestStore(), [[directory('', 0o700)], [file('x', '1')]]);
    expect(tree.lookup('')).toMatchObject({ path: '', mode: 0o700 });
  });

  test('remembers digests for other trees over the same store', async () => {
    const store = openTestStore();
    const id = await packLayer(store, [file('known', 'x'), file('other', 'y'), file('z', 'z')]);
    // As of a layer that a process made: nothing of it was read.
    const at = store.layers.directory(id);
    const { entries, tarSize } = readIndex(at);
    writeIndex(at, { entries: entries.map((entry) => ({ ...entry, digest: undefined })), tarSize });
    const cache = new LayerCache(store);
    const tree = MergedTree.of(store, [id], cache);
    const [known, other, last] = tree.list('');
    if (known === undefined || other === undefined || last === undefined)
      throw new Error('missing');
    const digest = contentDigest('x');
    tree.rememberDigest(known, digest);
    tree.rememberDigest(last, contentDigest('z'));
    expect(tree.knownDigest(known)).toBe(digest);
    expect(MergedTree.of(store, [id]).knownDigest(known)).toBeUndefined();
    cache.save();
    const later = MergedTree.of(store, [id]);
    expect(later.knownDigest(known)).toBe(digest);
    expect(later.knownDigest(other)).toBeUndefined();
    expect(later.knownDigest(last)).toBe(contentDigest('z'));
  });

  test('reads no index before a lookup needs it', async () => {
    const store = openTestStore();
    const top = await packLayer(store, [directory('d', 0o755, true), file('d/x', '1')]);
    const missing = '0'.repeat(32) as LayerId;
    const tree = MergedTree.of(store, [missing, top]);
    expect(() => tree.lookup('elsewhere')).toThrow();
    const whole = MergedTree.of(store, [top], new LayerCache(store, 0));
    expect(whole.lookup('d/x')).toBeDefined();
  });
});

/** The simplest model of a stack of layers: apply one layer after the other to a table. */
function model(layers: readonly (readonly LayerItem[])[]): Map<string, FileEntry> {
  const table = new Map<string, FileEntry>();
  const removeBelow = (path: string): void => {
    for (const known of [...table.keys()]) if (known.startsWith(`${path}/`)) table.delete(known);
  };
  for (const items of layers) {
    for (const item of items) {
      const path = item.kind === 'entry' ? item.entry.path : item.path;
      const parents = path.split('/').slice(0, -1);
      for (const at of parents.keys()) {
        const parent = parents.slice(0, at + 1).join('/');
        if (table.get(parent)?.type === 'directory') continue;
        table.set(parent, entry(parent, { type: 'directory', mtime: 0 }));
      }
      const isMerged = item.kind === 'entry' && item.entry.type === 'directory' && !item.opaque;
      if (!isMerged || table.get(path)?.type !== 'directory') removeBelow(path);
      if (item.kind === 'whiteout') table.delete(path);
      else table.set(path, item.entry);
    }
  }
  return table;
}

/** All that a tree shows, found by listing; each entry must match its lookup. */
function walk(tree: FileTree, path = ''): FileEntry[] {
  return tree.list(path).flatMap((found) => {
    expect(tree.lookup(found.path)).toEqual(found);
    return [found, ...(found.type === 'directory' ? walk(tree, found.path) : [])];
  });
}

const path = fc
  .array(fc.constantFrom('a', 'b', 'a-b', '\xff'), { minLength: 1, maxLength: 4 })
  .map((parts) => parts.join('/'));
const anyItem: fc.Arbitrary<LayerItem> = fc.oneof(
  path.map(whiteout),
  fc.tuple(path, fc.string({ maxLength: 3 })).map(([at, content]) => file(at, content)),
  fc
    .tuple(path, fc.constantFrom(0o700, 0o755), fc.boolean())
    .map(([at, mode, opaque]) => directory(at, mode, opaque)),
);

function pathOf(item: LayerItem): string {
  return item.kind === 'entry' ? item.entry.path : item.path;
}

/** A possible layer: nothing is below a whiteout or a file. */
const anyLayer = fc.uniqueArray(anyItem, { selector: pathOf, maxLength: 12 }).map((items) => {
  const ends = items
    .filter((item) => item.kind === 'whiteout' || item.entry.type !== 'directory')
    .map((item) => `${pathOf(item)}/`);
  return items
    .filter((item) => !ends.some((end) => pathOf(item).startsWith(end)))
    .sort((a, b) => comparePaths(pathOf(a), pathOf(b)));
});

describe('MergedTree against a model', () => {
  test('shows the same files for any stack of layers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyLayer, { maxLength: 4 }), async (layers) => {
        const tree = await stack(openTestStore(), layers);
        const expected = [...model(layers).values()].sort((a, b) => comparePaths(a.path, b.path));
        const found = walk(tree);
        const brief = ({ path: at, type, mode }: FileEntry) => `${at} ${type} ${mode}`;
        expect(found.map(brief)).toEqual(expected.map(brief));
        for (const each of found) {
          if (each.type === 'file') expect(readContent(tree.content(each))).toHaveLength(each.size);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('answers the same before and after it made its tables', async () => {
    const items = Array.from({ length: 300 }, (_, at) => file(`d${at % 7}/f${at}`, `${at}`));
    const tree = await stack(openTestStore(), [items]);
    const once = ['d1', 'd1/f1', 'd1/none', 'd9', 'd1/f1/x'].map((at) => tree.lookup(at));
    expect(walk(tree)).toHaveLength(307);
    expect(['d1', 'd1/f1', 'd1/none', 'd9', 'd1/f1/x'].map((at) => tree.lookup(at))).toEqual(once);
  });
});
