/** The variables and functions of a definition, evaluated when they are asked for. */
import { AppError } from '../errors.ts';
import {
  type Attribute,
  asBoolean,
  type Block,
  type Body,
  childScope,
  convert,
  type Expression,
  evaluate,
  type HclFunction,
  keywordOf,
  type Scope,
  standardFunctions,
  type Type,
  toJson,
  typeOf,
  typeText,
  type Value,
  ValueFault,
  valueError,
} from '../hcl/index.ts';
import { overriddenValue, overrideOf, type VariableSources } from './variable-overrides.ts';

/** A variable as `--list=variables` shows it. */
export interface ListedVariable {
  readonly name: string;
  readonly description: string | undefined;
  /** `list of string`; undefined: it has no type of its own. */
  readonly type: string | undefined;
  readonly value: string | undefined;
}

export interface NameSources extends VariableSources {
  /** Variables that exist without being defined. */
  readonly builtins: ReadonlyMap<string, string>;
  /** Functions of the surroundings: `homedir`. */
  readonly functions: ReadonlyMap<string, HclFunction>;
  /** What `target` and `group` mean in expressions. */
  readonly blockValue: (type: string) => Value | undefined;
}

export class Names implements Scope {
  private readonly blocks = new Map<string, Block>();
  private readonly attributes = new Map<string, Attribute>();
  private readonly functionBlocks = new Map<string, Block>();
  private readonly values = new Map<string, Value>();
  private readonly functions = new Map<string, HclFunction>();
  private readonly inProgress = new Set<string>();
  private readonly sources: NameSources;

  constructor(bodies: readonly Body[], sources: NameSources) {
    this.sources = sources;
    for (const body of bodies) {
      for (const block of body.blocks) {
        if (block.type === 'variable') this.blocks.set(labelOf(block), block);
        else if (block.type === 'function') this.functionBlocks.set(labelOf(block), block);
      }
      for (const attribute of body.attributes) this.attributes.set(attribute.name, attribute);
    }
  }

  variable(name: string): Value | undefined {
    const known = this.values.get(name);
    if (known !== undefined) return known;
    const builtin = this.sources.builtins.get(name);
    if (builtin !== undefined) return builtin;
    const attribute = this.attributes.get(name);
    const block = this.blocks.get(name);
    if (attribute === undefined && block === undefined) return this.sources.blockValue(name);
    const { location } = attribute ?? block ?? {};
    if (this.inProgress.has(name)) {
      throw new AppError('BAKE_DEFINITION', `the variable '${name}' depends on itself`, {
        location,
      });
    }
    this.inProgress.add(name);
    const value =
      attribute === undefined && block !== undefined
        ? this.blockVariable(name, block)
        : evaluateAttribute(attribute, this);
    this.inProgress.delete(name);
    this.values.set(name, value);
    return value;
  }

  function(name: string) {
    return (
      standardFunctions.get(name) ?? this.sources.functions.get(name) ?? this.ownFunction(name)
    );
  }

  readonly variableNames = () => [
    ...this.blocks.keys(),
    ...this.attributes.keys(),
    ...this.sources.builtins.keys(),
  ];
  readonly functionNames = () => [...this.functionBlocks.keys(), ...standardFunctions.keys()];

  /** Evaluates everything and checks the validation rules. @throws AppError HCL_…, BAKE_… */
  checkAll(): void {
    for (const name of [...this.blocks.keys(), ...this.attributes.keys()]) this.variable(name);
    for (const block of this.blocks.values()) this.validate(block);
    for (const name of this.functionBlocks.keys()) this.ownFunction(name);
  }

