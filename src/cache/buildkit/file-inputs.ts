/** The inputs of a file operation, and which files of each it uses. */
import { type CopiedPath, copiedDigest } from './content-digest.ts';
import { type FileAction, fileOperationDigest } from './file-operations.ts';
import {
  type BuildkitInput,
  isSameOrigin,
  type Origin,
  pathsDigest,
  recordDigest,
  sortedBytes,
} from './keys.ts';

interface UsedInput {
  readonly origin: Origin;
  readonly isBase: boolean;
  readonly paths: CopiedPath[];
}

export class FileInputs {
  readonly #inputs: UsedInput[] = [];
  readonly #exclude: readonly string[];

  /** @param exclude what of the sources is left out */
  constructor(exclude: readonly string[] = []) {
    this.#exclude = exclude;
  }

  /** @returns which input it is, -1 for the empty file system; undefined for what nothing is made on */
  base(origin: Origin | undefined): number | undefined {
    if (origin === undefined || origin.kind === 'context') return undefined;
    if (origin.kind === 'nothing') return -1;
    return this.#inputs.push({ origin, isBase: true, paths: [] }) - 1;
  }

  source(origin: Origin, path: CopiedPath): number {
    const known = this.#inputs.findIndex((one) => isSameOrigin(one.origin, origin));
    const place = known < 0 ? this.#inputs.push({ origin, isBase: false, paths: [] }) - 1 : known;
    this.#inputs[place]?.paths.push(path);
    return place;
  }

  finish(actions: readonly FileAction[], base: number): Origin {
    const digest = fileOperationDigest(actions, { base, count: this.#inputs.length });
    const key = {
      digests: [recordDigest(digest)],
      inputs: this.#inputs.map((one) => asInput(one, this.#exclude)),
    };
    return { kind: 'key', key };
  }
}

function asInput({ origin, isBase, paths }: UsedInput, exclude: readonly string[]): BuildkitInput {
  const key = origin.kind === 'key' ? origin.key : undefined;
  if (isBase) return { key, selector: '' };
  const selector = pathsDigest(sortedBytes(paths.map(({ path }) => path)).reverse());
  if (origin.kind !== 'context') return { key, selector };
  return { key, selector, content: () => copiedDigest(origin.tree, { paths, exclude }) };
}
