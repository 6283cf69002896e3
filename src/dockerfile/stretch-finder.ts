/**
 * A text cut into stretches: finds the one in which an offset lies. It begins where the last one was found and goes on in
 * strides that double, since places are mostly asked for one after the other: more stretches make none of them harder
 * to find.
 */
export class StretchFinder {
  readonly #starts: readonly number[];
  #last = 0;

  /** @param starts where each stretch begins, ascending */
  constructor(starts: readonly number[]) {
    this.#starts = starts;
  }

  /** @returns its number, from 0: the last that begins at the offset or before it */
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

  /** Behind the last stretch nothing begins. */
  startOf(stretch: number): number {
    return this.#starts[stretch] ?? Number.POSITIVE_INFINITY;
  }
}
