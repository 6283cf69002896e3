/** Where ARG and ENV variables are declared and used. */
import { type InstructionNode, physicalLines, sliceOf, type Word } from '../dockerfile/index.ts';
import type { SourceRange } from '../errors.ts';
import type { DockerfileModel, StageModel } from './model.ts';

/** The index of a stage, or -1 for the arguments before the first FROM. */
export type Scope = number;
export const GLOBAL: Scope = -1;

export interface Declaration {
  readonly name: string;
  readonly kind: 'arg' | 'env';
  readonly range: SourceRange;
  readonly scope: Scope;
  /** As written; undefined for an ARG without a default. */
  readonly value: Word | undefined;
}

export interface VariableUse {
  readonly name: string;
  /** The name alone, without `$` and braces. */
  readonly range: SourceRange;
  readonly scope: Scope;
  /** It sees what is declared before this offset: an ENV does not see its own variables. */
  readonly seesBefore: number;
}

export interface Variables {
  readonly declarations: readonly Declaration[];
  readonly uses: readonly VariableUse[];
}

const USE = /\\[\s\S]|`[\s\S]|\$\{?([A-Za-z_]\w*)/g;
/** Their text is for a shell or a program, which has the variables in its environment. */
const COMMANDS = new Set(['run', 'cmd', 'entrypoint', 'healthcheck', 'onbuild']);
const NAME = /^[A-Za-z_]\w*$/;

const KNOWN = new WeakMap<DockerfileModel, Variables>();

/** In the order of the text. */
export function variablesOf(model: DockerfileModel): Variables {
  const known = KNOWN.get(model);
  if (known !== undefined) return known;
  const declarations: Declaration[] = [];
  const uses: VariableUse[] = [];
  for (const node of model.tree.instructions) {
    const scope = model.stageOf.get(node)?.index ?? GLOBAL;
    declarations.push(...declarationsIn(model, node, scope));
    uses.push(...usesIn(model, node, node.name === 'from' ? GLOBAL : scope));
  }
  const found = { declarations, uses };
  KNOWN.set(model, found);
  return found;
}

function declarationsIn(model: DockerfileModel, node: InstructionNode, scope: Scope) {
  const instruction = model.typed.get(node);
  const declared = (name: Word, value: Word | undefined, kind: 'arg' | 'env') =>
    NAME.test(name.text) ? [{ name: name.text, kind, range: name.range, scope, value }] : [];
  if (instruction?.kind === 'arg') {
    return instruction.args.flatMap(({ name, value }) => declared(name, value, 'arg'));
  }
  if (instruction?.kind === 'env') {
    return instruction.pairs.flatMap(({ key, value }) => declared(key, value, 'env'));
  }
  return [];
}

function usesIn(model: DockerfileModel, node: InstructionNode, scope: Scope) {
  const { tree } = model;
  const isCommand = COMMANDS.has(node.name);
  const other = tree.escape === '`' ? '\\' : '`';
  const uses: VariableUse[] = [];
  for (const { kind, range } of physicalLines(tree, node)) {
    if (kind === 'comment' || kind === 'blank') continue;
    if (kind === 'heredoc' && !isCommand && !node.heredocs.some(({ expand }) => expand)) continue;
    const text = sliceOf(tree.text, range);
    if (!text.includes('$')) continue;
    const isLiteral = isCommand || kind === 'heredoc' ? () => false : inSingleQuotes(text);
    for (const match of text.matchAll(USE)) {
      const [whole, name] = match;
      if (name === undefined) {
        // The character before is no escape character in this file: look at the next one again.
        if (whole.startsWith(other) && whole[1] === '$') {
          const rest = /^\$\{?([A-Za-z_]\w*)/.exec(text.slice(match.index + 1));
          if (rest?.[1] !== undefined) add(match.index + 1 + rest[0].length, rest[1]);
        }
        continue;
      }
      if (!isLiteral(match.index)) add(match.index + whole.length, name);
    }
    function add(end: number, name: string): void {
      const to = range.start.offset + end;
      const used = tree.source.range(to - name.length, to);
      const { offset } = node.name === 'env' ? node.extent.start : used.start;
      uses.push({ name, scope, range: used, seesBefore: offset });
    }
  }
  return isCommand ? uses.filter(({ name }) => !isAssigned(node, name)) : uses;
}

/** The shell of the command sets the variable itself. */
function isAssigned({ argument, heredocs }: InstructionNode, name: string): boolean {
  const script = [argument.text, ...heredocs.map(({ body }) => body)].join('\n');
  return new RegExp(`(?:^|[\\s;&|(])(?:${name}\\+?=|(?:for|read)\\s(?:-\\w+\\s)*${name}\\b)`).test(
    script,
  );
}

/** @returns whether an offset is between single quotes, for ascending offsets */
function inSingleQuotes(text: string): (offset: number) => boolean {
  let quote = '';
  let at = 0;
  return (offset) => {
    for (; at < offset; at += 1) {
      const character = text[at];
      if (character === quote) quote = '';
      else if (quote === '' && (character === '"' || character === "'")) quote = character;
    }
    return quote === "'";
  };
}

/**
 * The scopes in which the name is one variable: a stage has the variables of its base, and an ARG without a default takes
 * the value of the one before the first FROM.
 */
export function scopesOf(model: DockerfileModel, name: string, scope: Scope): ReadonlySet<Scope> {
  const own = variablesOf(model).declarations.filter((one) => one.name === name);
  const declares = (stage: StageModel | undefined): boolean =>
    stage !== undefined && (own.some((one) => one.scope === stage.index) || declares(stage.base));
  const links: [Scope, Scope][] = [];
  for (const stage of model.stages) {
    const inherits = own.some(
      ({ kind, value, scope: at }) => at === stage.index && kind === 'arg' && value === undefined,
    );
    if (inherits && own.some((one) => one.scope === GLOBAL)) links.push([stage.index, GLOBAL]);
    if (stage.base && declares(stage.base)) links.push([stage.index, stage.base.index]);
  }
  const found = new Set([scope]);
  // Iterating a set includes elements added meanwhile.
  for (const at of found) {
    for (const [one, another] of links) {
      if (one === at) found.add(another);
      if (another === at) found.add(one);
    }
  }
  return found;
}

/** The declaration that a use before `offset` sees. */
export function declarationFor(
  model: DockerfileModel,
  name: string,
  { scope, offset }: { readonly scope: Scope; readonly offset: number },
): Declaration | undefined {
  const { declarations } = variablesOf(model);
  const isBefore = (one: Declaration) => one.name === name && one.range.start.offset < offset;
  let stage = model.stages[scope];
  let found = declarations.findLast((one) => one.scope === scope && isBefore(one));
  while (found === undefined && stage?.base !== undefined) {
    stage = stage.base;
    const { index } = stage;
    found = declarations.findLast((one) => one.scope === index && isBefore(one));
  }
  return found;
}

/** The names that `$` may be followed by at the offset, each with its last declaration. */
export function visibleAt(
  model: DockerfileModel,
  scope: Scope,
  offset: number,
): ReadonlyMap<string, Declaration> {
  const chain = new Set<Scope>([scope]);
  for (let stage = model.stages[scope]?.base; stage; stage = stage.base) chain.add(stage.index);
  return new Map(
    variablesOf(model)
      .declarations.filter((one) => chain.has(one.scope) && one.range.start.offset < offset)
      .map((one) => [one.name, one]),
  );
}
