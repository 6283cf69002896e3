/**
 * The records of pax extended headers: `length key=value\n`, where the length counts itself.
 * Keys and values are bytes in latin1 strings; values may hold NUL and line feeds.
 */
import { corrupt } from './failures.ts';

/** Prefix of the records for extended attributes, as written by GNU tar, Go, Docker and star. */
export const XATTR_PREFIX = 'SCHILY.xattr.';

/** Formats records, sorted by the bytes of their keys. */
export function formatRecords(records: ReadonlyMap<string, string>): Buffer {
  const keys = [...records.keys()].sort(compareLatin1);
  const text = keys.map((key) => formatRecord(key, records.get(key) ?? '')).join('');
  return Buffer.from(text, 'latin1');
}

function compareLatin1(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function formatRecord(key: string, value: string): string {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length++;
  return `${length} ${key}=${value}\n`;
}

/**
 * Parses all records. The last of repeated keys wins, except for the two keys of the oldest sparse format, whose values
 * are joined by commas.
 * @param position of the header in the archive, for messages
 * @throws AppError ARCHIVE_CORRUPT
 */
export function parseRecords(body: Buffer, position: number): Map<string, string> {
  const text = body.toString('latin1', 0, body.length);
  const records = new Map<string, string>();
  let start = 0;
  while (start < text.length) {
    const space = text.indexOf(' ', start);
    const digits = space < 0 ? '' : text.slice(start, space);
    const end = /^[0-9]{1,7}$/.test(digits) ? start + Number(digits) : -1;
    const equals = text.indexOf('=', space);
    if (end > text.length || equals <= space + 1 || equals >= end || text[end - 1] !== '\n') {
      throw corrupt('malformed pax record', position);
    }
    const key = text.slice(space + 1, equals);
    const value = text.slice(equals + 1, end - 1);
    const before = records.get(key);
    records.set(key, before !== undefined && isListKey(key) ? `${before},${value}` : value);
    start = end;
  }
  return records;
}

function isListKey(key: string): boolean {
  return key === 'GNU.sparse.offset' || key === 'GNU.sparse.numbytes';
}

/** The value of an mtime record: decimal seconds, without trailing zeros. */
export function formatTime(seconds: number, nanoseconds: number): string {
  if (nanoseconds === 0) return String(seconds);
  const negative = seconds < 0;
  const whole = negative ? -(seconds + 1) : seconds;
  const fraction = negative ? 1_000_000_000 - nanoseconds : nanoseconds;
  const digits = String(fraction).padStart(9, '0').replace(/0+$/, '');
  return `${negative ? '-' : ''}${whole}.${digits}`;
}

/** Parses decimal seconds, truncated to nanoseconds. Undefined if invalid. */
export function parseTime(text: string): { seconds: number; nanoseconds: number } | undefined {
  const match = /^(-?)([0-9]{1,15})(?:\.([0-9]*))?$/.exec(text);
  if (match === null) return undefined;
  const whole = Number(match[2]);
  const fraction = Number((match[3] ?? '').slice(0, 9).padEnd(9, '0'));
  if (match[1] === '') return { seconds: whole, nanoseconds: fraction };
  if (fraction === 0) return { seconds: whole === 0 ? 0 : -whole, nanoseconds: 0 };
  return { seconds: -whole - 1, nanoseconds: 1_000_000_000 - fraction };
}

/** A key must not contain `=`: GNU tar writes it as `%3D`, and `%` as `%25`. Names without `=` stay unchanged. */
export function encodeXattrName(name: string): string {
  if (!/=|%(?:3D|25)/.test(name)) return name;
  return name.replaceAll('%', '%25').replaceAll('=', '%3D');
}

export function decodeXattrName(name: string): string {
  if (!name.includes('%')) return name;
  return name.replaceAll('%3D', '=').replaceAll('%25', '%');
}
