import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageModel, type ImageReport } from '../../analysis/index.ts';
import type { LayerEntry } from '../../api/index.ts';
import { comparePaths } from '../../files/index.ts';
import { control, type Effect } from '../control.ts';
import { draw } from '../draw/draw.ts';
import { layoutOf } from '../draw/layout.ts';
import { parseInput } from '../keys.ts';
import { comparedImages } from './compared-images.ts';
import { Explorer } from './explorer.ts';
import { FileTree } from './file-tree.ts';
import { flatImage } from './flat-image.ts';
import { NameSearch } from './name-search.ts';
import { stackDiff } from './stack-diff.ts';

type Sketch = Readonly<Record<string, string | null>>;

/** Path → content; a path that ends with a slash is a directory, null a whiteout. */
function modelOf(...layers: readonly Sketch[]): ImageModel {
  const model = new ImageModel();
  for (const layer of layers) {
    const entries = Object.entries(layer).map(([path, content]) => entryOf(path, content));
    model.addLayer(entries.sort((a, b) => comparePaths(a.path, b.path)));
  }
  return model;
}

function entryOf(path: string, content: string | null): LayerEntry {
  if (content === null) return { kind: 'whiteout', path };
  const common = { kind: 'entry', uid: 0, gid: 0, mtime: 0, mtimeNs: 0 } as const;
  if (path.endsWith('/')) {
    return { ...common, path: path.slice(0, -1), type: 'directory', mode: 0o755, size: 0 };
  }
  const digest = `sha512-256:${hash('sha512-256', content)}` as const;
  return {
    ...{ ...common, path, type: 'file', mode: 0o644, size: content.length },
    digest: digest as NonNullable<Extract<LayerEntry, { kind: 'entry' }>['digest']>,
  };
}

const REPORT: ImageReport = JSON.parse(
  JSON.stringify({
    reclaimable: {
      bytes: 3,
      files: [{ path: 'etc/gone', bytes: 3, layer: 0, hiddenBy: 1, reason: 'deleted' }],
    },
    ...{ leftovers: [], packages: [] },
  }),
);

const MODEL = () =>
  modelOf(
    { 'bin/': '', 'bin/b': 'bbbb', 'bin/a': 'a', 'etc/': '', 'etc/gone': 'xyz', 'etc/hosts': 'h' },
    { 'etc/gone': null, 'etc/hosts': 'changed', 'etc/new': 'new', 'var/log/deep': 'd' },
  );

const SIZE = { columns: 80, rows: 24 };

/** An explorer that takes keys, and shows its screen without styles. */
class Typed {
  readonly explorer: Explorer;

  constructor(model: ImageModel, titles: readonly string[] = ['FROM', 'RUN']) {
    this.explorer = new Explorer({
      ...{ image: { model, report: REPORT }, title: 'test', summary: [] },
      layers: titles.map((title) => ({ title, bytes: 0, details: [] })),
    });
  }

  get layout() {
    const { pane } = this.explorer;
    const { length } = this.explorer.options.layers;
    return layoutOf(SIZE, { layers: length, pane, isOnePane: this.explorer.isOnePane });
  }

  type(text: string): Effect | undefined {
    let effect: Effect | undefined;
    for (const input of parseInput(text)) effect = control(this.explorer, input, this.layout);
    return effect;
  }

  lines(): string[] {
    const style = { color: false, unicode: true };
    const { explorer, layout } = this;
    return draw({ explorer, preview: undefined, layout, style });
  }

