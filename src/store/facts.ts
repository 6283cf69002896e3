/**
 * Derived data, which can be computed again. Keys of facts about a layer start with its id; they are removed with it.
 */
import { createHash } from 'node:crypto';
import type { Table } from './table.ts';

/** Characters; longer keys are hashed, which keeps the database small. */
const LONGEST_KEY = 600;

export class FactStore {
  readonly #table: Table<unknown>;

  constructor(table: Table<unknown>) {
    this.#table = table;
  }

  /** The caller vouches for the type: the same code stores and reads a kind. */
  get<T>(kind: string, key: string): T | undefined {
    return this.#table.get(factKey(kind, key)) as T | undefined;
  }

  /** @param value JSON; undefined removes the fact */
  put(kind: string, key: string, value: unknown): void {
    const name = factKey(kind, key);
    if (value === undefined) this.#table.delete(name);
    else this.#table.put(name, value);
  }
}

/** The layer a fact is about, if any. */
export function factSubject(factKey: string): string | undefined {
  return /^[^/]*\/([0-9a-f]{32})(?![0-9a-f])/.exec(factKey)?.[1];
}

function factKey(kind: string, key: string): string {
  if (!/^[a-z][a-zA-Z0-9-]*$/.test(kind)) throw new Error(`not a kind of facts: ${kind}`);
  if (key.length <= LONGEST_KEY && !/[\x00-\x1f]/.test(key)) return `${kind}/${key}`;
  const subject = factSubject(`${kind}/${key}`);
  const digest = createHash('sha256').update(key).digest('hex');
  return `${kind}/${subject === undefined ? '' : `${subject}:`}#${digest}`;
}
