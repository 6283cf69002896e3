/** The whitespace of a shell command that only separates words: more or less of it means the same. */

/** In double quotes: `${name}` without quotes or further expansions in it. */
const PLAIN_EXPANSION = /\$\{[^}"'`$\\]*\}/y;

/**
 * The offsets of spaces and tabs outside quotes, escapes and expansions. Ends early where it would have to parse more
 * of the shell's grammar: after a comment, and after a substitution in double quotes.
 */
export function separators(text: string): ReadonlySet<number> {
  const found = new Set<number>();
  let depth = 0;
  let at = 0;
  while (at < text.length) {
    const character = text[at] ?? '';
    if (character === "'" || character === '"') {
      const end = quotedEnd(text, at);
      if (end < 0) return found;
      at = end;
      continue;
    }
    if (character === '`' || startsComment(text, at)) return found;
    if (character === '\\') at += 1;
    else if (text.startsWith('${', at)) depth += 1;
    else if (character === '}' && depth > 0) depth -= 1;
    else if ((character === ' ' || character === '\t') && depth === 0) found.add(at);
    at += 1;
  }
  return found;
}

/** The command with single spaces for its separators: equal for commands that differ only in these. */
export function withSingleSpaces(text: string): string {
  const free = separators(text);
  let result = '';
  for (let at = 0; at < text.length; at += 1) {
    if (!free.has(at)) result += text[at];
    else if (!free.has(at - 1)) result += ' ';
  }
  return result;
}

/** The offset after the string that starts at `start`; -1 if the string is not closed or not plain. */
function quotedEnd(text: string, start: number): number {
  if (text[start] === "'") {
    // In `$'…'`, a backslash escapes.
    if (text[start - 1] === '$') return -1;
    return text.indexOf("'", start + 1) + 1 || -1;
  }
  let at = start + 1;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') return at + 1;
    if (character === '`' || text.startsWith('$(', at)) return -1;
    if (text.startsWith('${', at)) {
      PLAIN_EXPANSION.lastIndex = at;
      const match = PLAIN_EXPANSION.exec(text);
      if (match === null) return -1;
      at += match[0].length;
      continue;
    }
    at += character === '\\' ? 2 : 1;
  }
  return -1;
}

function startsComment(text: string, at: number): boolean {
  return text[at] === '#' && (at === 0 || /[\s;&|()]/.test(text[at - 1] ?? ''));
}
