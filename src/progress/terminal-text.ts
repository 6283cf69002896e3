/** Text from strangers (step output, file names) made safe and measurable for a terminal. */

/** Control characters become visible escapes (`\x1b`), line ends `\n`: one line stays one line. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, escapeOne);
}

/** The same for text of several lines: line ends and tabs stay. */
export function printableText(text: string): string {
  return text.replace(
    /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu,
    escapeOne,
  );
}

/** JSON keeps its meaning: what it may hold unescaped, and terminals obey, is escaped. */
export function printableJson(json: string): string {
  return json.replace(/[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, unicodeEscape);
}

function escapeOne(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return ' ';
  const code = character.charCodeAt(0);
  // From here on they may stand in JSON, which knows this form.
  return code < 0x7f ? `\\x${code.toString(16).padStart(2, '0')}` : unicodeEscape(character);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const ESC = '\x1b';
/**
 * Escape sequences: CSI, OSC and other strings (also unfinished ones), two-character ones; and the first two by the
 * single characters that some terminals take for `ESC [` and `ESC ]`.
 */
const ESCAPES =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]|[\x80-\x9f]/g;
/** A colour or another style of text (SGR). */
const STYLE = /^\x1b\[[0-9;:]*m$/;

export interface OutputOptions {
  /** Whether colours and other styles of text stay. */
  readonly color: boolean;
}

/**
 * One line of a step's output as a terminal may be given it: colours stay when asked for, everything else that could
 * move the cursor, set a title or make the terminal answer goes. Of a line that was written over with carriage returns
 * only the last text stays, as it would have on the step's own terminal.
 */
export function safeLine(bytes: Uint8Array, options: OutputOptions): string {
  const pieces = new TextDecoder().decode(bytes).split('\r');
  for (let index = pieces.length - 1; index >= 0; index--) {
    const clean = withoutControls(pieces[index] ?? '', options);
    if (clean.replace(STYLES, '') !== '') return clean;
  }
  return '';
}

/** The same in columns that can be counted: tabs are spaces. */
export function outputLine(bytes: Uint8Array, options: OutputOptions): string {
  return safeLine(bytes, options).replaceAll('\t', '    ');
}

const STYLES = /\x1b\[[0-9;:]*m/g;

function withoutControls(text: string, { color }: OutputOptions): string {
  const clean = text
    .replace(ESCAPES, (sequence) => (color && STYLE.test(sequence) ? sequence : ''))
    .replace(/[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '')
    // An escape that is left began a sequence this code does not know.
    .replace(/\x1b(?!\[[0-9;:]*m)/g, '');
  return clean.includes(ESC) && !clean.endsWith(`${ESC}[0m`) ? `${clean}${ESC}[0m` : clean;
}

/** Columns a text takes on a terminal; SGR sequences take none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(STYLES, '')) width += characterWidth(character);
  return width;
}

/** Rows a text takes on a terminal that wraps it; a wide character never begins in the last column. */
export function wrappedRows(text: string, columns: number): number {
  let rows = 1;
  let used = 0;
  for (const character of text.replace(STYLES, '')) {
    const width = characterWidth(character);
    if (used + width > columns && used > 0) {
      rows++;
      used = 0;
    }
    used += width;
  }
  return rows;
}

/** The text cut to `columns`, with `…` where something is missing. SGR sequences before the cut stay. */
export function clip(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text;
  let width = 0;
  let kept = '';
  for (const part of text.matchAll(/\x1b\[[0-9;:]*m|./gsu)) {
    const piece = part[0];
    const needed = piece.startsWith(ESC) ? 0 : characterWidth(piece);
    if (width + needed > columns - 1) break;
    kept += piece;
    width += needed;
  }
  const reset = kept.includes(ESC) ? `${ESC}[0m` : '';
  return columns < 1 ? '' : `${kept}…${reset}`;
}

function characterWidth(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x300) return code < 0x20 || (code >= 0x7f && code < 0xa0) ? 0 : 1;
  if (/\p{Mark}|\p{Default_Ignorable_Code_Point}/u.test(character)) return 0;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf && code !== 0x303f) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd);
  return wide ? 2 : 1;
}
