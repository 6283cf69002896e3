/** Decoders of JSON, composed as the types are: a new member of a type does not compile without a decoder. */
import { AppError } from '../errors.ts';

/** @param at position of the value, for messages. @throws AppError GRAPH_INVALID */
export type Shape<T> = (value: unknown, at: string) => T;

export function invalidGraph(at: string, problem: string): AppError {
  return new AppError('GRAPH_INVALID', `invalid build graph: ${at} ${problem}`, {
    expected: 'a graph as this version of lamina writes it',
  });
}

export const text: Shape<string> = (value, at) => {
  if (typeof value !== 'string') throw invalidGraph(at, 'is not a text');
  return value;
};

export const flag: Shape<boolean> = (value, at) => {
  if (typeof value !== 'boolean') throw invalidGraph(at, 'is neither true nor false');
  return value;
};

export const integer: Shape<number> = (value, at) => {
  if (!Number.isSafeInteger(value)) throw invalidGraph(at, 'is not an integer');
  return Number(value);
};

/** A text that a check narrows to a type. */
export function matching<T extends string>(
  check: (value: string) => value is T,
  expected: string,
): Shape<T> {
  return (value, at) => {
    const read = text(value, at);
    if (!check(read)) throw invalidGraph(at, `is not ${expected}`);
    return read;
  };
}

export function oneOf<const T extends string | boolean>(...values: readonly T[]): Shape<T> {
  return (value, at) => {
    const found = values.find((one) => one === value);
    if (found === undefined) throw invalidGraph(at, `is not one of ${values.join(', ')}`);
    return found;
  };
}

/** Undefined members are absent in JSON. */
export function optional<T>(shape: Shape<T>): Shape<T | undefined> {
  return (value, at) => (value === undefined ? undefined : shape(value, at));
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value, at) => {
    if (!Array.isArray(value)) throw invalidGraph(at, 'is not a list');
    return value.map((one: unknown, position) => shape(one, `${at}[${position}]`));
  };
}

/** Unknown members are refused: their information would be lost. */
export function record<T extends object>(
  members: {
    readonly [Name in keyof T]-?: Shape<T[Name]>;
  },
): Shape<T> {
  const shapes = Object.entries<Shape<unknown>>(members);
  const names = new Set(shapes.map(([name]) => name));
  return (value, at) => {
    const given = objectAt(value, at);
    const unknown = Object.keys(given).find((name) => !names.has(name));
    if (unknown !== undefined) throw invalidGraph(at, `has an unknown member '${unknown}'`);
    const read = shapes.flatMap(([name, shape]) => {
      const member = shape(given[name], `${at}.${name}`);
      return member === undefined ? [] : [[name, member]];
    });
    return Object.fromEntries(read) as T;
  };
}

/** A record whose member `kind` selects one of several shapes. */
export function byKind<T extends { readonly kind: string }>(
  shapes: {
    readonly [Kind in T['kind']]: Shape<Extract<T, { readonly kind: Kind }>>;
  },
): Shape<T> {
  const known = new Map<unknown, Shape<T>>(Object.entries<Shape<T>>(shapes));
  return (value, at) => {
    const { kind } = objectAt(value, at);
    const shape = known.get(kind);
    if (shape === undefined) throw invalidGraph(`${at}.kind`, `is ${JSON.stringify(kind)}`);
    return shape(value, at);
  };
}

/** Records of one shape under names of one shape. */
export function dictionary<Name extends string, T>(
  name: Shape<Name>,
  shape: Shape<T>,
): Shape<Readonly<Partial<Record<Name, T>>>> {
  return (value, at) => {
    const read: Partial<Record<Name, T>> = {};
    for (const [key, member] of Object.entries(objectAt(value, at))) {
      read[name(key, `${at}.${key}`)] = shape(member, `${at}.${key}`);
    }
    return read;
  };
}

function objectAt(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidGraph(at, 'is not a record');
  }
  return value as Readonly<Record<string, unknown>>;
}
