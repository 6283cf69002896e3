/** The content of a file as lines of text, or of hexadecimal bytes. */
import { toText } from '../../files/index.ts';

/** Of a file so many bytes are kept. */
export const PREVIEW_BYTES = 1 << 20;
const HEX_BYTES = 16;
/** Longer lines are no text that somebody reads. */
const LONGEST_LINE = 10_000;

export interface Preview {
  readonly title: string;
  readonly size: number;
  /** Undefined while it is being read. */
  readonly bytes: Buffer | undefined;
  readonly mode: 'text' | 'hex';
  /** The first line that is shown. */
  readonly top: number;
  /** Why there is nothing. */
  readonly problem: string | undefined;
}

export function isText(bytes: Buffer): boolean {
  const start = bytes.subarray(0, 4096);
  let controls = 0;
  for (const byte of start) {
    if (byte === 0) return false;
    if (byte < 9 || (byte > 13 && byte < 32 && byte !== 27)) controls++;
  }
  return controls * 20 <= start.length;
}

/** @returns lines without control characters, by mode */
export function previewLines({ bytes, mode }: Preview): PreviewLines {
  if (bytes === undefined) return { length: 0, line: () => '' };
  return mode === 'hex' ? hexLines(bytes) : textLines(bytes);
}

export interface PreviewLines {
  readonly length: number;
  line(index: number): string;
}

function textLines(bytes: Buffer): PreviewLines {
  const starts = [0];
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts.push(at + 1);
  if (starts.at(-1) === bytes.length && starts.length > 1) starts.pop();
  return {
    length: starts.length,
    line(index) {
      const start = starts[index] ?? bytes.length;
      const end = Math.min(starts[index + 1] ?? bytes.length + 1, start + LONGEST_LINE);
      const line = bytes.toString('latin1', start, end).replace(/\r?\n$/, '');
      return toText(line.replaceAll('\t', '    '));
    },
  };
}

function hexLines(bytes: Buffer): PreviewLines {
  return {
    length: Math.max(1, Math.ceil(bytes.length / HEX_BYTES)),
    line(index) {
      const part = bytes.subarray(index * HEX_BYTES, (index + 1) * HEX_BYTES);
      const offset = (index * HEX_BYTES).toString(16).padStart(8, '0');
      const hex = [...part].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
      const text = part.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
      return `${offset}  ${hex.padEnd(HEX_BYTES * 3 - 1)}  ${text}`;
    },
  };
}
