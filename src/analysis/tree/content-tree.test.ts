import { describe, expect, it } from 'vitest';
import { comparePaths } from '../../files/index.ts';
import type { LayerEntry } from '../../layers/index.ts';
import { ImageModel } from '../model/index.ts';
import { type ContentTree, ContentTrees, contentTree } from './content-tree.ts';

interface Settings {
  readonly type?: 'directory';
  readonly linkGroup?: number;
}

function entry(path: string, size: number, settings: Settings = {}): LayerEntry {
  return {
    ...{ kind: 'entry', path, type: 'file', mode: 0o644, uid: 0, gid: 0, size },
    ...{ mtime: 0, mtimeNs: 0 },
    ...settings,
  };
}

function modelOf(...layers: readonly (readonly LayerEntry[])[]): ImageModel {
  const model = new ImageModel();
  for (const layer of layers) {
    model.addLayer([...layer].sort((a, b) => comparePaths(a.path, b.path)));
  }
  return model;
}

function pathOf({ names, parents }: ContentTree, node: number): string {
  const parent = parents[node] ?? -1;
  const name = names[node] ?? '';
  return parent <= 0 ? name : `${pathOf({ names, parents } as ContentTree, parent)}/${name}`;
}

/** `path@layer`, with the layer that hides it, and bytes. */
function filesOf(tree: ContentTree): Record<string, number> {
  const { nodes, layers, hiddenBy, bytes } = tree.files;
  return Object.fromEntries(
    nodes.map((node, row) => {
      const hidden = hiddenBy[row] === -1 ? '' : ` hidden by ${hiddenBy[row]}`;
      return [`${pathOf(tree, node)}@${layers[row]}${hidden}`, bytes[row] ?? -1];
    }),
  );
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);

describe('the tree of contents', () => {
  const model = modelOf(
    [
      entry('d', 0, { type: 'directory' }),
      entry('d/big', 100),
      entry('d/small', 3),
      entry('d/e/tiny', 1),
      entry('empty', 0, { type: 'directory' }),
      entry('link', 40, { linkGroup: 1 }),
      entry('other-link', 40, { linkGroup: 1 }),
    ],
    [entry('d/big', 120), { kind: 'whiteout', path: 'd/small' }],
  );

  it('has each file once for each layer that ships it, hard links counted once', () => {
    const tree = contentTree(model, { limit: 100 });
    expect(filesOf(tree)).toEqual({
      ...{ 'd/big@0 hidden by 1': 100, 'd/big@1': 120, 'd/small@0 hidden by 1': 3 },
      ...{ 'd/e/tiny@0': 1, 'link@0': 40, 'other-link@0': 0 },
    });
    expect(tree.names).not.toContain('empty');
    expect(tree.rest.nodes).toEqual([]);
    expect(tree.ids.map((id) => model.paths.name(id))).toEqual(tree.names);
  });

  it('cuts the smallest, keeps their sums, and never loses a byte', () => {
    const tree = contentTree(model, { limit: 4 });
    expect(tree.names).toEqual(['', 'd', 'big', 'link']);
    const rest = tree.rest.nodes.map((node, row) => [
      ...[pathOf(tree, node), tree.rest.layers[row], tree.rest.hiddenBy[row]],
      ...[tree.rest.bytes[row], tree.rest.counts[row]],
    ]);
    expect(rest).toEqual([
      ['d', 0, -1, 1, 1],
      ['d', 0, 1, 3, 1],
      ['', 0, -1, 0, 1],
    ]);
    const all = contentTree(model, { limit: 100 });
    expect(sum(tree.files.bytes) + sum(tree.rest.bytes)).toBe(sum(all.files.bytes));
  });

  it('of parts reach each file exactly once, whatever was cut', () => {
    const trees = new ContentTrees(model);
    const whole = filesOf(contentTree(model, { limit: 100 }));
    for (const limit of [2, 3, 4, 5]) {
      const found: (readonly [string, number])[] = [];
      const collect = (tree: ContentTree, above: string, skip: number) => {
        for (const [path, bytes] of Object.entries(filesOf(tree))) {
          found.push([[above, path].filter((part) => part !== '').join('/'), bytes]);
        }
        for (const node of new Set(tree.rest.nodes)) {
          const entries = tree.parents.filter((parent) => parent === node).length;
          const after = entries + (node === 0 ? skip : 0);
          const path = [above, node === 0 ? '' : pathOf(tree, node)]
            .filter((part) => part !== '')
            .join('/');
          const directory = tree.ids[node];
          collect(trees.tree({ directory, skip: after, limit }), path, after);
        }
      };
      collect(trees.tree({ limit }), '', 0);
      expect(found.sort()).toEqual(Object.entries(whole).sort());
    }
  });

  it('writes bytes of names that are no UTF-8 as \\xNN', () => {
    const tree = contentTree(modelOf([entry('a\xff', 1)]), { limit: 9 });
    expect(tree.names).toEqual(['', 'a\\xff']);
  });
});
