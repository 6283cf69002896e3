/** "Did you mean": the candidate nearest to a mistyped name. */

/** Names further apart than this share too little for a suggestion. */
const MAX_DISTANCE = 2;

export interface NearestOptions {
  /** Default false: `Form` finds `FROM`. */
  readonly caseSensitive?: boolean | undefined;
}

/**
 * The candidate with the smallest edit distance to `name` (the first of equals), as it is spelled in
 * `candidates`; undefined when none is within two edits, or when one is equal (then the name was not the fault).
 */
export function nearestName(
  name: string,
  candidates: Iterable<string>,
  options: NearestOptions = {},
): string | undefined {
  const fold = (text: string) => (options.caseSensitive === true ? text : text.toLowerCase());
  const wanted = fold(name);
  let best: string | undefined;
  let bestDistance = MAX_DISTANCE + 1;
  for (const candidate of candidates) {
    const other = fold(candidate);
    if (other === wanted) return undefined;
    if (Math.abs(other.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, other);
    if (distance < bestDistance && distance < Math.max(wanted.length, other.length)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance over UTF-16 code units. */
function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const change = left[row - 1] === right[column - 1] ? 0 : 1;
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + change,
        ),
      );
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