  screen(): string {
    return this.lines()
      .map((line) => line.replace(/\x1b\[[0-9;]*m/g, ''))
      .join('\n');
  }

  /** Names of the rows, with their marks. */
  tree(): string[] {
    const { tree, options, diff } = this.explorer;
    return tree
      .rows(0, 1000)
      .map(({ node }) => `${diff.mark(node)} ${options.image.model.paths.path(node)}`);
  }
}

const [DOWN, UP, TAB, ALL] = ['\x1b[B', '\x1b[A', '\t', '\0'];

describe('the tree of a layer', () => {
  it('marks what the layer adds, changes and removes, and the directories above', () => {
    const typed = new Typed(MODEL());
    typed.type(DOWN + TAB + ALL);
    expect(typed.tree()).toEqual([
      'unmodified bin',
      'unmodified bin/a',
      'unmodified bin/b',
      'modified etc',
      'removed etc/gone',
      'modified etc/hosts',
      'added etc/new',
      'added var',
      'added var/log',
      'added var/log/deep',
    ]);
  });

  it('compares with the lowest layer, or any other', () => {
    const typed = new Typed(modelOf({ a: '1' }, { b: '2' }, { c: '3' }), ['0', '1', '2']);
    typed.type(DOWN + DOWN);
    expect(typed.tree()).toEqual(['unmodified a', 'unmodified b', 'added c']);
    typed.type('\x01');
    expect(typed.tree()).toEqual(['unmodified a', 'added b', 'added c']);
    typed.type(`${UP}c${DOWN}`);
    expect(typed.tree()).toEqual(['unmodified a', 'unmodified b', 'added c']);
    typed.type(`${UP + UP}`);
    expect(typed.tree()).toEqual(['unmodified a', 'removed b']);
    typed.type('\x0c');
    expect(typed.tree()).toEqual(['added a']);
  });

  it('adds up sizes, and counts hard links once', () => {
    const model = new ImageModel();
    const link = { ...entryOf('d/a', 'x'.repeat(100)), linkGroup: 1 };
    model.addLayer([entryOf('d/', ''), link, { ...link, path: 'd/b' }, entryOf('d/c', 'cc')]);
    const diff = stackDiff(flatImage(model), { from: -1, to: 0 });
    expect(diff.bytes(model.paths.find('d'))).toBe(102);
  });

  it('sorts by size, and keeps the selection', () => {
    const typed = new Typed(MODEL());
    typed.type(`${TAB} ${DOWN}`);
    expect(typed.explorer.pathText(typed.explorer.selected)).toBe('bin/a');
    typed.type('\x0f');
    expect(typed.explorer.pathText(typed.explorer.selected)).toBe('bin/a');
    expect(typed.tree().slice(0, 3)).toEqual(['added bin', 'added bin/b', 'added bin/a']);
  });

  it('shows only what the filter leaves, opened, and goes back', () => {
    const typed = new Typed(MODEL());
    typed.type(`${DOWN}\x06new`);
    expect(typed.tree()).toEqual(['modified etc', 'added etc/new']);
    typed.type('\x7f\x7f\x7f*o*\r');
    expect(typed.tree()).toEqual([
      ...['modified etc', 'removed etc/gone', 'modified etc/hosts', 'added var', 'added var/log'],
    ]);
    typed.type('\x1b');
    expect(typed.tree()).toEqual(['unmodified bin', 'modified etc', 'added var']);
  });

  it('finds the next and the previous match, around the end', () => {
    const typed = new Typed(MODEL());
    const found = () => typed.explorer.pathText(typed.explorer.selected);
    typed.type('/o');
    expect(found()).toBe('etc/gone');
    typed.type('\rn');
    expect(found()).toBe('etc/hosts');
    typed.type('n');
    expect(found()).toBe('etc/gone');
    typed.type('N');
    expect(found()).toBe('etc/hosts');
    typed.type('/nothing-of-this');
    expect(typed.screen()).toMatch(/Search: nothing-of-this/);
    typed.type('\r');
    expect(found()).toBe('etc/hosts');
  });

  it('has the same rows as the tree written out, whatever is open', () => {
    const paths = fc.array(
      fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 }),
    );
    fc.assert(
      fc.property(paths, fc.array(fc.nat()), (lists, toggles) => {
        const model = new ImageModel();
        const names = [...new Set(lists.map((parts) => `${parts.join('/')}/f`))];
        model.addLayer(
          names.map((name) => entryOf(name, name)).sort((a, b) => comparePaths(a.path, b.path)),
        );
        const tree = new FileTree(
          flatImage(model),
          stackDiff(flatImage(model), { from: -1, to: 0 }),
        );
        for (const toggle of toggles) {
          const node = toggle % model.paths.size;
          tree.setOpen(node, !tree.isOpen(node));
        }
        const written: number[] = [];
        const walk = (node: number) => {
          for (const child of tree.children(node)) {
            written.push(child);
            if (tree.isOpen(child)) walk(child);
          }
        };
        walk(0);
        expect(tree.rows(0, 10_000).map(({ node }) => node)).toEqual(written);
        expect(tree.length).toBe(written.length);
        for (const [row, node] of written.entries()) {
          expect(tree.rowOf(node)).toBe(row);
          expect(tree.at(row)?.node).toBe(node);
        }
      }),
    );
  });
});

