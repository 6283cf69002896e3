/** Parses HCL's JSON syntax: the same attributes and blocks, whose strings are templates. */
import { isAlias, isMap, isPair, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { AppError, type SourceLocation } from '../errors.ts';
import { cursorOf } from './parse-expression.ts';
import { parseTemplate } from './parse-template.ts';
import { Source } from './source.ts';
import type { Attribute, Block, Body, Expression, ObjectEntry } from './syntax.ts';

/** Which members of an object are blocks: how many labels they have, and which blocks are in them. */
export interface BlockSchema {
  readonly [type: string]: { readonly labels: number; readonly blocks?: BlockSchema };
}

/**
 * Parses a file in HCL's JSON syntax.
 *
 * @param schema the types of its blocks; other members are attributes
 * @throws AppError HCL_SYNTAX
 */
export function parseHclJson(text: string, file: string, schema: BlockSchema): Body {
  const source = new Source(file, text);
  const document = parseDocument(text, { schema: 'json', uniqueKeys: false, logLevel: 'silent' });
  const comma = trailingComma(text);
  if (comma !== undefined) {
    throw source.fault('the file is not valid JSON: nothing follows this comma', comma, comma + 1);
  }
  const [error] = document.errors;
  const position = error?.pos ?? jsonFault(text);
  if (position !== undefined)
    throw source.fault('the file is not valid JSON', position[0], position[1]);
  return bodyOf(document.contents, { source, schema });
}

/** Errors of parsers point behind it, if at all. */
function trailingComma(text: string): number | undefined {
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])/g)) {
    if (token === ',') return index;
  }
  return undefined;
}

/** YAML allows more than JSON does; what JSON refuses, is refused. */
function jsonFault(text: string): [number, number] | undefined {
  try {
    JSON.parse(text);
    return undefined;
  } catch (error) {
    const [, offset] = /position (\d+)/.exec(error instanceof Error ? error.message : '') ?? [];
    const at = offset === undefined ? text.length : Number(offset);
    return [at, at + 1];
  }
}

interface Surroundings {
  readonly source: Source;
  readonly schema: BlockSchema;
}

function locationOf(node: unknown, source: Source): SourceLocation {
  const range = isNode(node) ? node.range : undefined;
  const [start = 0, end = start + 1] = range ?? [];
  return source.location(start, end);
}

function isNode(value: unknown): value is Node {
  return isMap(value) || isSeq(value) || isScalar(value) || isAlias(value);
}

function membersOf(
  node: unknown,
  source: Source,
): { name: string; key: unknown; value: unknown }[] {
  if (!isMap(node)) {
    throw new AppError('HCL_SYNTAX', 'an object is required here', {
      location: locationOf(node, source),
      expected: '{ … }',
    });
  }
  return node.items.flatMap((pair) => {
    if (!isPair(pair) || !isScalar(pair.key)) return [];
    return [{ name: String(pair.key.value), key: pair.key, value: pair.value }];
  });
}

function bodyOf(node: unknown, { source, schema }: Surroundings): Body {
  const attributes: Attribute[] = [];
  const blocks: Block[] = [];
  // A body may be a list of bodies.
  const objects = isSeq(node) ? node.items : [node];
  for (const object of objects) {
    for (const { name, key, value } of membersOf(object, source)) {
      const kind = Object.hasOwn(schema, name) ? schema[name] : undefined;
      const location = locationOf(key, source);
      if (kind === undefined)
        attributes.push({ name, location, value: expressionOf(value, source) });
      else {
        const inner = { source, schema: kind.blocks ?? {} };
        blocks.push(
          ...blocksOf(value, inner, { type: name, labels: [], wanted: kind.labels, location }),
        );
      }
    }
  }
  return { attributes, blocks };
}

interface OpenBlock {
  readonly type: string;
  readonly labels: readonly string[];
  /** How many labels are still missing. */
  readonly wanted: number;
  readonly location: SourceLocation;
}

function blocksOf(node: unknown, around: Surroundings, open: OpenBlock): Block[] {
  const { type, labels, wanted, location } = open;
  if (isSeq(node)) return node.items.flatMap((item) => blocksOf(item, around, open));
  if (wanted === 0) {
    if (isScalar(node) && node.value === null) return [];
    return [{ type, labels, location, body: bodyOf(node, around) }];
  }
  return membersOf(node, around.source).flatMap(({ name, key, value }) =>
    blocksOf(value, around, {
      type,
      labels: [...labels, name],
      wanted: wanted - 1,
      location: locationOf(key, around.source),
    }),
  );
}

function expressionOf(node: unknown, source: Source): Expression {
  const location = locationOf(node, source);
  if (isSeq(node)) {
    return { kind: 'tuple', items: node.items.map((item) => expressionOf(item, source)), location };
  }
  if (isMap(node)) {
    const entries = membersOf(node, source).map(
      ({ name, key, value }): ObjectEntry => ({
        key: textExpression(name, locationOf(key, source)),
        value: expressionOf(value, source),
      }),
    );
    return { kind: 'object', entries, location };
  }
  const value = isScalar(node) ? node.value : null;
  if (typeof value === 'string') return textExpression(value, location);
  if (typeof value === 'number' || typeof value === 'boolean')
    return { kind: 'literal', value, location };
  return { kind: 'literal', value: null, location };
}

/** The expression of a template; its faults are those of the whole string, whose escapes are gone. */
function textExpression(text: string, location: SourceLocation): Expression {
  if (!text.includes('${') && !text.includes('%{'))
    return { kind: 'literal', value: text, location };
  try {
    return relocated(parseTemplate(cursorOf(new Source(location.file, text))), location);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, error.message, {
      location,
      expected: error.expected,
      hint: error.hint,
    });
  }
}

/** The same tree with another location in all its nodes. */
function relocated(expression: Expression, location: SourceLocation): Expression {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [
        name,
        name === 'location' ? location : copy(item),
      ]),
    );
  };
  const [moved] = [copy(expression)];
  return isExpression(moved) ? moved : expression;
}

function isExpression(value: unknown): value is Expression {
  return typeof value === 'object' && value !== null && 'kind' in value && 'location' in value;
}
