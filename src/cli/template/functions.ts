/** The functions of templates, and how Go prints values. */

/** The arguments of a function do not fit. */
export class FunctionError extends Error {}

export type TemplateFunction = (...args: readonly unknown[]) => unknown;

/** Prints JSON values as Go's `%v` does. */
export function goText(value: unknown): string {
  if (value === undefined || value === null) return '<no value>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `map[${entries.map(([key, item]) => `${key}:${memberText(item)}`).join(' ')}]`;
  }
  return String(value);
}

/** Ports and volumes are keys of maps whose values are structs without fields. */
function memberText(value: unknown): string {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return isEmpty && !Array.isArray(value) ? '{}' : goText(value);
}

/** Go's truth: not zero, not empty, not nil. */
export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
  return Boolean(value);
}

export function lookUp(value: unknown, key: unknown): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === String(key))?.[1];
}

/** An index of a list must exist; a missing key of a map gives nothing. */
function indexed(value: unknown, key: unknown): unknown {
  if (typeof key !== 'number') {
    if (Array.isArray(value)) throw new FunctionError(`cannot index a list with ${goText(key)}`);
    return lookUp(value, key);
  }
  const length = Array.isArray(value) ? value.length : 0;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    throw new FunctionError(`cannot index a map with the number ${key}`);
  }
  if (!Number.isInteger(key) || key < 0 || key >= length) {
    throw new FunctionError(`index out of range: ${key}`);
  }
  return lookUp(value, key);
}

/** Go escapes these in JSON, for HTML pages. */
function goJson(value: unknown): string {
  return JSON.stringify(value ?? null).replace(/[<>&]/g, (character) => {
    return `\\u00${character.charCodeAt(0).toString(16)}`;
  });
}

function title(text: string): string {
  return text.replace(/\b\w/g, (letter) => letter.toUpperCase());
}

function printf(format: unknown, args: readonly unknown[]): string {
  let next = 0;
  return goText(format).replace(/%(-?\d*)([sdqv%])/g, (_, width: string, verb: string) => {
    if (verb === '%') return '%';
    const value = args[next++];
    const text = verb === 'q' ? JSON.stringify(goText(value)) : goText(value);
    const columns = Math.abs(Number(width) || 0);
    return width.startsWith('-') ? text.padEnd(columns) : text.padStart(columns);
  });
}

function lengthOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (Array.isArray(value)) return value.length;
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

export const templateFunctions: Readonly<Record<string, TemplateFunction>> = {
  json: (value) => goJson(value),
  len: lengthOf,
  index: (value, ...keys) => keys.reduce(indexed, value),
  join: (value, separator) =>
    Array.isArray(value) ? value.map(goText).join(goText(separator)) : goText(value),
  split: (text, separator) => goText(text).split(goText(separator)),
  upper: (text) => goText(text).toUpperCase(),
  lower: (text) => goText(text).toLowerCase(),
  title: (text) => title(goText(text)),
  truncate: (text, length) => goText(text).slice(0, Number(length)),
  pad: (text, before, after) =>
    goText(text) === ''
      ? ''
      : ' '.repeat(Number(before)) + goText(text) + ' '.repeat(Number(after)),
  print: (...args) => args.map(goText).join(''),
  println: (...args) => `${args.map(goText).join(' ')}\n`,
  printf: (format, ...args) => printf(format, args),
  not: (value) => !isTrue(value),
  and: (...args) => args.find((value) => !isTrue(value)) ?? args.at(-1),
  or: (...args) => args.find(isTrue) ?? args.at(-1),
  eq: (first, ...others) => others.some((other) => first === other),
  ne: (first, second) => first !== second,
  lt: (first, second) => Number(first) < Number(second),
  le: (first, second) => Number(first) <= Number(second),
  gt: (first, second) => Number(first) > Number(second),
  ge: (first, second) => Number(first) >= Number(second),
};
