/**
 * JSON for the page. Names and texts come out of images that strangers made: what a browser does not show, or shows in another
 * order (bidi controls), is escaped, so that no name looks like another.
 */

/** As `toText` of `files/` writes them. Line breaks and tabs stay. */
const UNSEEN =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const BREAKS: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
/** Keys of names and paths, or of lists of them: in these a line break is part of one name. */
const NAMES = new Set(['names', 'path', 'paths', 'shells', 'packageManagers', 'setuid']);

export function pageJson(value: unknown): string {
  return JSON.stringify(value, (key, one: unknown) => {
    if (typeof one === 'string') return NAMES.has(key) ? shownName(one) : shownText(one);
    if (!NAMES.has(key) || !Array.isArray(one)) return one;
    return one.map((name: unknown) => (typeof name === 'string' ? shownName(name) : name));
  });
}

function shownName(name: string): string {
  return shownText(name).replace(/[\n\r\t]/g, (character) => BREAKS[character] ?? '');
}

function shownText(text: string): string {
  return text.replace(UNSEEN, (character) => {
    const code = character.charCodeAt(0);
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
