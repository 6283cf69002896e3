/** The stages and instructions of a file, for the outline of an editor, and what can be folded. */
import { type InstructionNode, sliceOf } from '../dockerfile/index.ts';
import type { SourceRange } from '../errors.ts';
import type { DockerfileModel } from './model.ts';

export interface OutlineItem {
  readonly name: string;
  readonly detail: string;
  readonly isStage: boolean;
  readonly range: SourceRange;
  /** What is selected when the item is. */
  readonly selection: SourceRange;
  readonly children: readonly OutlineItem[];
}

export interface Fold {
  /** Lines count from 1; both are part of the fold. */
  readonly first: number;
  readonly last: number;
  readonly isComment: boolean;
}

const LONGEST = 80;

export function outlineItems({ tree, stages, stageOf }: DockerfileModel): readonly OutlineItem[] {
  const globals = tree.instructions.filter((node) => !stageOf.has(node)).map(instructionItem);
  const items = stages.map(({ index, from, nodes, typed }): OutlineItem => {
    const last = nodes.at(-1) ?? from;
    return {
      name: typed?.stageWord?.text ?? `stage ${index}`,
      detail: shortened(from.argument.text),
      isStage: true,
      range: { start: from.range.start, end: last.range.end },
      selection: typed?.stageWord?.range ?? from.keywordRange,
      children: nodes.slice(1).map(instructionItem),
    };
  });
  return [...globals, ...items];
}

function instructionItem(node: InstructionNode): OutlineItem {
  const { keyword, keywordRange, range, argument } = node;
  return {
    name: keyword.toUpperCase() || '?',
    detail: shortened(argument.text),
    isStage: false,
    range,
    selection: keywordRange,
    children: [],
  };
}

function shortened(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

/** Stages, instructions on several lines, and blocks of comments. */
export function foldsOf({ tree, stages }: DockerfileModel): readonly Fold[] {
  const folds: Fold[] = [];
  const add = (range: SourceRange, isComment = false) => {
    const isOpen = range.end.column === 1 && range.end.line > range.start.line;
    const last = isOpen ? range.end.line - 1 : range.end.line;
    if (last > range.start.line) folds.push({ first: range.start.line, last, isComment });
  };
  for (const { from, nodes } of stages) {
    add({ start: from.range.start, end: (nodes.at(-1) ?? from).range.end });
  }
  let comments: SourceRange | undefined;
  for (const node of tree.nodes) {
    if (node.kind === 'comment') {
      comments = { start: comments?.start ?? node.range.start, end: node.range.end };
      continue;
    }
    if (comments !== undefined) add(comments, true);
    comments = undefined;
    if (node.kind === 'instruction' && sliceOf(tree.text, node.range).includes('\n')) {
      add(node.range);
    }
  }
  if (comments !== undefined) add(comments, true);
  return folds;
}
