/** Functions of numbers and bools. */
import type { HclFunction } from '../evaluate.ts';
import {
  areEqual,
  asBoolean,
  asInteger,
  asNumber,
  asText,
  type Value,
  ValueFault,
} from '../value.ts';

const unary = (work: (a: number) => Value): HclFunction => ({
  arity: [1, 1],
  apply: ([a = null]) => work(asNumber(a)),
});

const binary = (work: (a: number, b: number) => Value): HclFunction => ({
  arity: [2, 2],
  apply: ([a = null, b = null]) => work(asNumber(a), asNumber(b)),
});

const extreme = (choose: (...numbers: number[]) => number): HclFunction => ({
  arity: [1, undefined],
  apply: (args) => choose(...args.map(asNumber)),
});

function divisor(number: number): number {
  if (number === 0) throw new ValueFault('division by zero');
  return number;
}

const DIGITS = '0123456789abcdefghijklmnopqrstuvwxyz';

function parseInteger(text: string, base: number): number {
  if (base < 2 || base > 36) throw new ValueFault('the base must be 2 to 36');
  const [, sign = '', digits = ''] = /^([+-]?)(\w+)$/.exec(text) ?? [];
  const values = [...digits.toLowerCase()].map((digit) => DIGITS.indexOf(digit));
  if (values.length === 0 || values.some((value) => value < 0 || value >= base)) {
    throw new ValueFault(`'${text}' is not a number of base ${base}`);
  }
  const number = values.reduce((sum, value) => sum * base + value, 0);
  return sign === '-' ? -number : number;
}

export const numberFunctions: Readonly<Record<string, HclFunction>> = {
  absolute: unary(Math.abs),
  add: binary((a, b) => a + b),
  subtract: binary((a, b) => a - b),
  multiply: binary((a, b) => a * b),
  divide: binary((a, b) => a / divisor(b)),
  modulo: binary((a, b) => a % divisor(b)),
  negate: unary((a) => -a),
  ceil: unary(Math.ceil),
  floor: unary(Math.floor),
  int: unary(Math.trunc),
  log: binary((a, base) => Math.log(a) / Math.log(base)),
  pow: binary((a, b) => a ** b),
  signum: unary(Math.sign),
  max: extreme(Math.max),
  min: extreme(Math.min),
  parseint: {
    arity: [2, 2],
    apply: ([text = null, base = null]) => parseInteger(asText(text), asInteger(base)),
  },
  greaterthan: binary((a, b) => a > b),
  greaterthanorequalto: binary((a, b) => a >= b),
  lessthan: binary((a, b) => a < b),
  lessthanorequalto: binary((a, b) => a <= b),
  equal: { arity: [2, 2], apply: ([a = null, b = null]) => areEqual(a, b) },
  notequal: { arity: [2, 2], apply: ([a = null, b = null]) => !areEqual(a, b) },
  and: { arity: [2, 2], apply: ([a = null, b = null]) => asBoolean(a) && asBoolean(b) },
  or: { arity: [2, 2], apply: ([a = null, b = null]) => asBoolean(a) || asBoolean(b) },
  not: { arity: [1, 1], apply: ([a = null]) => !asBoolean(a) },
};
