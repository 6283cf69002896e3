/**
 * What is written twice in src/: runs of lines that are the same but for texts and numbers. One piece of code serves both
 * places, or the pair is in `REASONS` with the reason why it stays.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';

const SOURCE = resolve(import.meta.dirname, '../src');

/**
 * As many lines may be the same. Blank lines, comments, imports and lone brackets do not count, so these are about a
 * dozen lines on the screen.
 */
const MOST_LINES = 8;

/**
 * Both files of a pair, sorted, and why it stays. Alike in their shape only, which is not looked for here: the header of a
 * tar and an entry of a file tree (`archive/` is a codec and knows no trees), the tables of commands and of the library's calls.
 */
const REASONS: Readonly<Record<string, string>> = {
  'cli/commands/attest-show.ts ~ cli/commands/attest-verify.ts':
    'tables: the same flags, each with its own texts',
  'cli/commands/builds-show.ts ~ cli/commands/builds-trace.ts':
    'tables: the same kinds of flags, each with its own text',
  'cli/commands/check.ts ~ cli/commands/compare.ts':
    'tables: the same kinds of flags, each with its own text',
  'cli/commands/context-ls.ts ~ cli/commands/import.ts': 'tables: flags of other names and texts',
  'cli/commands/pull.ts ~ cli/commands/push.ts': 'tables: the same flags, each with its own text',
};

interface Line {
  /** `file:line`. */
  readonly place: string;
  readonly file: string;
  readonly shape: string;
}

function linesOf(file: string, content: string): readonly Line[] {
  const blank = (text: string) => text.replace(/[^\n]/g, '');
  const code = content
    .replace(/\/\*[\s\S]*?\*\//g, blank)
    .replace(/^(?:import|export)\b[^;'"`(=]*? from '[^']*';/gm, blank);
  return code.split('\n').flatMap((line, index) => {
    const shape = line
      .replace(/'(?:[^'\\]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "''")
      .replace(/\/\/.*$/, '')
      .replace(/\b\d[\w.]*/g, '0')
      .trim();
    return /\w/.test(shape) ? [{ place: `${file}:${index + 1}`, file, shape }] : [];
  });
}

/** Pairs of files (or a file with itself) and the first places they share. */
function twinsIn(files: readonly (readonly Line[])[]): ReadonlyMap<string, string> {
  const first = new Map<string, { readonly line: Line; readonly at: number }>();
  const found = new Map<string, string>();
  for (const lines of files) {
    for (const [at, line] of lines.entries()) {
      const run = lines.slice(at, at + MOST_LINES + 1);
      if (run.length <= MOST_LINES) break;
      const key = run.map(({ shape }) => shape).join('\n');
      const known = first.get(key);
      if (known === undefined) first.set(key, { line, at });
      const isOverlap = known?.line.file === line.file && at - known.at <= MOST_LINES;
      if (known === undefined || isOverlap) continue;
      const pair = [known.line.file, line.file].sort().join(' ~ ');
      if (!found.has(pair)) found.set(pair, `${known.line.place} ~ ${line.place}`);
    }
  }
  return found;
}

const sources = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  .sort()
  .map((file) => linesOf(file, readFileSync(`${SOURCE}/${file}`, 'utf8')));

it('finds lines that differ in texts and numbers only', () => {
  const body = Array.from({ length: MOST_LINES }, (_, index) => `  step${index}(); // once more`);
  const one = ['function one() {', ...body, '', `  end('one', 1);`, '}'].join('\n');
  const other = ['import {', '  x,', `} from './x.ts';`, one.replace("'one', 1", "'other', 22")];
  const twins = twinsIn([linesOf('a.ts', one), linesOf('b.ts', other.join('\n'))]);
  expect([...twins]).toEqual([['a.ts ~ b.ts', 'a.ts:1 ~ b.ts:4']]);
  expect(twinsIn([linesOf('a.ts', body.join('\n')), linesOf('b.ts', body.join('\n'))]).size).toBe(
    0,
  );
});

it('finds nothing in src/ but what there is a reason for', () => {
  const unexplained = [...twinsIn(sources)].filter(([pair]) => REASONS[pair] === undefined);
  expect(unexplained.map(([, places]) => places)).toEqual([]);
});

it('has no reasons left over', () => {
  const twins = twinsIn(sources);
  expect(Object.keys(REASONS).filter((pair) => !twins.has(pair))).toEqual([]);
});
