/** Durations in Go's format: `1h30m`, `1.5s`, `300ms`. */

const NANOSECONDS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
/** Both signs for micro: U+00B5 and the Greek letter. */
const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|\u00b5s|\u03bcs|ms|s|m|h)/y;
/** Go's maximum: about 292 years. */
const MAX = 2 ** 63;

/** @returns nanoseconds, rounded down; undefined if the text is no duration */
export function parseDuration(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  let at = text.startsWith('-') || text.startsWith('+') ? 1 : 0;
  if (text.slice(at) === '0') return 0;
  if (at === text.length) return undefined;
  let total = 0;
  while (at < text.length) {
    PART.lastIndex = at;
    const match = PART.exec(text);
    if (match === null) return undefined;
    total += Math.floor(Number(match[1]) * (NANOSECONDS[match[2] ?? ''] ?? 0));
    at += match[0].length;
  }
  return total < MAX ? sign * total : undefined;
}
