/** How deep documents of strangers may nest. */

/** No document of the field comes near this. */
const DEEPEST = 100;

/** Whether a text in JSON is made to exhaust whoever walks its value. */
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
