/** The physical lines of an instruction, for formatting and for the comments between them. */
import type { SourceRange } from '../errors.ts';
import { isComment, LineReader } from './lines.ts';
import { skipSpaces } from './space.ts';
import type { InstructionNode, SyntaxTree } from './tree.ts';

export interface InstructionLine {
  /** `heredoc`: a line of a body, or its terminator. */
  readonly kind: 'code' | 'comment' | 'blank' | 'heredoc';
  /** Without the line break. */
  readonly range: SourceRange;
}

export function physicalLines(tree: SyntaxTree, node: InstructionNode): InstructionLine[] {
  const { start, end } = node.extent;
  const bodies = node.heredocs[0]?.bodyRange.start.offset ?? end.offset;
  const reader = new LineReader(tree.source, start.offset, false);
  const lines: InstructionLine[] = [];
  for (let line = reader.next(); line && line.start < end.offset; line = reader.next()) {
    const range = tree.source.range(line.start, line.end);
    let kind: InstructionLine['kind'] = 'code';
    if (line.start >= bodies) kind = 'heredoc';
    else if (line.start === start.offset) kind = 'code';
    else if (isComment(tree.text, line)) kind = 'comment';
    else if (skipSpaces(tree.text, line.start, line.end) === line.end) kind = 'blank';
    lines.push({ kind, range });
  }
  return lines;
}
