/** Type constraints (`list(string)`) and the conversion of values to them. */
import { AppError } from '../errors.ts';
import type { Expression } from './syntax.ts';
import {
  asBoolean,
  asEntries,
  asItems,
  asNumber,
  asText,
  compareTexts,
  isList,
  isMap,
  kindOf,
  type Value,
  ValueFault,
  ValueSet,
} from './value.ts';

export type Type =
  | { readonly kind: 'string' | 'number' | 'bool' | 'any' }
  | { readonly kind: 'list' | 'set' | 'map'; readonly of: Type }
  | { readonly kind: 'tuple'; readonly of: readonly Type[] }
  | { readonly kind: 'object'; readonly of: ReadonlyMap<string, ObjectAttribute> };

export interface ObjectAttribute {
  readonly type: Type;
  readonly isOptional: boolean;
}

const PLAIN = ['string', 'number', 'bool', 'any'] as const;
const COLLECTIONS = ['list', 'set', 'map'] as const;

/**
 * Reads a type constraint.
 *
 * @throws AppError HCL_SYNTAX
 */
export function typeOf(expression: Expression): Type {
  if (expression.kind === 'variable') {
    const plain = PLAIN.find((name) => name === expression.name);
    if (plain !== undefined) return { kind: plain };
  }
  if (expression.kind === 'call') {
    const [argument] = expression.args;
    const collection = COLLECTIONS.find((name) => name === expression.name);
    if (collection !== undefined && argument !== undefined && expression.args.length === 1) {
      return { kind: collection, of: typeOf(argument) };
    }
    if (expression.name === 'tuple' && argument?.kind === 'tuple') {
      return { kind: 'tuple', of: argument.items.map(typeOf) };
    }
    if (expression.name === 'object' && argument?.kind === 'object') {
      const entries = argument.entries.map(({ key, value }) => {
        if (key.kind !== 'literal' || typeof key.value !== 'string') throw badType(key);
        return [key.value, attributeOf(value)] as const;
      });
      return { kind: 'object', of: new Map(entries) };
    }
  }
  throw badType(expression);
}

function attributeOf(expression: Expression): ObjectAttribute {
  if (expression.kind === 'call' && expression.name === 'optional') {
    const [argument] = expression.args;
    if (argument !== undefined) return { type: typeOf(argument), isOptional: true };
  }
  return { type: typeOf(expression), isOptional: false };
}

function badType({ location }: Expression): AppError {
  return new AppError('HCL_SYNTAX', 'not a type', {
    location,
    expected:
      'string, number, bool, any, list(…), set(…), map(…), tuple([…]) or object({…}), without quotes',
  });
}

/** `list of string`: the words of the type. */
export function typeText(type: Type): string {
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
      return `${type.kind} of ${typeText(type.of)}`;
    case 'any':
      return 'any type';
    default:
      return type.kind;
  }
}

/** @throws ValueFault if the value does not have the type, and cannot be converted */
export function convert(value: Value, type: Type): Value {
  if (value === null) return null;
  switch (type.kind) {
    case 'any':
      return value;
    case 'string':
      return asText(value);
    case 'number':
      return asNumber(value);
    case 'bool':
      return asBoolean(value);
    case 'list':
      return asItems(value).map((item) => convert(item, type.of));
    case 'set':
      return new ValueSet(asItems(value).map((item) => convert(item, type.of)));
    case 'tuple': {
      const items = asItems(value);
      if (items.length !== type.of.length) {
        throw new ValueFault(
          `a tuple of ${type.of.length} elements is required, not of ${items.length}`,
        );
      }
      return items.map((item, index) => convert(item, type.of[index] ?? { kind: 'any' }));
    }
    case 'map': {
      const entries = [...asEntries(value)].sort(([a], [b]) => compareTexts(a, b));
      return new Map(entries.map(([key, item]) => [key, convert(item, type.of)]));
    }
    case 'object':
      return convertObject(asEntries(value), type.of);
  }
}

function convertObject(
  entries: ReadonlyMap<string, Value>,
  attributes: ReadonlyMap<string, ObjectAttribute>,
): Value {
  const converted = new Map<string, Value>();
  for (const [name, { type, isOptional }] of attributes) {
    const value = entries.get(name);
    if (value !== undefined) converted.set(name, convert(value, type));
    else if (isOptional) converted.set(name, null);
    else throw new ValueFault(`the attribute '${name}' is required`);
  }
  return converted;
}

/** The type that both sides of a conditional expression get: of two different plain values, strings. */
export function unified(value: Value, other: Value): Value {
  const isPlain = (item: Value) => item !== null && typeof item !== 'object';
  if (isPlain(value) && isPlain(other) && typeof value !== typeof other) return asText(value);
  return value;
}

/** Whether the two values can be the results of one conditional expression. */
export function areCompatible(left: Value, right: Value): boolean {
  if (left === null || right === null) return true;
  const shape = (value: Value) => {
    if (isList(value) || value instanceof ValueSet) return 'list';
    return isMap(value) || typeof value === 'object' ? 'object' : 'plain';
  };
  return shape(left) === shape(right);
}

/** `string and list`: for messages. */
export function kindsOf(left: Value, right: Value): string {
  return `${kindOf(left)} and ${kindOf(right)}`;
}
