/** Definition, references and renaming of stages, arguments and variables. */
import type { SourceRange } from '../errors.ts';
import type { DockerfileModel, StageModel } from './model.ts';
import { contains, stageAt, stageUses } from './stage-names.ts';
import {
  type Declaration,
  declarationFor,
  GLOBAL,
  type Scope,
  scopesOf,
  variablesOf,
} from './variables.ts';

/** What the cursor is on. */
type Symbol =
  | { readonly kind: 'stage'; readonly stage: StageModel }
  | {
      readonly kind: 'variable';
      readonly name: string;
      readonly scope: Scope;
      readonly range: SourceRange;
      readonly declaration: Declaration | undefined;
      readonly seesBefore: number;
    };

const STAGE_NAME = /^[a-z][a-z0-9-_.]*$/i;
const VARIABLE_NAME = /^[A-Za-z_]\w*$/;

function symbolAt(model: DockerfileModel, offset: number): Symbol | undefined {
  const stage = stageAt(model, offset);
  if (stage !== undefined) return { kind: 'stage', stage };
  const { declarations, uses } = variablesOf(model);
  const declaration = declarations.find(({ range }) => contains(range, offset));
  const use = uses.find(({ range }) => contains(range, offset));
  const found = declaration ?? use;
  if (found === undefined) return undefined;
  const { name, scope, range } = found;
  const seesBefore = declaration || use === undefined ? range.end.offset : use.seesBefore;
  return { kind: 'variable', name, scope, range, declaration, seesBefore };
}

/** Where the symbol at the offset is defined. */
export function definitionAt(model: DockerfileModel, offset: number): SourceRange | undefined {
  const symbol = symbolAt(model, offset);
  if (symbol?.kind === 'stage') {
    return symbol.stage.typed?.stageWord?.range ?? symbol.stage.from.range;
  }
  if (symbol === undefined) return undefined;
  const { name, declaration, range } = symbol;
  const inherits = declaration?.kind === 'arg' && declaration.value === undefined;
  const scope = inherits ? GLOBAL : symbol.scope;
  const before = inherits ? range.start.offset : symbol.seesBefore;
  return (declarationFor(model, name, { scope, offset: before }) ?? declaration)?.range;
}

/** All places that mean the symbol at the offset, in the order of the text. */
export function referencesAt(
  model: DockerfileModel,
  offset: number,
  { withDeclarations }: { readonly withDeclarations: boolean },
): readonly SourceRange[] {
  const symbol = symbolAt(model, offset);
  if (symbol === undefined) return [];
  if (symbol.kind === 'stage') {
    const own = symbol.stage.typed?.stageWord?.range;
    const uses = stageUses(model).filter(({ stage }) => stage === symbol.stage);
    return ordered([
      ...(own !== undefined && withDeclarations ? [own] : []),
      ...uses.map(({ range }) => range),
    ]);
  }
  const scopes = scopesOf(model, symbol.name, symbol.scope);
  const { declarations, uses } = variablesOf(model);
  const isSame = (one: { readonly name: string; readonly scope: Scope }) =>
    one.name === symbol.name && scopes.has(one.scope);
  const declared = withDeclarations ? declarations.filter(isSame) : [];
  return ordered([...declared, ...uses.filter(isSame)].map(({ range }) => range));
}

/** The name at the offset, if it can be renamed. */
export function renameableAt(model: DockerfileModel, offset: number): SourceRange | undefined {
  const ranges = renamedRanges(model, offset);
  return ranges.find((range) => contains(range, offset));
}

/** The places to change for a new name, or why it cannot be changed to that. */
export function renameAt(
  model: DockerfileModel,
  offset: number,
  name: string,
): readonly SourceRange[] | string {
  const symbol = symbolAt(model, offset);
  const ranges = renamedRanges(model, offset);
  if (symbol === undefined || ranges.length === 0) {
    return 'there is no stage, argument or variable of this file here';
  }
  const reason =
    symbol.kind === 'stage'
      ? stageRefusal(model, symbol.stage, name)
      : variableRefusal(model, symbol, name);
  return reason ?? ranges;
}

function stageRefusal(
  { stages }: DockerfileModel,
  { typed: own }: StageModel,
  name: string,
): string | undefined {
  if (!STAGE_NAME.test(name)) return `${JSON.stringify(name)} is not a valid name of a stage`;
  const lower = name.toLowerCase();
  if (own?.stage === lower) return undefined;
  const isTaken = stages.some(({ typed }) => typed?.stage === lower || typed?.image.text === name);
  const isReserved = lower === 'scratch' || lower === 'context';
  return isTaken || isReserved ? `the name ${name} is taken` : undefined;
}

function variableRefusal(
  model: DockerfileModel,
  symbol: { readonly name: string; readonly scope: Scope },
  name: string,
): string | undefined {
  if (!VARIABLE_NAME.test(name)) return `${JSON.stringify(name)} is not a valid name of a variable`;
  if (name === symbol.name) return undefined;
  const scopes = scopesOf(model, symbol.name, symbol.scope);
  const { declarations, uses } = variablesOf(model);
  const isOther = (one: { readonly name: string; readonly scope: Scope }) =>
    one.name === name && scopes.has(one.scope);
  const isTaken = declarations.some(isOther) || uses.some(isOther);
  return isTaken ? `the name ${name} is used in the same stage` : undefined;
}

function renamedRanges(model: DockerfileModel, offset: number): readonly SourceRange[] {
  const symbol = symbolAt(model, offset);
  if (symbol === undefined) return [];
  if (symbol.kind === 'stage') {
    if (symbol.stage.typed?.stageWord === undefined) return [];
    const indexes = new Set(
      stageUses(model)
        .filter(({ isIndex }) => isIndex)
        .map(({ range }) => range.start.offset),
    );
    const all = referencesAt(model, offset, { withDeclarations: true });
    return all.filter(({ start }) => !indexes.has(start.offset));
  }
  // A variable of the base image, or a predefined one, has its name from elsewhere.
  const scopes = scopesOf(model, symbol.name, symbol.scope);
  const isDeclared = variablesOf(model).declarations.some(
    (one) => one.name === symbol.name && scopes.has(one.scope),
  );
  return isDeclared ? referencesAt(model, offset, { withDeclarations: true }) : [];
}

function ordered(ranges: readonly SourceRange[]): readonly SourceRange[] {
  return [...ranges].sort((a, b) => a.start.offset - b.start.offset);
}