describe('the names that match', () => {
  const matches = (query: string, ...paths: readonly string[]) => {
    const model = modelOf(Object.fromEntries(paths.map((path) => [path, ''])));
    const found = new NameSearch(model).matches(query);
    return [...found.entries()]
      .filter(([, is]) => is === 1)
      .map(([node]) => model.paths.path(node));
  };

  it.each([
    ['A', ['usr/bar', 'usr/lib/za']],
    ['ba', ['usr/bar']],
    ['b*', ['usr/bar']],
    ['?r', []],
    ['lib/', ['usr/lib/za']],
    ['usr/ba', ['usr/bar']],
    ['/usr/l', ['usr/lib']],
    ['/lib/z', []],
    ['[', []],
    ['[z-a]', []],
  ])('of %j are %j', (query, expected) => {
    expect(matches(query, 'usr/bar', 'usr/lib/za')).toEqual(expected);
  });
});

describe('two images', () => {
  it('are compared whatever their layers and times are', () => {
    const before = modelOf({ 'd/': '', 'd/same': 's', 'd/old': 'o', gone: 'g' }, { 'd/late': 'l' });
    const after = modelOf({ 'd/': '', 'd/same': 's', 'd/late': 'l', 'd/old': 'new', 'e/f': 'f' });
    const { model, origin } = comparedImages({ model: before }, { model: after });
    const diff = stackDiff(flatImage(model), { from: 0, to: 1 });
    const marks = ['d', 'd/same', 'd/late', 'd/old', 'gone', 'e/f'].map((path) =>
      diff.mark(model.paths.find(path)),
    );
    expect(marks).toEqual(['modified', 'unmodified', 'unmodified', 'modified', 'removed', 'added']);
    const { side, version } = origin(diff.version(model.paths.find('d/old')));
    expect([side, after.path(version)]).toEqual([1, 'd/old']);
    const gone = origin(diff.version(model.paths.find('gone')));
    expect([gone.side, before.path(gone.version)]).toEqual([0, 'gone']);
  });
});

