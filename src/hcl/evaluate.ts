/** Evaluates expressions of HCL. */
import { AppError, type SourceLocation } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';
import type { BinaryOperator, Call, Expression, For, TemplatePart } from './syntax.ts';
import { areCompatible, kindsOf, unified } from './types.ts';
import {
  areEqual,
  asBoolean,
  asEntries,
  asInteger,
  asItems,
  asNumber,
  asText,
  isLazy,
  isList,
  isMap,
  kindOf,
  type Value,
  ValueFault,
  ValueSet,
} from './value.ts';

/** A function that expressions can call. */
export interface HclFunction {
  /** How many arguments it takes: at least, and at most (undefined: any number). */
  readonly arity: readonly [number, number | undefined];
  /** @throws ValueFault */
  readonly apply: (args: readonly Value[]) => Value;
}

/** A function that evaluates its arguments itself. */
export interface HclMacro {
  readonly expand: (args: readonly Expression[], scope: Scope) => Value;
}

/** What the names in an expression mean. */
export interface Scope {
  /** @returns undefined if there is no such variable */
  variable(name: string): Value | undefined;
  function(name: string): HclFunction | HclMacro | undefined;
  /** The names that a message about an unknown one may suggest. */
  readonly variableNames?: () => readonly string[];
  readonly functionNames?: () => readonly string[];
}

/** A scope with further variables. */
export function childScope(scope: Scope, variables: ReadonlyMap<string, Value>): Scope {
  return {
    variable: (name) => (variables.has(name) ? variables.get(name) : scope.variable(name)),
    function: (name) => scope.function(name),
    variableNames: () => [...variables.keys(), ...(scope.variableNames?.() ?? [])],
    functionNames: () => scope.functionNames?.() ?? [],
  };
}

/** The name under which a scope has the element of a splat expression; no source can write it. */
const SPLAT_ITEM = '*';

/** @throws AppError HCL_VALUE, with the place in the source */
export function evaluate(expression: Expression, scope: Scope): Value {
  try {
    return resultOf(expression, scope);
  } catch (error) {
    if (error instanceof ValueFault) throw valueError(error.message, expression.location);
    throw error;
  }
}

export function valueError(message: string, location: SourceLocation, hint?: string): AppError {
  return new AppError('HCL_VALUE', message, { location, hint });
}

function resultOf(expression: Expression, scope: Scope): Value {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'template':
      return templateText(expression.parts, scope);
    case 'variable':
      return variableOf(expression.name, expression.location, scope);
    case 'splat-item':
      return scope.variable(SPLAT_ITEM) ?? null;
    case 'attribute':
      return attributeOf(evaluate(expression.of, scope), expression.name);
    case 'index':
      return elementOf(evaluate(expression.of, scope), evaluate(expression.key, scope));
    case 'splat':
      return splat(evaluate(expression.of, scope), expression.each, scope);
    case 'call':
      return call(expression, expression.location, scope);
    case 'unary': {
      const value = evaluate(expression.of, scope);
      return expression.operator === '-' ? -asNumber(value) : !asBoolean(value);
    }
    case 'binary':
      return binary(expression.operator, expression, scope);
    case 'conditional':
      return conditional(expression, scope);
    case 'tuple':
      return expression.items.map((item) => evaluate(item, scope));
    case 'object':
      return new Map(
        expression.entries.map(({ key, value }) => [
          asText(evaluate(key, scope)),
          evaluate(value, scope),
        ]),
      );
    case 'for':
      return forValue(expression, scope);
  }
}

function variableOf(name: string, location: SourceLocation, scope: Scope): Value {
  const value = scope.variable(name);
  if (value !== undefined) return value;
  throw new AppError('HCL_VALUE', `there is no variable '${name}'`, {
    location,
    hint: suggestion(name, scope.variableNames?.() ?? []),
  });
}

function conditional(
  { condition, whenTrue, whenFalse }: Extract<Expression, { kind: 'conditional' }>,
  scope: Scope,
): Value {
  const holds = asBoolean(notNull(evaluate(condition, scope), 'a condition'));
  const chosen = evaluate(holds ? whenTrue : whenFalse, scope);
  // The other side only lends its type: what fails there does not matter here.
  const other = attempt(() => evaluate(holds ? whenFalse : whenTrue, scope));
  if (other === undefined) return chosen;
  if (!areCompatible(chosen, other)) {
    throw new ValueFault(
      `the results of a condition must have one type, not ${kindsOf(chosen, other)}`,
    );
  }
  return unified(chosen, other);
}

function attempt(work: () => Value): Value | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError || error instanceof ValueFault) return undefined;
    throw error;
  }
}

function notNull(value: Value, what: string): Value {
  if (value === null) throw new ValueFault(`${what} must not be null`);
  return value;
}

function attributeOf(of: Value, name: string): Value {
  if (isLazy(of) || isMap(of)) {
    const found = of.get(name);
    if (found !== undefined) return found;
    throw new ValueFault(`there is no attribute '${name}'`);
  }
  if (of === null) throw new ValueFault(`null has no attribute '${name}'`);
  throw new ValueFault(`${kindOf(of)} has no attribute '${name}'`);
}

