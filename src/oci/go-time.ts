/** Times in the format of Go's JSON (RFC 3339, UTC, fraction without trailing zeros), which images use. */

/** Go's zero time. */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

/** @param milliseconds since the epoch */
export function formatTime(milliseconds: number): string {
  const text = new Date(Math.trunc(milliseconds)).toISOString();
  const fraction = text.slice(20, 23).replace(/0+$/, '');
  return `${text.slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** Milliseconds since the epoch; undefined for an absent or invalid time. */
export function parseTime(text: string | undefined): number | undefined {
  if (text === undefined || text === ZERO_TIME) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}
