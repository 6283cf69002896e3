/** Limits the nesting of untrusted documents. */

/** Far deeper than any real document. */
const DEEPEST = 100;

/** Whether a JSON text nests so deep that walking its value could exhaust the stack. */
export function isNestedTooDeep(text: string): boolean {
  let depth = 0;
  let isInText = false;
  for (let position = 0; position < text.length; position++) {
    const character = text[position];
    if (character === '"') isInText = !isInText;
    else if (isInText) {
      if (character === '\\') position++;
    } else if (character === '[' || character === '{') {
      if (++depth > DEEPEST) return true;
    } else if (character === ']' || character === '}') depth--;
  }
  return false;
}
