/** Numbers that look random and are the same each time: a simulation must be repeatable. */

/** @returns numbers from 0 (inclusive) to 1 (exclusive); the generator is mulberry32 */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Picks positions with these weights. */
export function weighted(weights: readonly number[], random: () => number): () => number {
  const sums: number[] = [];
  let total = 0;
  for (const weight of weights) {
    total += weight;
    sums.push(total);
  }
  return () => {
    const wanted = random() * total;
    const found = sums.findIndex((sum) => wanted < sum);
    return found < 0 ? sums.length - 1 : found;
  };
}