function elementOf(of: Value, key: Value): Value {
  if (isList(of)) {
    const index = asInteger(key);
    const found = index < 0 ? undefined : of[index];
    if (found === undefined)
      throw new ValueFault(`there is no element ${index}: the list has ${of.length}`);
    return found;
  }
  if (of instanceof ValueSet) throw new ValueFault('elements of a set have no index');
  return attributeOf(of, asText(notNull(key, 'a key')));
}

function splat(of: Value, each: Expression, scope: Scope): Value {
  if (of === null) return [];
  const items = isList(of) || of instanceof ValueSet ? asItems(of) : [of];
  return items.map((item) => evaluate(each, childScope(scope, new Map([[SPLAT_ITEM, item]]))));
}

function call({ name, args, expands }: Call, location: SourceLocation, scope: Scope): Value {
  const called = scope.function(name);
  if (called === undefined) {
    throw new AppError('HCL_VALUE', `there is no function '${name}'`, {
      location,
      hint: suggestion(name, scope.functionNames?.() ?? []),
    });
  }
  if ('expand' in called) return called.expand(args, scope);
  const values = args.map((argument) => evaluate(argument, scope));
  const given = expands ? [...values.slice(0, -1), ...asItems(values.at(-1) ?? [])] : values;
  const [least, most] = called.arity;
  if (given.length < least || (most !== undefined && given.length > most)) {
    const expected =
      most === undefined ? `${least} or more` : least === most ? `${least}` : `${least} to ${most}`;
    throw new ValueFault(`${name} takes ${expected} arguments, not ${given.length}`);
  }
  try {
    return called.apply(given);
  } catch (error) {
    if (error instanceof ValueFault) throw new ValueFault(`${name}: ${error.message}`);
    throw error;
  }
}

function binary(
  operator: BinaryOperator,
  { left, right }: { readonly left: Expression; readonly right: Expression },
  scope: Scope,
): Value {
  const first = evaluate(left, scope);
  if (operator === '&&' && !asBoolean(first)) return false;
  if (operator === '||' && asBoolean(first)) return true;
  const second = evaluate(right, scope);
  switch (operator) {
    case '&&':
    case '||':
      return asBoolean(second);
    case '==':
      return areEqual(first, second);
    case '!=':
      return !areEqual(first, second);
    default:
      return arithmetic(operator, asNumber(first), asNumber(second));
  }
}

function arithmetic(
  operator: Exclude<BinaryOperator, '&&' | '||' | '==' | '!='>,
  left: number,
  right: number,
): Value {
  if ((operator === '/' || operator === '%') && right === 0)
    throw new ValueFault('division by zero');
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

/** The elements of a value with their keys: numbers for lists. */
export function elementsOf(of: Value): readonly (readonly [Value, Value])[] {
  if (isList(of)) return of.map((item, index) => [index, item] as const);
  if (of instanceof ValueSet) return of.items.map((item) => [item, item] as const);
  if (of === null) throw new ValueFault('null has no elements');
  return [...asEntries(of)].sort(([a], [b]) => (a < b ? -1 : 1));
}

function scopesOf(
  { keyName, valueName }: { readonly keyName: string | undefined; readonly valueName: string },
  of: Value,
  scope: Scope,
): Scope[] {
  return elementsOf(of).map(([key, item]) => {
    const variables = new Map<string, Value>([[valueName, item]]);
    if (keyName !== undefined) variables.set(keyName, key);
    return childScope(scope, variables);
  });
}

function forValue(expression: For, scope: Scope): Value {
  const scopes = scopesOf(expression, evaluate(expression.of, scope), scope).filter(
    (inner) =>
      expression.condition === undefined || asBoolean(evaluate(expression.condition, inner)),
  );
  const { key, value, groups } = expression;
  if (key === undefined) return scopes.map((inner) => evaluate(value, inner));
  const result = new Map<string, Value>();
  for (const inner of scopes) {
    const name = asText(notNull(evaluate(key, inner), 'a key'));
    const item = evaluate(value, inner);
    const before = result.get(name);
    if (groups) result.set(name, [...(before === undefined ? [] : asItems(before)), item]);
    else if (before === undefined) result.set(name, item);
    else throw new ValueFault(`the key '${name}' comes twice; group its values with ...`);
  }
  return result;
}

function templateText(parts: readonly TemplatePart[], scope: Scope): string {
  return parts.map((part) => partText(part, scope)).join('');
}

function partText(part: TemplatePart, scope: Scope): string {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'value': {
      const value = evaluate(part.value, scope);
      if (value === null) throw valueError('null cannot be part of a string', part.value.location);
      try {
        return asText(value);
      } catch (error) {
        if (!(error instanceof ValueFault)) throw error;
        throw valueError(`${kindOf(value)} cannot be part of a string`, part.value.location);
      }
    }
    case 'if': {
      const holds = asBoolean(evaluate(part.condition, scope));
      return templateText(holds ? part.whenTrue : part.whenFalse, scope);
    }
    case 'for':
      return scopesOf(part, evaluate(part.of, scope), scope)
        .map((inner) => templateText(part.body, inner))
        .join('');
  }
}

/** `did you mean 'x'?`, for a name that is nearly one of the others. */
function suggestion(name: string, names: readonly string[]): string | undefined {
  const near = nearestName(name, names);
  return near === undefined ? undefined : `did you mean '${near}'?`;
}
