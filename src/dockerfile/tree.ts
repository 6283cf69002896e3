/**
 * The syntax tree of a Dockerfile. Its nodes tile the text: the concatenated extents are the text, so that a fix or a
 * formatter can change one range and keep every other byte.
 */
import type { SourceRange, Warning } from '../errors.ts';
import type { CheckConfig } from './check-config.ts';
import type { SourceMap } from './source.ts';

/** The character that continues a line and escapes the next character. */
export type EscapeCharacter = '\\' | '`';

/** A piece of an instruction. `text` may differ from the source, by continuations and removed quotes. */
export interface Word {
  readonly text: string;
  readonly range: SourceRange;
}

interface NodeBase {
  /** Whole physical lines with their line breaks. */
  readonly extent: SourceRange;
  /** The content, without indentation and line break. */
  readonly range: SourceRange;
}

/** Blank lines: adjacent ones are one node. */
export interface BlankNode extends NodeBase {
  readonly kind: 'blank';
}

export interface CommentNode extends NodeBase {
  readonly kind: 'comment';
  /** The text after the number sign, trimmed. */
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
  /** After the equals sign, with quotes and escapes removed; undefined without an equals sign. */
  readonly value: Word | undefined;
  readonly range: SourceRange;
}

export interface HeredocNode {
  /** The delimiter without quotes; in COPY and ADD also the name of the file. */
  readonly name: string;
  /** The digits before `<<`; 0 without them. */
  readonly fd: number;
  /** No part of the delimiter is quoted: variables in the body are expanded (COPY and ADD). */
  readonly expand: boolean;
  /** `<<-`: leading tabs of every line are removed. */
  readonly stripTabs: boolean;
  /** The lines up to the delimiter, as written, including tabs. */
  readonly body: string;
  readonly bodyRange: SourceRange;
  /** The token `<<NAME` on the instruction's line. */
  readonly range: SourceRange;
}

/** How the text after the flags is split. */
export interface ArgumentForm {
  /** A JSON array of strings. */
  readonly json: boolean;
  readonly words: readonly Word[];
}

export interface InstructionNode extends NodeBase {
  readonly kind: 'instruction';
  /** As written. */
  readonly keyword: string;
  /** Lower case: `from`, `run`, …; also for unknown instructions. */
  readonly name: string;
  readonly keywordRange: SourceRange;
  readonly flags: readonly FlagNode[];
  /** Everything after the flags, on one logical line, trimmed. */
  readonly argument: Word;
  /** The whole logical line, trimmed: with continuations joined and without comments between them. */
  readonly original: string;
  readonly heredocs: readonly HeredocNode[];
  /** The comment lines directly above, in order. */
  readonly comments: readonly CommentNode[];
  /** From a `# check=…` line among these comments. */
  readonly check: CheckConfig | undefined;
  /** The instruction inside ONBUILD. */
  readonly trigger: InstructionNode | undefined;
  /** `argument` with its source ranges, for further parsing. */
  readonly line: ArgumentLine;
}

/** A part of a logical line that maps each character to its source. */
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

/** Reassembles the text of a tree from its nodes. */
export function printTree(tree: SyntaxTree): string {
  return tree.nodes.map((node) => sliceOf(tree.text, node.extent)).join('');
}

export function sliceOf(text: string, range: SourceRange): string {
  return text.slice(range.start.offset, range.end.offset);
}
