/**
 * A step whose process is killed leaves its staged layer in `tmp/`. A note beside it says what the step was, so that a later process can take it over.
 * It stays until the next build, or until a prune.
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { hasErrorCode } from '../system/index.ts';
import type { StoreLayout } from './layout.ts';

const NOTE = '.step';

/**
 * Says what the step in a staged layer is. Disposing of it takes the note away.
 * @param directory of the staged layer
 * @param detail becomes JSON
 */
export function noteStep(directory: string, detail: unknown): Disposable {
  const path = `${directory}${NOTE}`;
  writeFileSync(path, JSON.stringify(detail), { mode: 0o600 });
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

/**
 * The staged layer of the step that a dead process began last, in `tmp/`; undefined if it ran none.
 * @param lease of the dead process
 */
export function interruptedStep({ tmp }: StoreLayout, lease: string): string | undefined {
  const noted = readdirSync(tmp).flatMap((name) => {
    const staged = name.slice(0, -NOTE.length);
    if (!name.startsWith(`${lease}.`) || !name.endsWith(NOTE)) return [];
    const started = statSync(`${tmp}/${name}`, { throwIfNoEntry: false })?.mtimeMs;
    const isThere = statSync(`${tmp}/${staged}`, { throwIfNoEntry: false })?.isDirectory();
    return started === undefined || isThere !== true ? [] : [{ staged, started }];
  });
  return noted.sort((a, b) => b.started - a.started)[0]?.staged;
}

/** Whether an entry of `tmp/` belongs to the step. */
export function isOfStep(name: string, staged: string): boolean {
  return name === staged || name === `${staged}${NOTE}`;
}

/** What the note says; undefined if it was not written to its end. */
export function readNote(directory: string): unknown {
  try {
    return JSON.parse(readFileSync(`${directory}${NOTE}`, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
