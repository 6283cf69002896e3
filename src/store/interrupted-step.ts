/**
 * A step whose process is killed leaves its staged layer in `tmp/`. A note beside it says what the step was, so that a later process can take it over.
 * It stays until the next build, or until a prune; one that may contain secrets only until the next process uses the store for anything else.
 */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { awaitIdle, type HelpersEnd, hasErrorCode } from '../system/index.ts';
import type { StoreLayout } from './layout.ts';

const NOTE = '.step';
const PRIVATE_NOTE = '.private-step';
/** Milliseconds for the helper of a killed process to write what the step left. */
const HELPER_LIMIT = 60_000;

export interface StepNoteOptions {
  /** The step has seen secrets, and what it left has not been searched for them. */
  readonly isPrivate: boolean;
}

/**
 * Says what the step in a staged layer is. Disposing of it takes the note away.
 * @param directory of the staged layer
 * @param detail becomes JSON
 */
export function noteStep(
  directory: string,
  detail: unknown,
  { isPrivate }: StepNoteOptions,
): Disposable {
  const path = `${directory}${isPrivate ? PRIVATE_NOTE : NOTE}`;
  writeFileSync(path, JSON.stringify(detail), { mode: 0o600 });
  return { [Symbol.dispose]: () => rmSync(path, { force: true }) };
}

export interface InterruptedStep {
  /** The name of its staged layer in `tmp/`. */
  readonly staged: string;
  readonly isPrivate: boolean;
}

/**
 * The step that a dead process began last; undefined if it ran none.
 * @param lease of the dead process
 */
export function interruptedStep({ tmp }: StoreLayout, lease: string): InterruptedStep | undefined {
  const noted = readdirSync(tmp).flatMap((name) => {
    const suffix = [PRIVATE_NOTE, NOTE].find((one) => name.endsWith(one));
    if (!name.startsWith(`${lease}.`) || suffix === undefined) return [];
    const staged = name.slice(0, -suffix.length);
    const started = statSync(`${tmp}/${name}`, { throwIfNoEntry: false })?.mtimeMs;
    const isThere = statSync(`${tmp}/${staged}`, { throwIfNoEntry: false })?.isDirectory();
    if (started === undefined || isThere !== true) return [];
    return [{ staged, started, isPrivate: suffix === PRIVATE_NOTE }];
  });
  return noted.sort((a, b) => b.started - a.started)[0];
}

/** Whether an entry of `tmp/` belongs to the step. */
export function isOfStep(name: string, { staged }: InterruptedStep): boolean {
  return name === staged || name === `${staged}${NOTE}` || name === `${staged}${PRIVATE_NOTE}`;
}

/**
 * Waits for the helpers of a dead process, which end its steps and write what they left.
 * @returns `lost` if one was killed before it had done so
 */
export async function awaitHelpers({ tmp }: StoreLayout, lease: string): Promise<HelpersEnd> {
  const own = readdirSync(tmp).filter((name) => name.startsWith(`${lease}.`));
  const ends = await Promise.all(own.map((name) => awaitIdle(`${tmp}/${name}`, HELPER_LIMIT)));
  return ends.find((end) => end === 'busy') ?? ends.find((end) => end === 'lost') ?? 'finished';
}

/** What the note says; undefined if it was not written to its end. */
export function readNote(directory: string, { isPrivate }: StepNoteOptions): unknown {
  try {
    return JSON.parse(readFileSync(`${directory}${isPrivate ? PRIVATE_NOTE : NOTE}`, 'utf8'));
  } catch (error) {
    if (error instanceof SyntaxError || hasErrorCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}
