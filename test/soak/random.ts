/** Numbers that a seed repeats. */
export type Random = (limit: number) => number;

/** @returns whole numbers below the limit (xorshift) */
export function randomFrom(seed: number): Random {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return limit <= 0 ? 0 : state % limit;
  };
}
