/**
 * Converts names between bytes (latin1 strings) and text: text to display (escaped, lossy), text for pattern matching
 * (exact, one code point for each character), and back.
 */
import type { BytePath } from './entry.ts';

const ASCII = /^[\x00-\x7f]*$/;

/** The UTF-8 bytes of a text, in a latin1 string. */
export function toBytes(text: string): BytePath {
  return ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The bytes as text to display, with control characters and invalid UTF-8 escaped. */
export function toText(bytes: BytePath): string {
  let text = '';
  for (const character of decodeName(bytes)) text += displayed(character);
  return text;
}

/** The bytes as text for JSON, which does its own escaping: only invalid UTF-8 is escaped, as `\xNN`. */
export function toJsonText(bytes: BytePath): string {
  return decodeName(bytes).replace(
    /[\udc80-\udcff]/gu,
    (character) => `\\x${hex(character.charCodeAt(0) - 0xdc00)}`,
  );
}

/**
 * The bytes as a string with one code point a character, so that `?` and `[..]` match whole characters. Invalid UTF-8
 * bytes become lone surrogates (U+DC00 + byte), so different bytes never yield the same string.
 */
export function decodeName(bytes: BytePath): string {
  if (ASCII.test(bytes)) return bytes;
  const buffer = Buffer.from(bytes, 'latin1');
  const strict = buffer.toString('utf8');
  if (!strict.includes('\ufffd')) return strict;
  let text = '';
  for (let index = 0; index < buffer.length; ) {
    const length = sequenceLength(buffer, index);
    text +=
      length === 0
        ? String.fromCharCode(0xdc00 + (buffer[index] ?? 0))
        : buffer.toString('utf8', index, index + length);
    index += Math.max(length, 1);
  }
  return text;
}

/** Length of the valid UTF-8 sequence that starts here; 0 if there is none. */
function sequenceLength(buffer: Buffer, index: number): number {
  const lead = buffer[index] ?? 0;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
  if (length === 0 || lead > 0xf4 || index + length > buffer.length) return 0;
  const second = buffer[index + 1] ?? 0;
  if (lead === 0xe0 && second < 0xa0) return 0;
  if (lead === 0xed && second > 0x9f) return 0;
  if (lead === 0xf0 && second < 0x90) return 0;
  if (lead === 0xf4 && second > 0x8f) return 0;
  for (let offset = 1; offset < length; offset++) {
    if (((buffer[index + offset] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  return length;
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function displayed(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex(code - 0xdc00)}`;
  const control = code < 0x20 || (code >= 0x7f && code < 0xa0);
  // Bidi controls and invisible characters could make one name look like another.
  const invisible =
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x2069) ||
    code === 0xfeff;
  if (invisible) return `\\u${code.toString(16).padStart(4, '0')}`;
  if (!control) return character;
  return NAMED_ESCAPES[character] ?? `\\x${hex(code)}`;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
