/**
 * The part of Go's templates that people use with `docker … --format`: fields, variables, pipelines, `if`, `range`,
 * `with`, and the functions in functions.ts. Data is anything JSON can hold.
 */
import { nearestName } from '../../nearest-name.ts';
import {
  FunctionError,
  goText,
  isTrue,
  lookUp,
  type TemplateFunction,
  templateFunctions,
} from './functions.ts';
import { templateError } from './lexer.ts';
import { type Node, type Operand, type Pipeline, parseTemplate } from './parser.ts';
import type { Shape } from './shape.ts';

/** @returns the text for one datum. @throws AppError CLI_TEMPLATE */
export type Template = (data: unknown) => string;

export interface TemplateOptions {
  /** Fields that the datum can have; other fields are an error. Undefined: any field. */
  readonly shape?: Shape | undefined;
  /** Text for a field that is missing or null; undefined: `<no value>`. */
  readonly absent?: ((path: readonly string[]) => string | undefined) | undefined;
}

/** @throws AppError CLI_TEMPLATE */
export function compileTemplate(template: string, options: TemplateOptions = {}): Template {
  const nodes = parseTemplate(template);
  return (data) => {
    const evaluation = new Evaluation(template, options, data);
    return evaluation.render(nodes, { dot: data, variables: new Map([['$', data]]) });
  };
}

interface Scope {
  readonly dot: unknown;
  readonly variables: ReadonlyMap<string, unknown>;
}

class Evaluation {
  readonly #template: string;
  readonly #options: TemplateOptions;
  /** Of the parts of the datum that were met. */
  readonly #shapes = new Map<unknown, Shape>();

  constructor(template: string, options: TemplateOptions, root: unknown) {
    this.#template = template;
    this.#options = options;
    if (options.shape !== undefined) this.#shapes.set(root, options.shape);
  }

  render(nodes: readonly Node[], outer: Scope): string {
    let scope = outer;
    let text = '';
    for (const node of nodes) {
      if (node.kind === 'text') {
        text += node.text;
      } else if (node.kind === 'value') {
        const { variables } = node.pipeline;
        const value = this.#evaluate(node.pipeline, scope);
        if (variables.length > 0) scope = withVariables(scope, variables, [value]);
        else text += this.#print(value, node.pipeline);
      } else {
        text += this.#control(node, scope);
      }
    }
    return text;
  }

  #control(node: Exclude<Node, { kind: 'text' | 'value' }>, scope: Scope): string {
    const { pipeline, body, otherwise } = node;
    const value = this.#evaluate(pipeline, scope);
    if (!isTrue(value)) return this.render(otherwise, scope);
    if (node.kind === 'range') {
      const entries = entriesOf(value);
      return entries
        .map(([key, item]) => {
          const values = pipeline.variables.length > 1 ? [key, item] : [item];
          return this.render(body, {
            ...withVariables(scope, pipeline.variables, values),
            dot: item,
          });
        })
        .join('');
    }
    const inner = withVariables(scope, pipeline.variables, [value]);
    return this.render(body, node.kind === 'with' ? { ...inner, dot: value } : inner);
  }

  #print(value: unknown, pipeline: Pipeline): string {
    if (value !== undefined && value !== null) return goText(value);
    const operand = pipeline.commands[0]?.[0];
    const path = operand?.kind === 'field' ? operand.path : [];
    return this.#options.absent?.(path) ?? goText(value);
  }

  #evaluate(pipeline: Pipeline, scope: Scope): unknown {
    let piped: readonly unknown[] = [];
    for (const [first, ...rest] of pipeline.commands) {
      if (first === undefined) break;
      const args = [...rest.map((operand) => this.#value(operand, scope)), ...piped];
      if (first.kind === 'function') {
        piped = [this.#call(first.name, args)];
      } else if (args.length > 0) {
        throw templateError(this.#template, 'a value cannot be called like a function');
      } else {
        piped = [this.#value(first, scope)];
      }
    }
    return piped[0];
  }

  #value(operand: Operand, scope: Scope): unknown {
    switch (operand.kind) {
      case 'constant':
        return operand.value;
      case 'function':
        return this.#call(operand.name, []);
      case 'nested':
        return this.#lookUp(operand.path, this.#evaluate(operand.pipeline, scope));
      case 'variable':
        if (!scope.variables.has(operand.name)) {
          throw templateError(this.#template, `unknown variable ${operand.name}`);
        }
        return this.#lookUp(operand.path, scope.variables.get(operand.name));
      case 'field':
        return this.#lookUp(operand.path, scope.dot);
    }
  }

  #lookUp(path: readonly string[], start: unknown): unknown {
    let value = start;
    let shape = this.#shapes.get(start);
    for (const [index, name] of path.entries()) {
      if (isStruct(shape) && (value === undefined || value === null)) {
        throw templateError(this.#template, `.${path.slice(0, index).join('.')} is not set`);
      }
      shape = this.#fieldOf(shape, value, name);
      value = lookUp(value, name);
      if (isStruct(value) && shape !== undefined) this.#shapes.set(value, shape);
    }
    return value;
  }

  #fieldOf(shape: Shape | undefined, value: unknown, name: string): Shape | undefined {
    if (shape === undefined || shape === 'any' || shape === 'map') return 'any';
    const fields = isStruct(shape) ? shape : {};
    if (Object.hasOwn(fields, name)) return fields[name];
    if (isStruct(value) && Object.hasOwn(value, name)) return 'any';
    const names = Object.keys(fields);
    const near = nearestName(name, names);
    const message = `there is no field .${name}${near === undefined ? '' : `; did you mean .${near}?`}`;
    const expected = names.map((field) => `.${field}`).join(', ');
    throw templateError(this.#template, message, expected === '' ? undefined : expected);
  }

  #call(name: string, args: readonly unknown[]): unknown {
    try {
      return this.#function(name)(...args);
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      throw templateError(this.#template, `error calling ${name}: ${error.message}`);
    }
  }

  #function(name: string): TemplateFunction {
    const found = Object.hasOwn(templateFunctions, name) ? templateFunctions[name] : undefined;
    if (found !== undefined) return found;
    const near = nearestName(name, Object.keys(templateFunctions));
    const message = `there is no function ${name}${near === undefined ? '' : `; did you mean ${near}?`}`;
    throw templateError(this.#template, message, Object.keys(templateFunctions).join(', '));
  }
}

function withVariables(scope: Scope, names: readonly string[], values: readonly unknown[]): Scope {
  if (names.length === 0) return scope;
  const variables = new Map(scope.variables);
  for (const [index, name] of names.entries()) variables.set(name, values[index]);
  return { ...scope, variables };
}

/** What `range` walks over: an array by index, an object by sorted key. */
function entriesOf(value: unknown): [key: unknown, item: unknown][] {
  if (Array.isArray(value)) return [...value.entries()];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

function isStruct<T>(value: T): value is T & object {
  return typeof value === 'object' && value !== null;
}