describe('the screen', () => {
  it('lets no control character of an image through', () => {
    const evil = 'a\x1b]0;title\x07\x1b[2J\x9b31m\u202e';
    const latin1 = Buffer.from(evil).toString('latin1');
    const typed = new Typed(modelOf({ [`${latin1}x`]: '' }), [`RUN ${evil}\r\nCOPY`]);
    const text = typed.lines().join('');
    expect(text.replace(/\x1b\[0(;[0-9;]+)?m|\x1b\[0m/g, '')).not.toMatch(
      /[\x00-\x1f\x7f-\x9f\u202e]/,
    );
    expect(text).toContain('\\x1b]0;title\\x07');
  });

  it.each([
    [80, 24],
    [200, 60],
    [59, 10],
    [20, 5],
  ])('has lines as wide as a terminal of %d columns, and %d rows', (columns, rows) => {
    const typed = new Typed(MODEL());
    for (const keys of ['', TAB, '2', '3', '?', '\x06name']) {
      typed.type(keys);
      const { explorer } = typed;
      const layout = layoutOf(
        { columns, rows },
        { layers: 2, pane: explorer.pane, isOnePane: false },
      );
      const style = { color: false, unicode: true };
      const lines = draw({ explorer, preview: undefined, layout, style });
      expect(lines).toHaveLength(rows);
      const widths = lines.map((line) => line.replace(/\x1b\[[0-9;]*m/g, '').length);
      expect(new Set(widths)).toEqual(new Set([columns]));
    }
  });

  it('gives the focused pane the whole width, and back', () => {
    const typed = new Typed(MODEL());
    expect(typed.screen()).toContain('│');
    typed.type('\x10');
    expect(typed.screen()).not.toMatch(/│|Layers:/);
    expect(typed.screen()).toContain('Files');
    typed.type('\x10');
    expect(typed.screen()).toMatch(/Layers:.*│ Files/);
  });

  it('names the current view on narrow screens, and takes clicks there', () => {
    const typed = new Typed(MODEL());
    const narrow = { columns: 40, rows: 12 };
    const show = () => {
      const { explorer } = typed;
      const layout = layoutOf(narrow, { layers: 2, pane: explorer.pane, isOnePane: false });
      const style = { color: false, unicode: true };
      return { layout, tabs: draw({ explorer, preview: undefined, layout, style })[1] ?? '' };
    };
    const bare = () =>
      show()
        .tabs.replace(/\x1b\[[0-9;]*m/g, '')
        .trimEnd();
    expect(bare()).toBe('[1 tree]  2   3   4   5');
    const [click] = parseInput(`\x1b[<0;${bare().indexOf('3') + 1};2M`);
    if (click !== undefined) control(typed.explorer, click, show().layout);
    expect(bare()).toBe(' 1   2  [3 reclaimable]  4   5');
  });

  it('cuts no key of the help on 80 columns', () => {
    const typed = new Typed(MODEL());
    typed.type('?');
    const help = typed.screen().replace('tree, largest, …', '').replaceAll(': … ', '');
    expect(help.split('\n').slice(0, -1).join('\n')).not.toContain('…');
    expect(help).toContain('quit');
  });

  it('has plain signs where a font lacks others', () => {
    const typed = new Typed(MODEL(), [
      'RUN a very long instruction of which the end is not shown',
      'b',
    ]);
    const { explorer, layout } = typed;
    const style = { color: false, unicode: false };
    const lines = draw({ explorer, preview: undefined, layout, style });
    expect(lines.join('')).toMatch(/^[\x00-\x7f]*$/);
    expect(lines.join('')).toContain("each layer's changes");
  });

  it('goes from a hidden file to where it is shipped', () => {
    const typed = new Typed(MODEL());
    typed.type(`${DOWN}3\r`);
    const { explorer } = typed;
    expect([explorer.layers.row, explorer.pathText(explorer.selected)]).toEqual([0, 'etc/gone']);
    expect(typed.type('v')).toMatchObject({ kind: 'preview' });
    expect(typed.type('\x05')).toMatchObject({ kind: 'extract', overwrite: false });
    expect(typed.type('q')).toEqual({ kind: 'quit' });
  });

  it('takes clicks and the wheel', () => {
    const typed = new Typed(MODEL());
    const { layersWidth, top } = typed.layout;
    const press = (column: number, row: number) => typed.type(`\x1b[<0;${column + 1};${row + 1}M`);
    press(2, top + 1);
    expect(typed.explorer.layers.row).toBe(1);
    press(layersWidth + 3, top + 1);
    expect(typed.explorer.pathText(typed.explorer.selected)).toBe('etc');
    press(layersWidth + 3, top + 1);
    expect(typed.tree()).toContain('added etc/new');
    typed.type(`\x1b[<65;${layersWidth + 5};5M`);
    expect(typed.explorer.files.row).toBe(4);
    press(14, 1);
    expect(typed.explorer.view).toBe('largest');
  });
});
