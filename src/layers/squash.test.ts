import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addLayer,
  type FileSketch,
  TestStore,
  type TreeSketch,
} from '../../test/support/images.ts';
import type { FileTree } from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import { diffIdOf } from './diff-id.ts';
import { readIndex } from './index-codec.ts';
import { MergedTree } from './merged-tree.ts';
import { squashLayers } from './squash.ts';

let bench: TestStore;

beforeAll(async () => {
  bench = await TestStore.open();
});

afterAll(() => bench?.[Symbol.asyncDispose]());

interface Listed {
  readonly path: string;
  readonly what: unknown;
}

/** Everything a tree shows; members of a link group by the first of them. */
function seen(tree: FileTree, path = '', groups = new Map<number, string>()): Listed[] {
  return tree.list(path).flatMap((entry): Listed[] => {
    const { type, mode, uid, mtime, linkTarget, linkGroup } = entry;
    if (linkGroup !== undefined && !groups.has(linkGroup)) groups.set(linkGroup, entry.path);
    const link = linkGroup === undefined ? undefined : groups.get(linkGroup);
    const size = type === 'file' ? entry.size : undefined;
    const digest = type === 'file' ? tree.knownDigest(entry) : undefined;
    const what = { type, mode, uid, mtime, linkTarget, link, size, digest };
    const below = type === 'directory' ? seen(tree, entry.path, groups) : [];
    return [{ path: entry.path, what }, ...below];
  });
}

async function squashed(
  layers: readonly LayerId[],
  options: { readonly isBottom?: boolean; readonly epoch?: number } = {},
): Promise<LayerId> {
  const { isBottom = false, epoch } = options;
  return squashLayers(
    bench.store,
    layers.map((id) => ({ id, epoch })),
    { isBottom },
  );
}

function treeOf(...layers: readonly LayerId[]): FileTree {
  return MergedTree.of(bench.store, layers);
}

type Node =
  | { readonly kind: 'file'; readonly content: string }
  | { readonly kind: 'symlink' }
  | { readonly kind: 'whiteout' }
  | {
      readonly kind: 'directory';
      readonly how: 'entry' | 'opaque' | 'implied';
      readonly of: Names;
    };

type Names = Readonly<Record<string, Node>>;

const names: fc.Arbitrary<Names> = fc.letrec<{ names: Names }>((tie) => {
  const node: fc.Arbitrary<Node> = fc.oneof(
    { maxDepth: 3, depthIdentifier: 'tree' },
    fc.record({ kind: fc.constant('file' as const), content: fc.constantFrom('1', '22', '333') }),
    fc.record({ kind: fc.constant('symlink' as const) }),
    fc.record({ kind: fc.constant('whiteout' as const) }),
    fc.record({
      kind: fc.constant('directory' as const),
      how: fc.constantFrom('entry' as const, 'opaque' as const, 'implied' as const),
      of: tie('names'),
    }),
  );
  const key = fc.constantFrom('a', 'b', 'c');
  return { names: fc.dictionary(key, node, { maxKeys: 3, depthIdentifier: 'tree' }) };
}).names;

/** @param mark distinguishes the layers */
function sketch(tree: Names, mark: number, above = ''): TreeSketch {
  const all: Record<string, string | FileSketch | { whiteout: true }> = {};
  for (const [name, node] of Object.entries(tree)) {
    const path = above + name;
    if (node.kind === 'file') all[path] = { content: node.content, uid: mark };
    else if (node.kind === 'symlink') all[path] = { type: 'symlink', linkTarget: `to-${mark}` };
    else if (node.kind === 'whiteout') all[path] = { whiteout: true };
    else {
      if (node.how !== 'implied') {
        all[`${path}/`] = { uid: mark, ...(node.how === 'opaque' && { opaque: true }) };
      }
      Object.assign(all, sketch(node.of, mark, `${path}/`));
    }
  }
  return all;
}

describe('squashLayers', () => {
  it('makes a layer that does what all of them did, on any layers below', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(names, { minLength: 3, maxLength: 5 }), async (trees) => {
        const layers: LayerId[] = [];
        for (const [mark, tree] of trees.entries()) {
          layers.push(await addLayer(bench.store, sketch(tree, mark)));
        }
        const [base, ...others] = layers;
        if (base === undefined) return;
        const one = await squashed(others);
        expect(seen(treeOf(base, one))).toEqual(seen(treeOf(...layers)));
        const all = await squashed(layers, { isBottom: true });
        expect(seen(treeOf(all))).toEqual(seen(treeOf(...layers)));
        const { entries } = readIndex(bench.store.layers.directory(all));
        expect(entries.filter((entry) => entry.kind === 'whiteout' || entry.opaque)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('keeps hard links together, also when the first of them is gone', async () => {
    const first = await addLayer(bench.store, {
      a: { content: 'same', linkGroup: 1 },
      b: { content: 'same', linkGroup: 1 },
      c: { content: 'same', linkGroup: 1 },
    });
    const second = await addLayer(bench.store, {
      a: { whiteout: true },
      x: { content: 'other', linkGroup: 1 },
      y: { content: 'other', linkGroup: 1 },
    });
    const one = await squashed([first, second], { isBottom: true });
    const found = seen(treeOf(one));
    expect(found).toEqual(seen(treeOf(first, second)));
    expect(found.map(({ path }) => path)).toEqual(['b', 'c', 'x', 'y']);
    expect(found[0]?.what).toMatchObject({ link: 'b', size: 4 });
  });

  it('has the times that the epoch gave each layer, and gives them to nobody else', async () => {
    const copied = await addLayer(bench.store, { early: { mtime: 5 } }, { times: 'set' });
    const run = await addLayer(
      bench.store,
      { old: { mtime: 5 }, new: { mtime: 5000 } },
      { times: 'clamp' },
    );
    const one = await squashed([copied, run], { epoch: 1000 });
    const times = treeOf(one)
      .list('')
      .map(({ path, mtime }) => [path, mtime]);
    expect(times).toEqual([
      ['early', 1000],
      ['new', 1000],
      ['old', 5],
    ]);
    expect(await diffIdOf(bench.store, one, 1)).toEqual(await diffIdOf(bench.store, one));
  });

  it('is made once of the same layers', async () => {
    const layers = [
      await addLayer(bench.store, { a: '1' }),
      await addLayer(bench.store, { b: '2' }),
    ];
    const one = await squashed(layers);
    expect(await squashed(layers)).toBe(one);
    expect(await squashed(layers, { epoch: 5 })).not.toBe(one);
    expect(await squashed(layers, { isBottom: true })).not.toBe(one);
    expect(await squashed([...layers].reverse())).not.toBe(one);
  });
});
