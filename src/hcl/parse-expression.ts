/** Parses expressions of HCL's native syntax. */
import { Cursor, type ForNames } from './cursor.ts';
import { isHeredoc, parseHeredoc, parseString } from './parse-template.ts';
import type { Source } from './source.ts';
import type { BinaryOperator, Expression, ObjectEntry } from './syntax.ts';

/** Weakest first; operators of a row bind alike, from left to right. */
const OPERATORS: readonly (readonly BinaryOperator[])[] = [
  ['||'],
  ['&&'],
  ['==', '!='],
  ['<=', '>=', '<', '>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** A cursor at the beginning of a source. */
export function cursorOf(source: Source): Cursor {
  return new Cursor(source, { expression: parseExpression, forNames: parseForNames });
}

/** @throws AppError HCL_SYNTAX */
export function parseExpression(cursor: Cursor): Expression {
  return cursor.nested(() => {
    cursor.skipBlank();
    const start = cursor.at;
    const condition = parseBinary(cursor, 0);
    if (!cursor.takes('?')) return condition;
    const whenTrue = parseExpression(cursor);
    cursor.require(':', 'in a conditional expression');
    const whenFalse = parseExpression(cursor);
    return { kind: 'conditional', condition, whenTrue, whenFalse, location: cursor.since(start) };
  });
}

function parseBinary(cursor: Cursor, level: number): Expression {
  const operators = OPERATORS[level];
  if (operators === undefined) return parseUnary(cursor);
  cursor.skipBlank();
  const start = cursor.at;
  let left = parseBinary(cursor, level + 1);
  for (;;) {
    cursor.skipBlank();
    const operator = operators.find((candidate) => cursor.sees(candidate));
    if (operator === undefined) return left;
    cursor.at += operator.length;
    const right = parseBinary(cursor, level + 1);
    left = { kind: 'binary', operator, left, right, location: cursor.since(start) };
  }
}

function parseUnary(cursor: Cursor): Expression {
  cursor.skipBlank();
  const start = cursor.at;
  const operator = cursor.sees('-')
    ? '-'
    : cursor.sees('!') && !cursor.sees('!=')
      ? '!'
      : undefined;
  if (operator === undefined) return parsePostfix(cursor);
  cursor.at += 1;
  const of = cursor.nested(() => parseUnary(cursor));
  return { kind: 'unary', operator, of, location: cursor.since(start) };
}

function parsePostfix(cursor: Cursor): Expression {
  const start = cursor.at;
  return parseSteps(cursor, parseTerm(cursor), start);
}

/** `.name`, `.0`, `[key]`, `.*`, `[*]` behind a term. */
function parseSteps(cursor: Cursor, term: Expression, start: number): Expression {
  let of = term;
  for (;;) {
    cursor.skipBlank();
    if (cursor.sees('...')) return of;
    if (cursor.sees('.')) {
      cursor.at += 1;
      if (cursor.takes('*')) of = splat(cursor, of, start, 'attributes');
      else of = dotted(cursor, of, start);
    } else if (cursor.sees('[')) {
      cursor.at += 1;
      const before = cursor.at;
      if (cursor.inBrackets(() => cursor.takes('*') && cursor.takes(']'))) {
        of = splat(cursor, of, start, 'all');
        continue;
      }
      cursor.at = before;
      const key = cursor.inBrackets(() => {
        const found = parseExpression(cursor);
        cursor.require(']', 'after an index');
        return found;
      });
      of = { kind: 'index', of, key, location: cursor.since(start) };
    } else return of;
  }
}

function dotted(cursor: Cursor, of: Expression, start: number): Expression {
  cursor.skipBlank();
  const at = cursor.at;
  const name = cursor.name();
  if (name !== undefined) return { kind: 'attribute', of, name, location: cursor.since(start) };
  const [digits] = /^\d+/.exec(cursor.text.slice(at, at + 20)) ?? [];
  if (digits === undefined) {
    throw cursor.fault(`unexpected ${cursor.nextAsWords()} after '.'`, at, { expected: 'a name' });
  }
  cursor.at += digits.length;
  const key: Expression = { kind: 'literal', value: Number(digits), location: cursor.since(at) };
  return { kind: 'index', of, key, location: cursor.since(start) };
}

/** After `.*`, only attributes belong to the elements; after `[*]`, indexes too. */
function splat(
  cursor: Cursor,
  of: Expression,
  start: number,
  steps: 'attributes' | 'all',
): Expression {
  const item: Expression = { kind: 'splat-item', location: cursor.since(start) };
  let each: Expression = item;
  if (steps === 'all') each = parseSteps(cursor, item, start);
  else {
    while (cursor.sees('.') && !cursor.sees('...')) {
      cursor.at += 1;
      each = dotted(cursor, each, start);
    }
  }
  return { kind: 'splat', of, each, location: cursor.since(start) };
}

function parseTerm(cursor: Cursor): Expression {
  cursor.skipBlank();
  const start = cursor.at;
  if (cursor.sees('"')) return parseString(cursor);
  if (isHeredoc(cursor)) return parseHeredoc(cursor);
  if (cursor.sees('(')) {
    cursor.at += 1;
    return cursor.inBrackets(() => {
      const inner = parseExpression(cursor);
      cursor.require(')', 'in parentheses');
      return inner;
    });
  }
  if (cursor.sees('[')) return cursor.inBrackets(() => parseTuple(cursor, start));
  if (cursor.sees('{')) return cursor.inBrackets(() => parseObject(cursor, start));
  const number = cursor.number();
  if (number !== undefined)
    return { kind: 'literal', value: number, location: cursor.since(start) };
  const name = cursor.name();
  if (name === undefined) {
    throw cursor.fault(`unexpected ${cursor.nextAsWords()}`, start, { expected: 'a value' });
  }
  const location = cursor.since(start);
  if (cursor.sees('(')) return cursor.inBrackets(() => parseCall(cursor, name, start));
  if (name === 'true' || name === 'false')
    return { kind: 'literal', value: name === 'true', location };
  if (name === 'null') return { kind: 'literal', value: null, location };
  return { kind: 'variable', name, location };
}

function parseCall(cursor: Cursor, name: string, start: number): Expression {
  cursor.at += 1;
  const args: Expression[] = [];
  let expands = false;
  while (!cursor.takes(')')) {
    args.push(parseExpression(cursor));
    expands = cursor.takes('...');
    if (cursor.takes(')')) break;
    if (expands) cursor.require(')', 'after ...');
    cursor.require(',', `in the arguments of ${name}`);
  }
  return { kind: 'call', name, args, expands, location: cursor.since(start) };
}

function parseTuple(cursor: Cursor, start: number): Expression {
  cursor.at += 1;
  if (cursor.seesKeyword('for')) return parseFor(cursor, start, ']');
  const items: Expression[] = [];
  while (!cursor.takes(']')) {
    items.push(parseExpression(cursor));
    if (cursor.takes(']')) break;
    cursor.require(',', 'in a list');
  }
  return { kind: 'tuple', items, location: cursor.since(start) };
}

function parseObject(cursor: Cursor, start: number): Expression {
  cursor.at += 1;
  if (cursor.seesKeyword('for')) return parseFor(cursor, start, '}');
  const entries: ObjectEntry[] = [];
  while (!cursor.takes('}')) {
    const key = parseKey(cursor);
    if (!cursor.takes(':')) cursor.require('=', 'after a key');
    // Within an object, a line end separates entries, and is no blank.
    const value = cursor.outsideBrackets(() => parseExpression(cursor));
    entries.push({ key, value });
    cursor.outsideBrackets(() => cursor.skipBlank());
    const hasSeparator = cursor.sees('\n') || cursor.sees('\r') || cursor.takes(',');
    if (cursor.takes('}')) break;
    if (!hasSeparator) cursor.require(',', 'in an object');
  }
  return { kind: 'object', entries, location: cursor.since(start) };
}

/** A bare name is a key by itself; an expression in parentheses is a computed one. */
function parseKey(cursor: Cursor): Expression {
  cursor.skipBlank();
  const start = cursor.at;
  const name = cursor.name();
  if (name !== undefined) {
    const location = cursor.since(start);
    cursor.skipBlank();
    if (cursor.sees('=') || cursor.sees(':')) return { kind: 'literal', value: name, location };
    cursor.at = start;
  }
  return parseExpression(cursor);
}

function parseFor(cursor: Cursor, start: number, end: ']' | '}'): Expression {
  cursor.takesKeyword('for');
  const { keyName, valueName } = parseForNames(cursor);
  const of = parseExpression(cursor);
  cursor.require(':', "after 'for … in …'");
  const first = parseExpression(cursor);
  const isObject = end === '}';
  if (isObject) cursor.require('=>', 'after the key of a for expression');
  const second = isObject ? parseExpression(cursor) : undefined;
  const groups = isObject && cursor.takes('...');
  const condition = cursor.takesKeyword('if') ? parseExpression(cursor) : undefined;
  cursor.require(end, 'after a for expression');
  return {
    ...{ kind: 'for', keyName, valueName, of, groups, condition },
    ...(second === undefined ? { key: undefined, value: first } : { key: first, value: second }),
    location: cursor.since(start),
  };
}

/** `k, v in`, behind `for`. */
function parseForNames(cursor: Cursor): ForNames {
  const first = requireName(cursor);
  const second = cursor.takes(',') ? requireName(cursor) : undefined;
  if (!cursor.takesKeyword('in')) {
    throw cursor.fault(`unexpected ${cursor.nextAsWords()} after 'for ${first}'`, cursor.at, {
      expected: 'in',
    });
  }
  return second === undefined
    ? { keyName: undefined, valueName: first }
    : { keyName: first, valueName: second };
}

function requireName(cursor: Cursor): string {
  cursor.skipBlank();
  const at = cursor.at;
  const name = cursor.name();
  if (name !== undefined) return name;
  throw cursor.fault(`unexpected ${cursor.nextAsWords()}`, at, { expected: 'a name' });
}
