/**
 * The authentication that a server requires: `WWW-Authenticate`.
 * https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */

export interface Challenge {
  /** Lower case: `basic`, `bearer`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = /[\w!#$%&'*+.^`|~-]+/y;
/** Longer headers are ignored. */
const MAX_HEADER = 16 * 1024;

/** Parses a header with one or more challenges; skips what does not parse. */
export function parseChallenges(header: string | undefined): Challenge[] {
  if (header === undefined || header.length > MAX_HEADER) return [];
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  let position = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = position;
    const text = pattern.exec(header)?.[0];
    if (text !== undefined) position += text.length;
    return text;
  };
  while (position < header.length) {
    if (take(/[\s,]+/y) !== undefined) continue;
    const name = take(TOKEN)?.toLowerCase();
    if (name === undefined) break;
    if (take(/\s*=\s*(?!=|\s*(?:,|$))/y) === undefined) {
      // The old form (`token68`) holds no parameters that we need.
      if (take(/=+/y) === undefined) found.push({ scheme: name, parameters: new Map() });
      continue;
    }
    const value =
      take(/"(?:[^"\\]|\\.)*"/y)
        ?.slice(1, -1)
        .replace(/\\(.)/g, '$1') ?? take(TOKEN);
    if (value === undefined) break;
    found.at(-1)?.parameters.set(name, value);
  }
  return found;
}
