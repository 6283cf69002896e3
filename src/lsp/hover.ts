/** What an editor shows about the word under the cursor, in Markdown. */
import type { InstructionNode } from '../dockerfile/index.ts';
import type { SourceRange } from '../errors.ts';
import { type DockerfileModel, nodeAt } from './model.ts';
import { INSTRUCTIONS, MOUNT_OPTIONS, MOUNT_TYPES } from './reference.ts';
import { contains, stageAt, stageUses } from './stage-names.ts';
import { declarationFor, variablesOf } from './variables.ts';

export interface HoverText {
  readonly markdown: string;
  readonly range: SourceRange;
}

/** @param costOf what the last build did for an instruction, in one line; undefined if that is unknown */
export function hoverAt(
  model: DockerfileModel,
  offset: number,
  costOf: (node: InstructionNode) => string | undefined,
): HoverText | undefined {
  const node = nodeAt(model, offset);
  if (node === undefined) return undefined;
  return (
    keywordHover(node, offset, costOf) ??
    (node.trigger && keywordHover(node.trigger, offset, () => undefined)) ??
    flagHover(model, node, offset) ??
    stageHover(model, offset) ??
    variableHover(model, offset)
  );
}

function keywordHover(
  node: InstructionNode,
  offset: number,
  costOf: (node: InstructionNode) => string | undefined,
): HoverText | undefined {
  const { keywordRange, name } = node;
  const help = INSTRUCTIONS[name.toUpperCase()];
  if (help === undefined || !contains(keywordRange, offset)) return undefined;
  const cost = costOf(node);
  const markdown = [fenced(help.syntax), help.text, ...(cost ? [cost] : [])];
  return { markdown: markdown.join('\n\n'), range: keywordRange };
}

function flagHover(
  model: DockerfileModel,
  { name, flags, trigger }: InstructionNode,
  offset: number,
): HoverText | undefined {
  const flag = flags.find(({ range }) => contains(range, offset));
  if (flag === undefined) {
    return trigger && flagHover(model, trigger, offset);
  }
  const { value, range } = flag;
  if (contains(value?.range, offset) && flag.name !== 'mount') return stageHover(model, offset);
  if (flag.name === 'mount') {
    const mount = mountHover(model, offset, value?.range);
    if (mount !== undefined) return mount;
  }
  const help = INSTRUCTIONS[name.toUpperCase()]?.flags[flag.name];
  if (help === undefined) return undefined;
  const values = help.values
    ? `\n\nValues: ${help.values.map((one) => `\`${one}\``).join(', ')}`
    : '';
  return { markdown: `\`--${flag.name}\`: ${help.text}${values}`, range };
}

/** The option of a mount under the cursor, found in the text. */
function mountHover(
  { tree }: DockerfileModel,
  offset: number,
  range: SourceRange | undefined,
): HoverText | undefined {
  if (range === undefined || !contains(range, offset)) return undefined;
  const isEnd = (character: string | undefined) =>
    character === undefined || /[,\s"']/.test(character);
  let start = offset;
  while (start > range.start.offset && !isEnd(tree.text[start - 1])) start -= 1;
  let end = offset;
  while (end < range.end.offset && !isEnd(tree.text[end])) end += 1;
  const [key = '', value] = tree.text.slice(start, end).split('=', 2);
  const found = tree.source.range(start, end);
  if (key === 'type' && value !== undefined && MOUNT_TYPES[value] !== undefined) {
    return { markdown: `\`type=${value}\`: ${MOUNT_TYPES[value]}`, range: found };
  }
  const option = MOUNT_OPTIONS[key];
  return option && { markdown: `\`${key}\`: ${option.text}`, range: found };
}

function stageHover(model: DockerfileModel, offset: number): HoverText | undefined {
  const stage = stageAt(model, offset);
  if (stage?.typed === undefined) return undefined;
  const { text, description, node, stageWord } = stage.typed;
  const about = description === undefined ? '' : `\n\n${escaped(description)}`;
  const line = node.range.start.line;
  const markdown = `${fenced(text)}\n\nStage ${stage.index}, line ${line}${about}`;
  const places = [stageWord, ...stageUses(model)].map((one) => one?.range);
  const range = places.find((one) => contains(one, offset)) ?? node.range;
  return { markdown, range };
}

function variableHover(model: DockerfileModel, offset: number): HoverText | undefined {
  const { declarations, uses } = variablesOf(model);
  const own = declarations.find(({ range }) => contains(range, offset));
  const use = uses.find(({ range }) => contains(range, offset));
  const seen =
    own ?? (use && declarationFor(model, use.name, { scope: use.scope, offset: use.seesBefore }));
  const range = (own ?? use)?.range;
  if (range === undefined) return undefined;
  if (seen === undefined) {
    const name = use?.name ?? '';
    return { markdown: `\`${name}\` is not set in this file before this line`, range };
  }
  const { kind, name, value } = seen;
  const code = fenced(`${kind.toUpperCase()} ${name}${value ? `=${value.text}` : ''}`);
  return { markdown: `${code}\n\nLine ${seen.range.start.line}`, range };
}

/** As code; the fence is longer than any in the code. */
function fenced(code: string): string {
  const longest = Math.max(2, ...[...code.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}dockerfile\n${code}\n${fence}`;
}

/** As text of Markdown. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]<>#|]/g, '\\$&');
}
