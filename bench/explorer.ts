/**
 * `npm run bench:explorer -- [--files n] [--layers n]`: processor time of each key of the terminal explorer on a large image, with
 * what is drawn after it, against the limit of the project. The terminal is a program; all else is what a user runs.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLamina } from '../src/index.ts';
import { explorerOptions, runExplorer, type Terminal } from '../src/tui/index.ts';
import { writeLargeImage } from './large-image.ts';
import { median } from './measure.ts';

/** Milliseconds of a key. */
const LIMIT = 100;
const ROUNDS = 3;
const UP = '\x1b[A';
const DOWN = '\x1b[B';
const PAGE_DOWN = '\x1b[6~';
const TAB = '\t';
const ENTER = '\r';
const ESCAPE = '\x1b';

/** In this order, each from the state that those before it left. */
const KEYS: readonly (readonly [what: string, keys: readonly string[]])[] = [
  ['another layer', [DOWN, DOWN, DOWN, UP]],
  ['the last layer, the first, the last', ['G', 'g', 'G']],
  ['against all layers below', ['\x01', DOWN, '\x0c', DOWN, '\x01']],
  ['against a chosen layer', ['c', UP, UP, ESCAPE]],
  ['into the files', [TAB]],
  ['a row, a page, the end, the start', [DOWN, PAGE_DOWN, PAGE_DOWN, 'G', 'g']],
  ['collapse and open a directory', [' ', ' ']],
  ['collapse and open everything', ['\0', '\0', 'G', 'g']],
  ['order by size and by name', ['\x0f', '\x0f']],
  [
    'hide and show files by what became of them',
    ['\x01', '\x12', '\x15', '\x15', '\x12', '\x01', ENTER, ENTER],
  ],
  ['attributes, width', ['\x02', '\x02', '\x10', '\x10']],
  ['search', ['/', 'f', 'i', 'l', 'e', '7', '7', '\x7f', ENTER, 'n', 'n', 'N']],
  ['search for what is not there', ['/', 'z', 'q', 'x', ENTER, 'n']],
  ['filter', ['\x06', 'd', '1', '2', '\x7f', '\x7f', '\x7f', '\\', '.', ENTER, 'G', ESCAPE]],
  ['views', ['2', 'G', '3', 'G', '4', 'G', '5', 'G', '6', '7', '1']],
  ['views with a filter', ['\x06', 'f', ENTER, '2', '3', '4', '1', ESCAPE]],
  ['help', ['?', '?']],
];

const { values } = parseArgs({
  options: {
    files: { type: 'string', default: '1000000' },
    layers: { type: 'string', default: '120' },
  },
});

const directory = mkdtempSync(join(tmpdir(), 'lamina-explorer-'));
try {
  const layout = join(directory, 'image');
  const [files, layers] = [Number(values.files), Number(values.layers)];
  await writeLargeImage(layout, { files, layers, bytes: 300e6 });
  const lamina = createLamina({ root: join(directory, 'store') });
  const name = `oci:${layout}`;
  await using image = await lamina.exploreImage({ image: name });
  const times = new Map<string, number[]>();
  for (let round = 0; round < ROUNDS; round++) {
    await runExplorer({
      ...explorerOptions({ image, name }),
      terminal: typingTerminal(times),
      style: { color: true, unicode: true },
      directory,
      read: (version) => image.read(version),
      signal: new AbortController().signal,
    });
  }
  process.stdout.write(table(times));
} finally {
  rmSync(directory, { recursive: true, force: true });
}

/** Types all keys, and notes the processor time of each until the next one is asked for. */
function typingTerminal(times: Map<string, number[]>): Terminal {
  const nothing = () => () => undefined;
  async function* typed(): AsyncGenerator<string> {
    for (const [what, keys] of KEYS) {
      for (const key of keys) {
        const before = process.cpuUsage();
        yield key;
        const { user, system } = process.cpuUsage(before);
        times.set(what, [...(times.get(what) ?? []), (user + system) / 1000]);
      }
    }
    yield 'q';
  }
  return {
    size: { columns: 120, rows: 40 },
    write: () => undefined,
    input: typed(),
    onResize: nothing,
    suspend: () => undefined,
    onContinue: nothing,
  };
}

function table(times: ReadonlyMap<string, readonly number[]>): string {
  const rows = [...times].map(([what, all]) => {
    const most = Math.max(...all);
    const verdict = most > LIMIT ? ` (over ${LIMIT} ms)` : '';
    return `| ${what} | ${all.length} | ${median(all).toFixed(1)} ms | ${most.toFixed(1)} ms${verdict} |`;
  });
  return `| keys | count | median | most |\n| --- | ---: | ---: | ---: |\n${rows.join('\n')}\n`;
}
