/** The input of every instruction's parser, and their shared errors. */
import type { SourceRange, Warning } from '../../errors.ts';
import { skipsRule } from '../check-config.ts';
import { InstructionFault } from '../fault.ts';
import type { SourceMap } from '../source.ts';
import type { EscapeCharacter, InstructionNode, SyntaxTree, Word } from '../tree.ts';

export interface Scope {
  readonly node: InstructionNode;
  readonly source: SourceMap;
  readonly escape: EscapeCharacter;
  readonly warn: (warning: WarningText, range: SourceRange) => void;
}

export interface WarningText {
  readonly code: Warning['code'];
  readonly message: string;
  readonly hint: string;
}

/** Makes a scope that collects warnings, except those silenced by the file or the instruction. */
export function scopeOf(tree: SyntaxTree, node: InstructionNode, warnings: Warning[]): Scope {
  const { source, check } = tree;
  const warn: Scope['warn'] = (warning, range) => {
    if (skipsRule(check, warning.code) || skipsRule(node.check, warning.code)) return;
    warnings.push({ ...warning, location: source.location(range) });
  };
  return { node, source, escape: tree.escape, warn };
}

export function baseOf(scope: Scope) {
  const { node, source } = scope;
  const location = source.location(node.range);
  return { node, location, text: node.original, check: node.check };
}

/** The keyword as messages show it. */
export function keywordOf(node: InstructionNode): string {
  return node.name.toUpperCase();
}

export function missingArgument(scope: Scope, expected: string, hint: string): InstructionFault {
  const keyword = keywordOf(scope.node);
  return new InstructionFault('DOCKERFILE_MISSING_ARGUMENT', `${keyword} needs an argument`, {
    range: scope.node.keywordRange,
    expected,
    hint,
  });
}

/** From the start of one word to the end of another. */
export function spanOf(first: Word, last: Word): SourceRange {
  return { start: first.range.start, end: last.range.end };
}
