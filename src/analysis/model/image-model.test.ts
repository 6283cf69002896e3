import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ContentDigest, comparePaths, type FileType } from '../../files/index.ts';
import type { LayerEntry } from '../../layers/index.ts';
import { diveFigures } from './dive-figures.ts';
import { ImageModel } from './image-model.ts';
import { NONE } from './path-table.ts';
import { reclaimable } from './reclaimable.ts';
import { duplicateCandidates, duplicates, visibleTotals } from './visible-files.ts';

interface Settings {
  readonly type?: FileType;
  readonly size?: number;
  readonly content?: string;
  readonly mode?: number;
  readonly linkGroup?: number;
  readonly opaque?: true;
  readonly recreated?: true;
  readonly linkBelow?: string;
  readonly linkTarget?: string;
}

const digestOf = (content: string) => `sha512-256:${hash('sha512-256', content)}` as ContentDigest;

function entry(path: string, { content, ...settings }: Settings = {}): LayerEntry {
  return {
    ...{ kind: 'entry', path, type: 'file', mode: 0o644, uid: 0, gid: 0, size: 0 },
    ...{ mtime: 0, mtimeNs: 0 },
    ...settings,
    ...(content !== undefined && { size: content.length, digest: digestOf(content) }),
  };
}

const directory = (path: string, settings: Settings = {}) =>
  entry(path, { type: 'directory', mode: 0o755, ...settings });
const whiteout = (path: string): LayerEntry => ({ kind: 'whiteout', path });

function modelOf(...layers: readonly (readonly LayerEntry[])[]): ImageModel {
  const model = new ImageModel();
  for (const layer of layers) {
    model.addLayer([...layer].sort((a, b) => comparePaths(a.path, b.path)));
  }
  return model;
}

function changesOf(model: ImageModel, layer: number): Record<string, string | undefined> {
  return Object.fromEntries(
    [...model.versionsOf(layer)].map((version) => [model.path(version), model.change(version)]),
  );
}

