/** How reports write numbers. */
import { humanSize } from '../../progress/index.ts';

/** `1 file`, `33,000 files`. */
export function count(number: number, noun: string): string {
  return `${number.toLocaleString('en-US')} ${noun}${number === 1 ? '' : 's'}`;
}

/** `12.5%`. Nothing of nothing is 0%. */
export function percent(part: number, whole: number): string {
  const value = whole === 0 ? 0 : (part / whole) * 100;
  return `${Number(value.toFixed(1))}%`;
}

/** Three digits at most, without an exponent: `1,230`, `0.05`, `< 0.01`. */
export function plainNumber(value: number): string {
  if (value > 0 && value < SMALLEST) return `< ${SMALLEST}`;
  return value.toLocaleString('en-US', { maximumSignificantDigits: 3 });
}

const SMALLEST = 0.01;

/** What a table leaves out; nothing when it has all. */
export function more(all: number, shown: number, noun: string): readonly string[] {
  return all > shown ? [`and ${count(all - shown, `more ${noun}`)}`] : [];
}

/** A change of a size: `+1.2MB`. */
export function signedSize(bytes: number): string {
  return bytes < 0 ? `-${humanSize(-bytes)}` : `+${humanSize(bytes)}`;
}
