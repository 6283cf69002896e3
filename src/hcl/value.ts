/** The values of HCL expressions, and their conversions. */

/**
 * A value. Lists and tuples are arrays, maps and objects are maps. Absent attributes of objects are absent keys; `null` is a
 * value of its own.
 */
export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | ValueSet
  | LazyObject;

/** Values without order or repetition; they come out sorted. */
export class ValueSet {
  readonly items: readonly Value[];

  constructor(items: readonly Value[]) {
    const byKey = new Map(items.map((item) => [keyOf(item), item]));
    this.items = [...byKey.values()].sort(compareValues);
  }
}

/** An object whose attributes are computed when they are asked for. */
export interface LazyObject {
  readonly isLazy: true;
  /** @returns undefined if there is no such attribute */
  get(name: string): Value | undefined;
  names(): readonly string[];
}

/** What is wrong with a value; evaluation adds where. */
export class ValueFault extends Error {}

export function isMap(value: Value): value is ReadonlyMap<string, Value> {
  return value instanceof Map;
}

export function isLazy(value: Value): value is LazyObject {
  return typeof value === 'object' && value !== null && 'isLazy' in value;
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** `a string`, `a list`: what a value is, for messages. */
export function kindOf(value: Value): string {
  if (value === null) return 'null';
  if (isList(value)) return 'a list';
  if (value instanceof ValueSet) return 'a set';
  if (typeof value === 'object') return 'an object';
  return { string: 'a string', number: 'a number', boolean: 'a bool' }[typeof value as 'string'];
}

/** @throws ValueFault unless the value is a string, number or bool */
export function asText(value: Value): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'boolean') return String(value);
  throw new ValueFault(`a string is required, not ${kindOf(value)}`);
}

/** Never in the form `1e+21`. */
export function numberText(value: number): string {
  const text = String(value);
  if (!/e/i.test(text)) return text;
  if (Number.isInteger(value)) return BigInt(value).toString();
  return value
    .toFixed(Math.min(100, -Math.floor(Math.log10(Math.abs(value))) + 16))
    .replace(/0+$/, '');
}

export function asNumber(value: Value): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value))
    return Number(value);
  throw new ValueFault(`a number is required, not ${describe(value)}`);
}

/** A whole number. */
export function asInteger(value: Value): number {
  const number = asNumber(value);
  if (Number.isSafeInteger(number)) return number;
  throw new ValueFault(`a whole number is required, not ${numberText(number)}`);
}

export function asBoolean(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === '1') return true;
  if (value === 'false' || value === '0') return false;
  throw new ValueFault(`a bool is required, not ${describe(value)}`);
}

/** The elements of a list or set. */
export function asItems(value: Value): readonly Value[] {
  if (isList(value)) return value;
  if (value instanceof ValueSet) return value.items;
  throw new ValueFault(`a list is required, not ${kindOf(value)}`);
}

/** The attributes of a map or object. */
export function asEntries(value: Value): ReadonlyMap<string, Value> {
  if (isMap(value)) return value;
  if (isLazy(value)) return new Map(value.names().map((name) => [name, value.get(name) ?? null]));
  throw new ValueFault(`an object is required, not ${kindOf(value)}`);
}

function describe(value: Value): string {
  return typeof value === 'string' ? `'${value}'` : kindOf(value);
}

/** Equality of types and values, as `==` has it: `"1" == 1` is false. */
export function areEqual(left: Value, right: Value): boolean {
  return keyOf(left) === keyOf(right);
}

/** Equal values have equal keys. */
export function keyOf(value: Value): string {
  if (value instanceof ValueSet) return `set${keyOf(value.items)}`;
  if (isList(value)) return `[${value.map(keyOf).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = [...asEntries(value)].sort(([a], [b]) => compareTexts(a, b));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${keyOf(item)}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** By code points, as Go compares strings. */
export function compareTexts(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function compareValues(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return compareTexts(left, right);
  return compareTexts(keyOf(left), keyOf(right));
}

/** A value as JSON has it. */
export function toJson(value: Value): unknown {
  if (value instanceof ValueSet) return value.items.map(toJson);
  if (isList(value)) return value.map(toJson);
  if (value !== null && typeof value === 'object') {
    const entries = [...asEntries(value)].sort(([a], [b]) => compareTexts(a, b));
    return Object.fromEntries(entries.map(([key, item]) => [key, toJson(item)]));
  }
  return value;
}

/** A value from what JSON.parse returns. */
export function fromJson(json: unknown): Value {
  if (Array.isArray(json)) return json.map(fromJson);
  if (json !== null && typeof json === 'object') {
    return new Map(Object.entries(json).map(([key, item]) => [key, fromJson(item)]));
  }
  if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean')
    return json;
  return null;
}
