/**
 * Finds the segment of a text that contains an offset. The search starts at the last result with doubling strides,
 * since lookups are mostly sequential: the cost does not grow with the number of segments.
 */
export class SegmentFinder {
  readonly #starts: readonly number[];
  #last = 0;

  /** @param starts start offset of each segment, ascending */
  constructor(starts: readonly number[]) {
    this.#starts = starts;
  }

  /** @returns the segment's index: the last one that starts at the offset or before it */
  find(offset: number): number {
    let low = this.#last;
    let high = low + 1;
    for (let stride = 1; low > 0 && this.startOf(low) > offset; stride *= 2) {
      high = low;
      low = Math.max(0, low - stride);
    }
    for (let stride = 1; this.startOf(high) <= offset; stride *= 2) {
      low = high;
      high += stride;
    }
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.startOf(middle) <= offset) low = middle;
      else high = middle;
    }
    this.#last = low;
    return low;
  }

  /** Infinity after the last segment. */
  startOf(segment: number): number {
    return this.#starts[segment] ?? Number.POSITIVE_INFINITY;
  }
}
