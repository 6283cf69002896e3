/** Values that variables get from outside: by `--var`, or from the environment. */
import type { Environment } from '../environment.ts';
import {
  convert,
  fromJson,
  parseCsv,
  type Type,
  typeText,
  type Value,
  ValueFault,
  ValueSet,
} from '../hcl/index.ts';

export interface VariableSources {
  /** `--var NAME=value`. */
  readonly given: ReadonlyMap<string, string>;
  /** Undefined if variables do not come from it (BUILDX_BAKE_DISABLE_VARS_ENV_LOOKUP). */
  readonly env: Environment | undefined;
}

interface Override {
  readonly text: string;
  readonly isJson: boolean;
}

/**
 * The text that overrides a variable: NAME, or NAME_JSON unless that is a variable of its own.
 *
 * @param isTyped a variable with a type prefers JSON
 */
export function overrideOf(
  name: string,
  { given, env }: VariableSources,
  {
    isTyped,
    isVariable,
  }: { readonly isTyped: boolean; readonly isVariable: (name: string) => boolean },
): Override | undefined {
  const lookUp = (key: string) => given.get(key) ?? env?.[key];
  const plain = lookUp(name);
  const json = isVariable(`${name}_JSON`) ? undefined : lookUp(`${name}_JSON`);
  if (json !== undefined && (isTyped || plain === undefined)) return { text: json, isJson: true };
  return plain === undefined ? undefined : { text: plain, isJson: false };
}

/**
 * The override as a value of the variable.
 *
 * @param type undefined: that of the default value
 * @throws ValueFault
 */
export function overriddenValue(
  { text, isJson }: Override,
  type: Type | undefined,
  fallback: Value | undefined,
): Value {
  if (type !== undefined && isJson) return convert(parseJson(text), type);
  if (type === undefined) return untyped(text, fallback);
  switch (type.kind) {
    case 'string':
    case 'any':
      return text;
    case 'number':
      return numberOf(text);
    case 'bool':
      return boolOf(text);
    case 'list':
    case 'set': {
      const items = fieldsOf(text).map((field) => plainValue(field, type.of));
      return type.kind === 'list' ? items : new ValueSet(items);
    }
    case 'tuple': {
      const fields = fieldsOf(text);
      if (fields.length !== type.of.length) {
        throw new ValueFault(
          `${type.of.length} values separated by commas are required, not ${fields.length}`,
        );
      }
      return fields.map((field, index) => plainValue(field, type.of[index] ?? { kind: 'string' }));
    }
    case 'map':
      return new Map(
        fieldsOf(text).map((field) => {
          const [[key = '', value, ...more] = []] = parseCsv(field, ':');
          if (value === undefined || more.length > 0)
            throw new ValueFault(`'${field}' is not key:value`);
          return [key, plainValue(value, type.of)] as const;
        }),
      );
    default:
      throw new ValueFault(
        `${typeText(type)} can only be given as JSON, in the variable with _JSON behind its name`,
      );
  }
}

function untyped(text: string, fallback: Value | undefined): Value {
  if (typeof fallback === 'number') return numberOf(text);
  if (typeof fallback === 'boolean') return boolOf(text);
  if (typeof fallback === 'object' && fallback !== null) {
    throw new ValueFault('a list or an object can only be overridden if the variable has a type');
  }
  return text;
}

const fieldsOf = (text: string) => parseCsv(text)[0] ?? [];

function plainValue(text: string, type: Type): Value {
  if (type.kind === 'string') return text;
  if (type.kind === 'number') return numberOf(text);
  if (type.kind === 'bool') return boolOf(text);
  throw new ValueFault(`${typeText(type)} cannot be written with commas; give JSON`);
}

function parseJson(text: string): Value {
  try {
    return fromJson(JSON.parse(text));
  } catch {
    throw new ValueFault('the value is not JSON');
  }
}

function numberOf(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number))
    throw new ValueFault(`'${text}' is not a number`);
  return number;
}

/** As Go reads bools. */
function boolOf(text: string): boolean {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(?:0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw new ValueFault(`'${text}' is not a bool`);
}