describe('the model of an image', () => {
  it('tells added, changed, removed, repeated and re-owned files apart', () => {
    const model = modelOf(
      [
        directory('d'),
        entry('d/a', { content: 'one' }),
        entry('d/b', { content: 'bb' }),
        entry('c'),
      ],
      [
        directory('d'),
        entry('d/a', { content: 'two' }),
        entry('d/b', { content: 'bb', mode: 0o600 }),
        entry('d/new', { content: 'n' }),
        whiteout('c'),
        entry('link', { type: 'symlink', linkTarget: 'd' }),
      ],
      [entry('link', { type: 'symlink', linkTarget: 'elsewhere' })],
    );
    expect(changesOf(model, 1)).toEqual({
      ...{ c: 'removed', d: 'unchanged', 'd/a': 'changed', 'd/b': 'metadata' },
      ...{ 'd/new': 'added', link: 'added' },
    });
    expect(changesOf(model, 2)).toEqual({ link: 'metadata' });
  });

  it('counts what is hidden, with the layer and the reason', () => {
    const model = modelOf(
      [
        directory('d'),
        entry('d/deleted', { content: 'x'.repeat(50) }),
        entry('d/opaque', { content: 'x'.repeat(40) }),
        entry('e', { content: 'x'.repeat(30) }),
        entry('owned', { content: 'x'.repeat(20) }),
        entry('same', { content: 'x'.repeat(10) }),
        entry('stays', { content: 'xyz' }),
      ],
      [
        whiteout('d/deleted'),
        entry('e', { content: 'new' }),
        entry('owned', { content: 'x'.repeat(20), mode: 0o777 }),
        entry('same', { content: 'x'.repeat(10) }),
      ],
      [directory('d', { opaque: true }), entry('d/fresh', { content: 'fresh' })],
    );
    const { bytes, layers, files } = reclaimable(model);
    expect(files.map(({ path, hiddenBy, reason }) => [path, hiddenBy, reason])).toEqual([
      ['d/deleted', 1, 'deleted'],
      ['d/opaque', 2, 'opaque'],
      ['e', 1, 'overwritten'],
      ['owned', 1, 'metadata'],
      ['same', 1, 'overwritten'],
    ]);
    expect(bytes).toBe(150);
    expect(layers).toEqual([150, 0, 0]);
  });

  it('counts hard links once, and frees them when the last is gone', () => {
    const link = { content: 'x'.repeat(100), linkGroup: 1 };
    const layers = [[entry('a', link), entry('b', link)], [whiteout('a')], [whiteout('b')]];
    const half = modelOf(...layers.slice(0, 2));
    expect(half.layers[0]).toMatchObject({ unpacked: 100, files: 2 });
    expect(reclaimable(half).bytes).toBe(0);
    expect(visibleTotals(half)).toEqual({ bytes: 100, files: 1 });
    expect(reclaimable(modelOf(...layers)).files).toEqual([
      { path: 'a', bytes: 100, layer: 0, hiddenBy: 2, reason: 'deleted' },
    ]);
  });

  it('counts a hard link to a file of a lower layer where the file is shipped', () => {
    const target = entry('a', { content: 'x'.repeat(100) });
    const link = (path: string, linkBelow: string) => entry(path, { size: 100, linkBelow });
    const layers = [
      [target, entry('other', { content: 'x'.repeat(100) })],
      [link('b', 'a'), link('d', 'a')],
      [link('c', 'b')],
      [whiteout('a')],
      [whiteout('b'), whiteout('d')],
      [whiteout('c')],
    ];
    const models = layers.map((_, top) => modelOf(...layers.slice(0, top + 1)));
    const [, linked, twice, , almost, gone] = models;
    expect(twice?.layers).toMatchObject([
      { unpacked: 200, files: 2 },
      { unpacked: 0, files: 2 },
      { unpacked: 0, files: 1 },
    ]);
    const visible = models.map((model) => visibleTotals(model));
    expect(visible.map(({ bytes }) => bytes)).toEqual([200, 200, 200, 200, 200, 100]);
    expect(visible.map(({ files }) => files)).toEqual([2, 4, 5, 4, 2, 1]);
    if (linked === undefined || almost === undefined || gone === undefined) throw new Error();
    expect(reclaimable(almost).bytes).toBe(0);
    expect(reclaimable(gone).files).toEqual([
      { path: 'a', bytes: 100, layer: 0, hiddenBy: 5, reason: 'deleted' },
    ]);
    expect(duplicates(linked).groups).toEqual([{ bytes: 100, paths: ['a', 'other'] }]);
    expect(diveFigures(linked)).toMatchObject({ efficiency: 1, wastedBytes: 0 });
  });

  it('tells a directory that a layer deletes and recreates from an opaque one', () => {
    const below = [directory('d'), entry('d/old', { content: 'x'.repeat(50) })];
    const above = (settings: Settings) => [
      directory('d', { opaque: true, ...settings }),
      entry('d/new', { content: 'new' }),
    ];
    const reasons = [above({}), above({ recreated: true })].map(
      (layer) => reclaimable(modelOf(below, layer)).files[0]?.reason,
    );
    expect(reasons).toEqual(['opaque', 'deleted']);
    // For dive, the whiteout is a path of its own.
    expect(diveFigures(modelOf(below, above({}))).efficiency).toBe(1);
    expect(diveFigures(modelOf(below, above({ recreated: true })))).toMatchObject({
      efficiency: 1,
      wastedBytes: 0,
    });
  });

  it('finds duplicates that are no hard links, and names the digests it lacks', () => {
    const model = modelOf([
      entry('a', { content: 'same' }),
      entry('b', { content: 'same' }),
      entry('c', { content: 'same', linkGroup: 1 }),
      entry('d', { content: 'same', linkGroup: 1 }),
      entry('unread', { size: 4 }),
      entry('alone', { size: 5 }),
    ]);
    expect(duplicates(model)).toEqual({ bytes: 8, groups: [{ bytes: 8, paths: ['a', 'b', 'c'] }] });
    const [unread = NONE, ...more] = duplicateCandidates(model);
    expect(more).toEqual([]);
    expect(model.path(unread)).toBe('unread');
    model.versions.setDigest(unread, digestOf('same'));
    expect(duplicates(model).bytes).toBe(12);
  });

  it('takes a path for a directory as soon as something lies below it', () => {
    const model = modelOf([entry('p', { content: '123' })], [entry('p/below', { content: '1' })]);
    expect(reclaimable(model).files).toMatchObject([
      { path: 'p', bytes: 3, reason: 'overwritten' },
    ]);
  });

  it('gives the figures of dive, defects and all', () => {
    const removedDirectory = modelOf(
      [directory('d'), entry('d/big', { content: 'x'.repeat(1000) }), entry('f', { content: 'f' })],
      [whiteout('d')],
    );
    expect(diveFigures(removedDirectory)).toMatchObject({
      efficiency: 1,
      wastedBytes: 0,
      userWastedPercent: null,
    });
    expect(reclaimable(removedDirectory).bytes).toBe(1000);
    const rewritten = modelOf(
      [entry('f', { content: 'x'.repeat(100) }), entry('g', { content: 'x'.repeat(100) })],
      [entry('f', { content: 'y'.repeat(100) })],
    );
    expect(diveFigures(rewritten)).toMatchObject({
      efficiency: 200 / 300,
      wastedBytes: 200,
      userWastedPercent: 2,
      inefficient: [{ path: 'f', bytes: 200, count: 2 }],
    });
    expect(reclaimable(rewritten).bytes).toBe(100);
  });
});

