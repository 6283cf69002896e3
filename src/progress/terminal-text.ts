/** Text from strangers (step output, file names) made safe and measurable for a terminal. */

/** Control characters become visible escapes (`\x1b`), line ends `\n`: one line stays one line. */
export function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, escapeOne);
}

function escapeOne(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return ' ';
  const code = character.charCodeAt(0);
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
}

const ESC = '\x1b';
/** Escape sequences: CSI, OSC and other strings (also unfinished ones), two-character ones. */
const ESCAPES =
  /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|[\x80-\x9f]/g;

/**
 * One line of a step's output as a terminal may show it: colours stay when asked for, everything else that
 * could move the cursor, set a title or answer a query goes; after carriage returns only the last text stays,
 * as it would have on the step's own terminal.
 */
export function outputLine(bytes: Uint8Array, options: { readonly color: boolean }): string {
  const text = new TextDecoder().decode(bytes);
  const pieces = text.split('\r').filter((piece) => piece !== '');
  const kept = (pieces.at(-1) ?? '').replace(ESCAPES, (sequence) =>
    options.color && /^\x1b\[[0-9;:]*m$/.test(sequence) ? sequence : '',
  );
  const clean = kept
    .replace(/\t/g, '    ')
    .replace(/[\x00-\x1a\x1c-\x1f\x7f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, '')
    // An escape that is left began a sequence this code does not know.
    .replace(/\x1b(?!\[[0-9;:]*m)/g, '');
  return clean.includes(ESC) && !clean.endsWith(`${ESC}[0m`) ? `${clean}${ESC}[0m` : clean;
}

/** Columns a text takes on a terminal; SGR sequences take none. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text.replace(/\x1b\[[0-9;:]*m/g, '')) width += characterWidth(character);
  return width;
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