  list(): ListedVariable[] {
    const listed = [...this.blocks].map(([name, block]) => {
      const type = this.typeOf(block);
      const description = attributeOf(block, 'description');
      const value = this.variable(name) ?? null;
      return {
        name,
        description: description && String(toJson(evaluate(description.value, this)) ?? ''),
        type: type && typeText(type),
        value: value === null ? undefined : listedText(value),
      };
    });
    return listed.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private typeOf(block: Block): Type | undefined {
    const attribute = attributeOf(block, 'type');
    return attribute && typeOf(attribute.value);
  }

  private blockVariable(name: string, block: Block): Value {
    const type = this.typeOf(block);
    const attribute = attributeOf(block, 'default');
    const fallback = attribute && evaluate(attribute.value, this);
    const place = attribute?.value.location ?? block.location;
    const initial = located(place, () => {
      if (fallback !== undefined) return type === undefined ? fallback : convert(fallback, type);
      return type === undefined ? '' : null;
    });
    const isVariable = (other: string) =>
      this.blocks.has(other) || this.sources.builtins.has(other);
    const override = overrideOf(name, this.sources, { isTyped: type !== undefined, isVariable });
    if (override === undefined) return initial;
    try {
      return overriddenValue(override, type, fallback);
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      throw new AppError(
        'BAKE_VARIABLE',
        `invalid value for the variable '${name}': ${error.message}`,
        {
          location: block.location,
          hint: 'the value comes from --var or the environment',
        },
      );
    }
  }

  private validate(block: Block): void {
    const name = labelOf(block);
    for (const rule of block.body.blocks) {
      if (rule.type !== 'validation') continue;
      const condition = attributeOf(rule, 'condition');
      if (condition === undefined) {
        throw new AppError('BAKE_DEFINITION', 'a validation needs a condition', {
          location: rule.location,
        });
      }
      const result = evaluate(condition.value, this);
      if (located(condition.value.location, () => asBoolean(result))) continue;
      const message = attributeOf(rule, 'error_message');
      const text = message && evaluate(message.value, this);
      throw new AppError(
        'BAKE_VARIABLE',
        `the variable '${name}' is invalid: ${typeof text === 'string' ? text : 'its validation fails'}`,
        { location: condition.value.location },
      );
    }
  }

  private ownFunction(name: string): HclFunction | undefined {
    const known = this.functions.get(name);
    if (known !== undefined) return known;
    const block = this.functionBlocks.get(name);
    if (block === undefined) return undefined;
    const made = this.makeFunction(name, block);
    this.functions.set(name, made);
    return made;
  }

  private makeFunction(name: string, block: Block): HclFunction {
    const [params, result] = ['params', 'result'].map((part) => {
      const attribute = attributeOf(block, part);
      if (attribute !== undefined) return attribute.value;
      throw new AppError('BAKE_DEFINITION', `the function '${name}' has no ${part}`, {
        location: block.location,
      });
    });
    const names = params?.kind === 'tuple' ? params.items.map(parameterName) : [];
    const variadic = attributeOf(block, 'variadic_params');
    const rest = variadic && parameterName(variadic.value);
    return {
      arity: [names.length, rest === undefined ? names.length : undefined],
      apply: (args) => {
        const variables = new Map(
          names.map((param, index) => [param, args[index] ?? null] as const),
        );
        if (rest !== undefined) variables.set(rest, args.slice(names.length));
        if (result === undefined || this.inProgress.has(`${name}(`)) {
          throw new AppError('BAKE_DEFINITION', `the function '${name}' calls itself`, {
            location: block.location,
          });
        }
        this.inProgress.add(`${name}(`);
        try {
          return evaluate(result, childScope(this, variables));
        } finally {
          this.inProgress.delete(`${name}(`);
        }
      },
    };
  }
}

function parameterName(expression: Expression): string {
  const name = keywordOf(expression);
  if (name !== undefined) return name;
  throw new AppError('HCL_SYNTAX', 'a parameter is a name', { location: expression.location });
}

function evaluateAttribute(attribute: Attribute | undefined, scope: Scope): Value {
  return attribute === undefined ? null : evaluate(attribute.value, scope);
}

function located<T>(location: Block['location'], work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ValueFault) throw valueError(error.message, location);
    throw error;
  }
}

/** The last attribute of a name in a block. */
export function attributeOf(block: Block, name: string): Attribute | undefined {
  return block.body.attributes.findLast((attribute) => attribute.name === name);
}

/** The one label of a block. @throws AppError BAKE_DEFINITION */
export function labelOf({ type, labels, location }: Block): string {
  const [label] = labels;
  if (label !== undefined && labels.length === 1) return label;
  throw new AppError('BAKE_DEFINITION', `a ${type} has one name`, {
    location,
    expected: `${type} "name" { … }`,
  });
}

function listedText(value: Value): string {
  return typeof value === 'object' ? JSON.stringify(toJson(value)) : String(value);
}
