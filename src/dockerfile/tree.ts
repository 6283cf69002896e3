/**
 * The syntax tree of a Dockerfile. Its nodes tile the text: the extents, one after the other, are the text,
 * so that a fix or a formatter can change one place and leave every other byte alone.
 */
import type { SourceRange, Warning } from '../errors.ts';
import type { CheckConfig } from './check-config.ts';
import type { SourceMap } from './source.ts';

/** The character that continues a line and takes away the meaning of the one behind it. */
export type EscapeCharacter = '\\' | '`';

/** A piece of an instruction. `text` may differ from the source: a continuation, dropped quotes. */
export interface Word {
  readonly text: string;
  readonly range: SourceRange;
}

interface NodeBase {
  /** Whole physical lines with their line ends. */
  readonly extent: SourceRange;
  /** The meaningful part: no indentation, no line end. */
  readonly range: SourceRange;
}

/** Lines that hold nothing: neighbours make one node. */
export interface BlankNode extends NodeBase {
  readonly kind: 'blank';
}

export interface CommentNode extends NodeBase {
  readonly kind: 'comment';
  /** What follows the number sign, trimmed. */
  readonly text: string;
}

/** `# name=value` at the top of the file. */
export interface DirectiveNode extends NodeBase {
  readonly kind: 'directive';
  readonly name: 'syntax' | 'escape' | 'check';
  readonly value: string;
  readonly valueRange: SourceRange;
}

export interface FlagNode {
  /** Without the leading dashes. */
  readonly name: string;
  /** Behind the equals sign, quotes and escapes removed; undefined when there is no equals sign. */
  readonly value: Word | undefined;
  readonly range: SourceRange;
}

export interface HeredocNode {
  /** The delimiter, quotes removed: also the name of the file it makes in COPY and ADD. */
  readonly name: string;
  /** The digits before `<<`; 0 without. */
  readonly fd: number;
  /** No part of the delimiter is quoted: variables in the body are replaced (COPY and ADD). */
  readonly expand: boolean;
  /** `<<-`: leading tabs of every line go away. */
  readonly stripTabs: boolean;
  /** The lines up to the delimiter, as written, tabs included. */
  readonly body: string;
  readonly bodyRange: SourceRange;
  /** The token `<<NAME` on the instruction's line. */
  readonly range: SourceRange;
}

/** How the text behind the flags was taken apart. */
export interface ArgumentForm {
  /** A JSON array of strings. */
  readonly json: boolean;
  readonly words: readonly Word[];
}

export interface InstructionNode extends NodeBase {
  readonly kind: 'instruction';
  /** As written. */
  readonly keyword: string;
  /** Lower case: `from`, `run`, …; whatever was written if there is no such instruction. */
  readonly name: string;
  readonly keywordRange: SourceRange;
  readonly flags: readonly FlagNode[];
  /** All that follows the flags, on one logical line, trimmed. */
  readonly argument: Word;
  /** The whole logical line: continuations joined, comments in between dropped, trimmed. */
  readonly original: string;
  readonly heredocs: readonly HeredocNode[];
  /** The comment lines right above, oldest first. */
  readonly comments: readonly CommentNode[];
  /** From a `# check=…` line among these comments. */
  readonly check: CheckConfig | undefined;
  /** The instruction inside ONBUILD. */
  readonly trigger: InstructionNode | undefined;
  /** `argument` and its place in the source, for those who take it apart. */
  readonly line: ArgumentLine;
}

/** A stretch of a logical line that still knows where in the source each character came from. */
export interface ArgumentLine {
  readonly text: string;
  word(start: number, end: number, text?: string): Word;
}

export type SyntaxNode = BlankNode | CommentNode | DirectiveNode | InstructionNode;

export interface SyntaxTree {
  readonly file: string;
  readonly text: string;
  readonly source: SourceMap;
  readonly escape: EscapeCharacter;
  /** In the order of the text, covering all of it. */
  readonly nodes: readonly SyntaxNode[];
  readonly directives: readonly DirectiveNode[];
  readonly instructions: readonly InstructionNode[];
  /** From the `check` directive. */
  readonly check: CheckConfig | undefined;
  readonly warnings: readonly Warning[];
}

/** The text a tree was made from, put together again from its nodes. */
export function printTree(tree: SyntaxTree): string {
  return tree.nodes.map((node) => sliceOf(tree.text, node.extent)).join('');
}

export function sliceOf(text: string, range: SourceRange): string {
  return text.slice(range.start.offset, range.end.offset);
}
