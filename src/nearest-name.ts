/** "Did you mean": the candidate nearest to a mistyped name. */

export interface NearestOptions {
  /** Default false: `Form` finds `FROM`. */
  readonly caseSensitive?: boolean | undefined;
}

/** With more candidates than this, nothing is suggested: a guess among thousands is useless. */
const MOST_CANDIDATES = 2000;

/**
 * The candidate that was most likely mistyped: at most a third of its letters (and always one) may differ; a swap of
 * neighbours counts as one.
 *
 * @returns the first of the nearest as it is spelled in `candidates`; undefined when none is near, or when one is
 *   the very name, which then was not the fault
 */
export function nearestName(
  name: string,
  candidates: Iterable<string>,
  { caseSensitive = false }: NearestOptions = {},
): string | undefined {
  const fold = (text: string) => (caseSensitive ? text : text.toLowerCase());
  const wanted = fold(name);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  let count = 0;
  for (const candidate of candidates) {
    if (++count > MOST_CANDIDATES) break;
    const other = fold(candidate);
    if (other === wanted) return undefined;
    if (Math.abs(other.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, other);
    if (distance >= bestDistance || distance >= Math.max(wanted.length, other.length)) continue;
    best = candidate;
    bestDistance = distance;
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one name into the other. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const cost = a[row - 1] === b[column - 1] ? 0 : 1;
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + cost,
          swapped ? (beforePrevious[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
