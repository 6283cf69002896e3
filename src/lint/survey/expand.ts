import { type Expanded, expandWord, type SyntaxTree, type Word } from '../../dockerfile/index.ts';
import { AppError } from '../../errors.ts';

/** A word with its variables replaced; undefined when it cannot be, which planning reports as an error. */
export function expandQuietly<T = Expanded>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

export function expandIn(
  tree: SyntaxTree,
  word: Word,
  values: ReadonlyMap<string, string>,
): Expanded | undefined {
  return expandQuietly(() =>
    expandWord(word, {
      lookup: (name) => values.get(name),
      escape: tree.escape,
      source: tree.source,
    }),
  );
}
