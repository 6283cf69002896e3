import { type Expanded, expandWord, type SyntaxTree, type Word } from '../../dockerfile/index.ts';
import { AppError } from '../../errors.ts';

/** Expands a word; undefined if that fails, which planning reports as an error. */
export function expandQuietly<T = Expanded>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

export interface ExpandedIn extends Expanded {
  /** Names of used variables that have a value. */
  readonly matched: ReadonlySet<string>;
}

export function expandIn(
  tree: SyntaxTree,
  word: Word,
  values: ReadonlyMap<string, string>,
): ExpandedIn | undefined {
  const matched = new Set<string>();
  const lookup = (name: string): string | undefined => {
    const value = values.get(name);
    if (value !== undefined) matched.add(name);
    return value;
  };
  const { escape: escaper, source } = tree;
  return expandQuietly(() => ({
    ...expandWord(word, { lookup, escape: escaper, source }),
    matched,
  }));
}