const names = fc.constantFrom('a', 'b', 'c');
const path = fc.array(names, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const statement = fc.record({
  path,
  what: fc.constantFrom('file', 'file', 'file', 'directory', 'opaque', 'whiteout'),
  content: fc.constantFrom('', 'x', 'xx', 'xxx', 'yyy'),
  mode: fc.constantFrom(0o644, 0o755),
});
type Statement = typeof statement extends fc.Arbitrary<infer T> ? T : never;

/** A layer as an index may be: each path once, and below directories only. */
function layerOf(statements: readonly Statement[]): LayerEntry[] {
  const found = new Map<string, LayerEntry>();
  for (const { path, what, content, mode } of statements) {
    const parts = path.split('/');
    const above = parts.slice(1).map((_, count) => parts.slice(0, count + 1).join('/'));
    const below = [...found.keys()].some((other) => other.startsWith(`${path}/`));
    const isBelowFile = above.some((one) => {
      const known = found.get(one);
      return known !== undefined && (known.kind === 'whiteout' || known.type !== 'directory');
    });
    if (isBelowFile || (below && (what === 'file' || what === 'whiteout'))) continue;
    if (what === 'whiteout') found.set(path, whiteout(path));
    else if (what === 'file') found.set(path, entry(path, { content, mode }));
    else found.set(path, directory(path, { mode, ...(what === 'opaque' && { opaque: true }) }));
  }
  return [...found.values()].sort((a, b) => comparePaths(a.path, b.path));
}

/** Stacks layers as the OCI specification says, on a plain map. */
function stacked(layers: readonly (readonly LayerEntry[])[]): Map<string, LayerEntry> {
  const files = new Map<string, LayerEntry>();
  for (const layer of layers) {
    const clear = (top: string, isAll: boolean) => {
      for (const one of [...files.keys()]) {
        if (one.startsWith(`${top}/`) || (isAll && one === top)) files.delete(one);
      }
    };
    for (const one of layer) {
      if (one.kind === 'whiteout') clear(one.path, true);
      else if (one.type !== 'directory' || one.opaque === true) clear(one.path, false);
    }
    for (const one of layer) {
      const parts = one.path.split('/');
      for (let count = 1; count < parts.length; count++) {
        const above = parts.slice(0, count).join('/');
        const known = files.get(above);
        if (known?.kind === 'entry' && known.type !== 'directory') files.delete(above);
      }
      if (one.kind === 'entry') files.set(one.path, one);
    }
  }
  return files;
}

describe('random stacks of layers', () => {
  const stacks = fc.array(fc.array(statement, { maxLength: 8 }).map(layerOf), { maxLength: 5 });

  it('show, layer by layer, what stacking them shows', () => {
    fc.assert(
      fc.property(stacks, (layers) => {
        const model = modelOf(...layers);
        for (const layer of layers.keys()) {
          const expected = stacked(layers.slice(0, layer + 1));
          const seen = new Map<string, number>();
          for (let node = 0; node < model.paths.size; node++) {
            const version = model.visibleAt(node, layer);
            if (version !== NONE) seen.set(model.paths.path(node), model.versions.size(version));
          }
          const sizes = [...expected].map(([one, file]) => [one, 'size' in file ? file.size : 0]);
          expect([...seen].sort()).toEqual(sizes.sort());
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('ship what is visible and what is reclaimable, and nothing else', () => {
    fc.assert(
      fc.property(stacks, (layers) => {
        const model = modelOf(...layers);
        const unpacked = model.layers.reduce((sum, layer) => sum + layer.unpacked, 0);
        expect(visibleTotals(model).bytes + reclaimable(model).bytes).toBe(unpacked);
      }),
      { numRuns: 2000 },
    );
  });

  it('change between layers as their stacks differ', () => {
    fc.assert(
      fc.property(stacks, (layers) => {
        const model = modelOf(...layers);
        for (const layer of layers.keys()) {
          const before = stacked(layers.slice(0, layer));
          for (const version of model.versionsOf(layer)) {
            const kind = model.change(version);
            if (kind === 'removed') continue;
            expect(kind === 'added').toBe(!before.has(model.path(version)));
          }
        }
      }),
      { numRuns: 2000 },
    );
  });
});
