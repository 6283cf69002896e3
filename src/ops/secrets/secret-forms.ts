/** The encodings in which programs write a secret. */

export interface SecretText {
  readonly id: string;
  readonly bytes: Buffer;
}

export interface SecretForm {
  readonly id: string;
  readonly bytes: Buffer;
  /** Name of the encoding, for people; undefined: the secret's own bytes. */
  readonly written?: string | undefined;
}

/** Bytes; shorter ones are found everywhere. */
const SHORTEST = 4;
/** Bytes of forms that may occur by chance: lines of a secret, and encodings. */
const SHORTEST_PART = 12;
/** `base64` breaks its lines after this many bytes of input. */
const BASE64_LINE = 57;

/**
 * A secret without its final line break, which `$(cat secret)` removes; each of its lines that could be a secret
 * itself; its base64 at any alignment; its hexadecimal digits; and its form in URLs. Empty for secrets that are too short.
 */
export function formsOf({ id, bytes }: SecretText): readonly SecretForm[] {
  const whole = withoutLineEnd(bytes);
  if (whole.length < SHORTEST) return [];
  const parts = [
    ...linesOf(whole).map((line) => ({ id, bytes: line, written: 'a line of it' })),
    ...base64Forms(whole).map((text) => ({ id, bytes: Buffer.from(text), written: 'in base64' })),
    ...hexForms(whole).map((text) => ({ id, bytes: Buffer.from(text), written: 'in hex' })),
    ...urlForms(whole).map((text) => ({ id, bytes: Buffer.from(text), written: 'as in a URL' })),
  ];
  return [{ id, bytes: whole }, ...parts.filter((part) => part.bytes.length >= SHORTEST_PART)];
}

function withoutLineEnd(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && (bytes[end - 1] === 0x0a || bytes[end - 1] === 0x0d)) end--;
  return bytes.subarray(0, end);
}

/** Lines with letters and digits: others are headings, brackets, or common settings. */
function linesOf(whole: Buffer): readonly Buffer[] {
  const lines = whole.toString('latin1').split(/\r?\n/);
  if (lines.length === 1) return [];
  return lines
    .map((line) => line.trim())
    .filter((line) => /\d/.test(line) && /[a-z]/i.test(line))
    .map((line) => Buffer.from(line, 'latin1'));
}

/** Three, since the bytes before the secret shift it; then the lines that `base64` makes of a long one. */
function base64Forms(whole: Buffer): readonly string[] {
  const shifted = [0, 1, 2].map((shift) => {
    const text = Buffer.concat([Buffer.alloc(shift), whole]).toString('base64');
    const certain = Math.floor(((shift + whole.length) * 8) / 6);
    return text.slice(Math.ceil((shift * 8) / 6), certain);
  });
  const lines: string[] = [];
  if (whole.length > BASE64_LINE) {
    for (let at = 0; at < whole.length; at += BASE64_LINE) {
      const piece = whole.subarray(at, at + BASE64_LINE);
      lines.push(piece.toString('base64').slice(0, Math.floor((piece.length * 8) / 6)));
    }
  }
  const all = [...shifted, ...lines];
  return [...new Set([...all, ...all.map((text) => text.replace(/\+/g, '-').replace(/\//g, '_'))])];
}

function hexForms(whole: Buffer): readonly string[] {
  const digits = whole.toString('hex');
  return [digits, digits.toUpperCase()];
}

function urlForms(whole: Buffer): readonly string[] {
  const text = whole.toString('utf8');
  if (!Buffer.from(text).equals(whole)) return [];
  const encoded = encodeURIComponent(text);
  return encoded === text ? [] : [encoded];
}
