import { describe, expect, it } from 'vitest';
import { ImageModel, type ImageReport } from '../analysis/index.ts';
import { control, type Effect } from './control.ts';
import { layoutOf } from './draw/layout.ts';
import { parseInput } from './keys.ts';
import { Explorer } from './model/explorer.ts';

const common = { kind: 'entry', uid: 0, gid: 0, mtime: 0, mtimeNs: 0 } as const;
const directory = (path: string) =>
  ({ ...common, path, type: 'directory', mode: 0o755, size: 0 }) as const;
const file = (path: string, size: number) =>
  ({ ...common, path, type: 'file', mode: 0o644, size }) as const;

function opened(): Explorer {
  const model = new ImageModel();
  model.addLayer([directory('a'), file('a/one', 1), file('a/two', 2), file('b', 3)]);
  model.addLayer([directory('c'), file('c/three', 4)]);
  model.addLayer([file('d', 5)]);
  const report = { reclaimable: { bytes: 0, files: [] }, leftovers: [], packages: [] };
  return new Explorer({
    image: { model, report: report as unknown as ImageReport },
    ...{ title: 'test', summary: [] },
    layers: ['0', '1', '2'].map((title) => ({ title, bytes: 0, details: [] })),
  });
}

/** @returns what the last key is to do outside */
function type(explorer: Explorer, text: string): Effect | undefined {
  let effect: Effect | undefined;
  for (const input of parseInput(text)) {
    const { pane, isOnePane } = explorer;
    const layout = layoutOf({ columns: 80, rows: 9 }, { layers: 3, pane, isOnePane });
    explorer.heights = { layers: layout.layersHeight, files: layout.filesHeight };
    effect = control(explorer, input, layout);
  }
  return effect;
}

/** In the pane with files, at the first row: the directory `a`. */
const FILES = '\t';
const isOpen = ({ tree, selected }: Explorer) => tree.isOpen(selected);

describe('each key of dive', () => {
  it.each<
    [name: string, before: string, key: string, look: (one: Explorer) => unknown, is: unknown]
  >([
    ['tab', '', '\t', ({ pane }) => pane, 'files'],
    ['tab, back', FILES, '\t', ({ pane }) => pane, 'layers'],
    ['ctrl+f', '', '\x06', ({ prompt }) => prompt?.kind, 'filter'],
    ['ctrl+slash', '', '\x1f', ({ prompt }) => prompt?.kind, 'filter'],
    ['esc', '\x06one\r', '\x1b', ({ filter }) => filter, ''],
    ['down', '', '\x1b[B', ({ layers }) => layers.row, 1],
    ['j', '', 'j', ({ layers }) => layers.row, 1],
    ['up', 'jj', '\x1b[A', ({ layers }) => layers.row, 1],
    ['k', 'jj', 'k', ({ layers }) => layers.row, 1],
    ['right', FILES, '\x1b[C', isOpen, true],
    ['l', FILES, 'l', isOpen, true],
    ['left', `${FILES}l`, '\x1b[D', isOpen, false],
    ['h', `${FILES}l`, 'h', isOpen, false],
    ['pgdn', `${FILES}\0`, '\x1b[6~', ({ files }) => files.row, 3],
    ['d', `${FILES}\0`, 'd', ({ files }) => files.row, 3],
    ['pgup', `${FILES}\0G`, '\x1b[5~', ({ files }) => files.row, 0],
    ['u', `${FILES}\0G`, 'u', ({ files }) => files.row, 0],
    ['ctrl+a of layers', '', '\x01', ({ basis }) => basis, 'aggregated'],
    ['ctrl+l', '\x01', '\x0c', ({ basis }) => basis, 'layer'],
    ['space', FILES, ' ', isOpen, true],
    ['ctrl+space', FILES, '\0', ({ tree }) => tree.length, 4],
    ['ctrl+a of files', FILES, '\x01', (one) => one.isMarkShown('added'), false],
    ['ctrl+r', FILES, '\x12', (one) => one.isMarkShown('removed'), false],
    ['ctrl+m', FILES, '\r', (one) => one.isMarkShown('modified'), false],
    ['ctrl+u', FILES, '\x15', (one) => one.isMarkShown('unmodified'), false],
    ['ctrl+b', FILES, '\x02', ({ showsAttributes }) => showsAttributes, true],
    ['ctrl+p', FILES, '\x10', ({ isOnePane }) => isOnePane, true],
    ['ctrl+o', FILES, '\x0f', ({ tree }) => tree.order, 'size'],
  ])('works here: %s', (_name, before, key, look, is) => {
    const explorer = opened();
    type(explorer, before);
    expect(look(explorer)).not.toEqual(is);
    type(explorer, key);
    expect(look(explorer)).toEqual(is);
  });

  it.each([
    ['ctrl+c', '', '\x03', 'quit'],
    ['q', '', 'q', 'quit'],
    ['ctrl+e', `${FILES}j`, '\x05', 'extract'],
  ])('reaches outside: %s', (_name, before, key, kind) => {
    const explorer = opened();
    type(explorer, before);
    expect(type(explorer, key)).toMatchObject({ kind });
  });
});
