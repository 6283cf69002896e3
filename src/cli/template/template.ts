/**
 * The part of Go's templates that people use with `docker … --format`: fields, variables, pipelines, `if`, `range`,
 * `with`, and the functions in functions.ts. Data is anything JSON can hold.
 */
import { nearestName } from '../../nearest-name.ts';
import { goText, isTrue, lookUp, type TemplateFunction, templateFunctions } from './functions.ts';
import { templateError } from './lexer.ts';
import { type Node, type Operand, type Pipeline, parseTemplate } from './parser.ts';

/** @returns the text for one datum. @throws AppError CLI_TEMPLATE */
export type Template = (data: unknown) => string;

export interface TemplateOptions {
  /** Fields the datum may have; others are an error at its top level. Undefined: anything goes. */
  readonly fields?: readonly string[] | undefined;
  /** What a field prints that is absent or null; undefined: `<no value>`. */
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
  readonly #root: unknown;

  constructor(template: string, options: TemplateOptions, root: unknown) {
    this.#template = template;
    this.#options = options;
    this.#root = root;
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
        piped = [this.#function(first.name)(...args)];
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
        return this.#function(operand.name)();
      case 'nested':
        return operand.path.reduce<unknown>(lookUp, this.#evaluate(operand.pipeline, scope));
      case 'variable':
        if (!scope.variables.has(operand.name)) {
          throw templateError(this.#template, `unknown variable ${operand.name}`);
        }
        return operand.path.reduce<unknown>(lookUp, scope.variables.get(operand.name));
      case 'field':
        this.#checkField(operand.path[0], scope);
        return operand.path.reduce<unknown>(lookUp, scope.dot);
    }
  }

  #checkField(name: string | undefined, scope: Scope): void {
    const { fields } = this.#options;
    if (name === undefined || fields === undefined || scope.dot !== this.#root) return;
    if (fields.includes(name)) return;
    const near = nearestName(name, fields);
    const message = `there is no field .${name}${near === undefined ? '' : `; did you mean .${near}?`}`;
    throw templateError(this.#template, message, fields.map((field) => `.${field}`).join(', '));
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
