/** One instruction → its text in the one style. */
import { type Instruction, type SyntaxTree, sliceOf } from '../dockerfile/index.ts';
import { commandText, commandWithIndent } from './command-text.ts';
import { readGap } from './gap.ts';
import { sourceOf, type Token, tokensOf } from './tokens.ts';

export interface Style {
  /** The line break. */
  readonly end: string;
  /** Also indent the continued lines of shell commands. */
  readonly indentsCommands: boolean;
}

/** Of continued lines. */
export const INDENT = '    ';

/** @returns whole lines; undefined if a part of the instruction cannot be laid out */
export function formatInstruction(
  tree: SyntaxTree,
  instruction: Instruction,
  style: Style,
): string | undefined {
  const { node } = instruction;
  const tokens = tokensOf(tree, instruction);
  const [keyword] = tokens;
  const last = tokens.at(-1);
  if (keyword === undefined || last === undefined) return undefined;
  const layout = new Layout(tree, style, keyword);
  for (const token of tokens.slice(1)) layout.add(token);
  // An escape character before spaces that are none to the parser would continue the line.
  if (layout.text.endsWith(tree.escape)) return undefined;
  const bodies = node.heredocs[0]?.bodyRange.start.offset ?? node.extent.end.offset;
  // Comments and blank lines after a final continuation.
  const rest = readGap(tree.text, last.range.end.offset, bodies, tree.escape);
  if (rest.code.length > 0) return undefined;
  if (node.heredocs.length === 0) {
    return [layout.text, ...rest.comments].map((line) => line + style.end).join('');
  }
  if (rest.comments.length > 0) return undefined;
  const body = tree.text.slice(bodies, node.extent.end.offset);
  return layout.text + style.end + body + (body.endsWith('\n') ? '' : style.end);
}

class Layout {
  text: string;
  readonly #tree: SyntaxTree;
  readonly #style: Style;
  #last: Token;

  constructor(tree: SyntaxTree, style: Style, keyword: Token) {
    this.#tree = tree;
    this.#style = style;
    this.#last = keyword;
    this.text = sourceOf(tree, keyword);
  }

  /** Appends a token, after a space or on a new line as in the source. */
  add(token: Token): void {
    const { text, escape: escaper } = this.#tree;
    const gap = readGap(text, this.#last.range.end.offset, token.range.start.offset, escaper);
    const isElement = token.kind === 'element';
    if (isElement && this.#last.kind === 'element') this.text += ',';
    const others = isElement ? gap.code.slice(1) : gap.code;
    for (const { start, end } of others) this.text += ` ${text.slice(start, end)}`;
    if (gap.isBroken) this.#breakLine(gap.comments, token);
    else if (!isTight(this.#last, token)) this.text += ' ';
    this.text += this.#textOf(token);
    this.#last = token;
  }

  #breakLine(comments: readonly string[], next: Token): void {
    const { end } = this.#style;
    const lines = comments.map((comment) => `${INDENT}${comment}${end}`);
    const indent = next.kind === 'close' ? '' : INDENT;
    this.text += ` ${this.#tree.escape}${end}${lines.join('')}${indent}`;
  }

  #textOf(token: Token): string {
    const { range } = token;
    if (token.text !== undefined) return token.text;
    const source = sliceOf(this.#tree.text, range);
    if (!source.includes('\n')) return source;
    const { end, indentsCommands } = this.#style;
    const continuation = { escape: this.#tree.escape, end };
    return token.kind === 'command' && indentsCommands
      ? commandWithIndent(source, continuation)
      : commandText(source, continuation);
  }
}

/** Without a space between them: `["a"`. */
function isTight(before: Token, token: Token): boolean {
  return before.kind === 'open' || token.kind === 'close';
}
