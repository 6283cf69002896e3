/** Finds the records of a key: each input must match one of the links that the record has for it. */
import type { BuildkitCache, BuildkitLink, BuildkitRecord } from './format.ts';
import { type BuildkitInput, type BuildkitKey, contentRecordDigest } from './keys.ts';

type Matches = ReadonlySet<number>;

export class RecordMatcher {
  readonly #records: readonly BuildkitRecord[];
  readonly #byDigest = new Map<string, number[]>();
  readonly #matches = new Map<BuildkitKey, Promise<Matches>>();
  readonly #contents = new Map<BuildkitInput, Promise<string | undefined>>();

  constructor({ records }: BuildkitCache) {
    this.#records = records;
    for (const [position, { digest }] of records.entries()) {
      const known = this.#byDigest.get(digest);
      if (known === undefined) this.#byDigest.set(digest, [position]);
      else known.push(position);
    }
  }

  /** The records found under a key. */
  async find(key: BuildkitKey): Promise<readonly BuildkitRecord[]> {
    const positions = await this.#matching(key);
    return [...positions].flatMap((position) => this.#records[position] ?? []);
  }

  #matching(key: BuildkitKey): Promise<Matches> {
    const known = this.#matches.get(key);
    if (known !== undefined) return known;
    // Starts in a turn of its own: deep chains of steps must not recurse.
    const matches = Promise.resolve().then(() => this.#match(key));
    this.#matches.set(key, matches);
    return matches;
  }

  async #match({ digests, inputs }: BuildkitKey): Promise<Matches> {
    const found = new Set<number>();
    for (const digest of digests) {
      for (const position of this.#byDigest.get(digest) ?? []) {
        const record = this.#records[position];
        if (record === undefined || record.inputs.length !== inputs.length) continue;
        if (await this.#fits(inputs, record)) found.add(position);
      }
    }
    return found;
  }

  /** Checks the cheapest first: files are read only when everything else fits. */
  async #fits(inputs: readonly BuildkitInput[], record: BuildkitRecord): Promise<boolean> {
    const open: [BuildkitInput, readonly BuildkitLink[]][] = [];
    for (const [position, input] of inputs.entries()) {
      const links = record.inputs[position] ?? [];
      if (await this.#comesFrom(input, links)) continue;
      if (input.content === undefined) return false;
      open.push([input, links]);
    }
    for (const [input, links] of open) {
      if (!(await this.#hasContent(input, links))) return false;
    }
    return true;
  }

  async #comesFrom(
    { key, selector }: BuildkitInput,
    links: readonly BuildkitLink[],
  ): Promise<boolean> {
    if (key === undefined || !links.some((link) => link.selector === selector)) return false;
    const matches = await this.#matching(key);
    return links.some((link) => link.selector === selector && matches.has(link.record));
  }

  async #hasContent(input: BuildkitInput, links: readonly BuildkitLink[]): Promise<boolean> {
    const roots = links.flatMap(({ selector, record }) => {
      const root = selector === '' ? this.#records[record] : undefined;
      return root !== undefined && root.inputs.length === 0 ? [root.digest] : [];
    });
    if (roots.length === 0) return false;
    const content = this.#contents.get(input) ?? input.content?.();
    if (content === undefined) return false;
    this.#contents.set(input, content);
    const digest = await content;
    return digest !== undefined && roots.includes(contentRecordDigest(digest));
  }
}
