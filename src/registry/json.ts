/** JSON from strangers. */

/** No document of the protocol comes near this. */
const DEEPEST = 100;

/** The value of a text in JSON; undefined for anything else, and for what is made to exhaust whoever walks it. */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isTooDeep(text: string): boolean {
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
