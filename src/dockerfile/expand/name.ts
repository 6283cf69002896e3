/** Names of variables. */

const NAME_CHARACTER = /[\p{L}\p{Nd}_]/u;
const DIGIT = /\p{Nd}/u;

/**
 * The end of the variable name at `start`; `start` if there is none. A name is letters, digits and underscores, or only
 * digits if it starts with one, or a single special parameter.
 */
export function endOfName(text: string, start: number): number {
  const first = characterAt(text, start);
  if (DIGIT.test(first)) return runEnd(text, start, DIGIT);
  if (first !== '' && '@*#?-$!'.includes(first)) return start + 1;
  return runEnd(text, start, NAME_CHARACTER);
}

function runEnd(text: string, start: number, allowed: RegExp): number {
  let at = start;
  for (;;) {
    const character = characterAt(text, at);
    if (character === '' || !allowed.test(character)) return at;
    at += character.length;
  }
}

function characterAt(text: string, at: number): string {
  const code = text.codePointAt(at);
  return code === undefined ? '' : String.fromCodePoint(code);
}
