/** What differs between two instructions, word by word. */

export interface WordDiff {
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

export function wordDiff(before: string, after: string): WordDiff {
  const [old, now] = [words(before), words(after)];
  const kept = longestCommon(old, now, (a, b) => a === b);
  const keptOld = new Set(kept.map(([a]) => a));
  const keptNow = new Set(kept.map(([, b]) => b));
  return {
    removed: old.filter((_, index) => !keptOld.has(index)),
    added: now.filter((_, index) => !keptNow.has(index)),
  };
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** Larger products take a while, and nobody reads such a comparison. */
const MOST_CELLS = 4_000_000;

/** The longest common subsequence, as pairs of indexes. */
export function longestCommon<T>(
  a: readonly T[],
  b: readonly T[],
  isSame: (a: T, b: T) => boolean,
): readonly (readonly [number, number])[] {
  let start = 0;
  while (start < a.length && start < b.length && same(start, start)) start++;
  let end = 0;
  while (
    end < a.length - start &&
    end < b.length - start &&
    same(a.length - 1 - end, b.length - 1 - end)
  ) {
    end++;
  }
  const pairs: (readonly [number, number])[] = [];
  for (let index = 0; index < start; index++) pairs.push([index, index]);
  pairs.push(...middle(a.length - end, b.length - end));
  for (let index = end; index > 0; index--) pairs.push([a.length - index, b.length - index]);
  return pairs;

  function same(i: number, j: number): boolean {
    const [x, y] = [a[i], b[j]];
    return x !== undefined && y !== undefined && isSame(x, y);
  }

  function middle(endA: number, endB: number): readonly (readonly [number, number])[] {
    const [rows, columns] = [endA - start + 1, endB - start + 1];
    if (rows * columns > MOST_CELLS) return [];
    const lengths = new Int32Array(rows * columns);
    const at = (i: number, j: number) => lengths[i * columns + j] ?? 0;
    for (let i = rows - 2; i >= 0; i--) {
      for (let j = columns - 2; j >= 0; j--) {
        lengths[i * columns + j] = same(start + i, start + j)
          ? at(i + 1, j + 1) + 1
          : Math.max(at(i + 1, j), at(i, j + 1));
      }
    }
    const found: (readonly [number, number])[] = [];
    let [i, j] = [0, 0];
    while (i < rows - 1 && j < columns - 1) {
      if (same(start + i, start + j)) found.push([start + i++, start + j++]);
      else if (at(i + 1, j) >= at(i, j + 1)) i++;
      else j++;
    }
    return found;
  }
}
