/**
 * Digests of the files that steps selected from a context in earlier builds, each with the state of the context at that
 * time. While the state is the same, nothing has to be selected or hashed.
 */
import type { TreeDigest } from '../files/index.ts';
import type { FactStore } from './kept-facts.ts';

interface KnownSelection {
  readonly selection: string;
  readonly state: string;
  readonly digest: TreeDigest;
}

const KIND = 'selections';
/** For one context directory: one for each of its steps, in a few Dockerfiles. */
const MOST = 100;

/** The selections of one context directory. Loads on the first lookup. */
export class KnownSelections {
  readonly #facts: FactStore | undefined;
  readonly #key: string;
  #known: Map<string, KnownSelection> | undefined;
  #changed = false;

  /** @param key names the context directory */
  constructor(facts: FactStore | undefined, key: string) {
    this.#facts = facts;
    this.#key = key;
  }

  find(selection: string, state: string): TreeDigest | undefined {
    const known = this.#load().get(selection);
    return known?.state === state ? known.digest : undefined;
  }

  remember(selection: string, state: string, digest: TreeDigest): void {
    const known = this.#load();
    known.delete(selection);
    known.set(selection, { selection, state, digest });
    this.#changed = true;
  }

  /** Saves new ones to the fact store; does nothing if there are none. */
  save(): void {
    if (!this.#changed || this.#facts === undefined) return;
    this.#facts.put(KIND, this.#key, [...this.#load().values()].slice(-MOST));
    this.#changed = false;
  }

  #load(): Map<string, KnownSelection> {
    if (this.#known !== undefined) return this.#known;
    const stored = this.#facts?.get<readonly KnownSelection[]>(KIND, this.#key) ?? [];
    this.#known = new Map(stored.map((one) => [one.selection, one]));
    return this.#known;
  }
}
