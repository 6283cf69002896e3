/** Makes untrusted text (step output, file names) safe for a terminal, and measures it. */

/** Escapes control characters (`\x1b`) and line breaks (`\n`): one line stays one line. */
export function printable(text: string): string {
  return text.replace(
    /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    escapeOne,
  );
}

/** As `printable`, but keeps line breaks and tabs. */
export function printableText(text: string): string {
  return text.replace(
    /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu,
    escapeOne,
  );
}

/** Escapes control characters that JSON allows but terminals interpret. Keeps the value. */
export function printableJson(json: string): string {
  return json.replace(/[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, unicodeEscape);
}

function escapeOne(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return ' ';
  const code = character.charCodeAt(0);
  // From here on the escapes are valid in JSON.
  return code < 0x7f ? `\\x${code.toString(16).padStart(2, '0')}` : unicodeEscape(character);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const ESC = '\x1b';
/**
 * Escape sequences: CSI, OSC and other strings (also unfinished), two-character ones; also CSI and OSC with the single
 * characters that some terminals accept for `ESC [` and `ESC ]`.
 */
const ESCAPES =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[ -/]*[0-~]|[\x80-\x9f]/g;
/** A colour or another style of text (SGR). */
const STYLE = /^\x1b\[[0-9;:]*m$/;

export interface OutputOptions {
  /** Whether to keep colours and other text styles. */
  readonly color: boolean;
}

/**
 * Makes one line of a step's output safe for a terminal: keeps colours on request, removes everything that could move
 * the cursor, set a title or make the terminal reply. If carriage returns overwrite the line, keeps only the last text,
 * as the step's own terminal would.
 */
export function safeLine(bytes: Uint8Array, options: OutputOptions): string {
  const pieces = new TextDecoder().decode(bytes).split('\r');
  for (let index = pieces.length - 1; index >= 0; index--) {
    const clean = withoutControls(pieces[index] ?? '', options);
    if (clean.replace(STYLES, '') !== '') return clean;
  }
  return '';
}

/** As `safeLine`, with tabs expanded, so that columns can be counted. */
export function outputLine(bytes: Uint8Array, options: OutputOptions): string {
  return safeLine(bytes, options).replaceAll('\t', '    ');
}

const STYLES = /\x1b\[[0-9;:]*m/g;

function withoutControls(text: string, { color }: OutputOptions): string {
  const clean = text
    .replace(ESCAPES, (sequence) => (color && STYLE.test(sequence) ? sequence : ''))
    .replace(/[\x00-\x08\x0a-\x1a\x1c-\x1f\x7f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '')
    // A remaining escape character starts an unknown sequence.
    .replace(/\x1b(?!\[[0-9;:]*m)/g, '');
  return clean.includes(ESC) && !clean.endsWith(`${ESC}[0m`) ? `${clean}${ESC}[0m` : clean;
}

/** The width of a text in columns; SGR sequences have none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(STYLES, '')) width += characterWidth(character);
  return width;
}

/** The rows of a text on a terminal that wraps it; a wide character never starts in the last column. */
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

/** Truncates a text to `columns`, with `…` at the end. Keeps SGR sequences before that. */
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
