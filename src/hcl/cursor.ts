/** Reads the characters of a source one after the other: blanks, comments, names, punctuation. */
import type { SourceLocation } from '../errors.ts';
import type { Source, SyntaxFault } from './source.ts';
import type { Expression } from './syntax.ts';

const NAME = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** Deeper nesting is refused: parsers of trees like these run out of stack. */
const DEEPEST = 200;

/** What templates need of expressions, in which there are templates again. */
export interface Grammar {
  readonly expression: (cursor: Cursor) => Expression;
  /** `k, v in`, behind `for`. */
  readonly forNames: (cursor: Cursor) => ForNames;
}

export interface ForNames {
  readonly keyName: string | undefined;
  readonly valueName: string;
}

export class Cursor {
  readonly source: Source;
  readonly grammar: Grammar;
  at = 0;
  /** Inside brackets, a line end is a blank. */
  private brackets = 0;
  private depth = 0;

  constructor(source: Source, grammar: Grammar) {
    this.source = source;
    this.grammar = grammar;
  }

  get text(): string {
    return this.source.text;
  }

  get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }

  /** Skips blanks and comments, and line ends inside brackets. */
  skipBlank(): void {
    this.skip(this.brackets > 0);
  }

  /** Skips blanks, comments and line ends. */
  skipLines(): void {
    this.skip(true);
  }

  private skip(overLines: boolean): void {
    for (;;) {
      const char = this.text[this.at];
      if (char === ' ' || char === '\t' || (char === '\r' && this.text[this.at + 1] === '\n'))
        this.at += 1;
      else if (char === '\n' && overLines) this.at += 1;
      else if (char === '#' || this.text.startsWith('//', this.at)) this.skipToLineEnd();
      else if (this.text.startsWith('/*', this.at)) this.skipComment();
      else return;
    }
  }

  private skipToLineEnd(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  private skipComment(): void {
    const end = this.text.indexOf('*/', this.at + 2);
    if (end < 0) throw this.fault('the comment is not closed', this.at, { expected: '*/' });
    this.at = end + 2;
  }

  /** Whether the text goes on with these characters. */
  sees(word: string): boolean {
    return this.text.startsWith(word, this.at);
  }

  /** Skips blanks, then the characters if they come next. */
  takes(word: string): boolean {
    this.skipBlank();
    if (!this.sees(word)) return false;
    this.at += word.length;
    return true;
  }

  /** @throws AppError HCL_SYNTAX unless the characters come next */
  require(word: string, context: string): void {
    if (this.takes(word)) return;
    throw this.fault(`unexpected ${this.nextAsWords()} ${context}`, this.at, { expected: word });
  }

  /** A name at the cursor, or undefined. */
  name(): string | undefined {
    return this.match(NAME);
  }

  number(): number | undefined {
    const text = this.match(NUMBER);
    return text === undefined ? undefined : Number(text);
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const [found] = pattern.exec(this.text) ?? [];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** Whether the next name is this keyword; does not move. */
  seesKeyword(word: string): boolean {
    this.skipBlank();
    const before = this.at;
    const found = this.name() === word;
    this.at = before;
    return found;
  }

  takesKeyword(word: string): boolean {
    if (!this.seesKeyword(word)) return false;
    this.at += word.length;
    return true;
  }

  /** Parses what is between brackets, where line ends mean nothing. */
  inBrackets<T>(parse: () => T): T {
    this.brackets += 1;
    try {
      return this.nested(parse);
    } finally {
      this.brackets -= 1;
    }
  }

  /** Parses a template in a string, where the brackets around the string no longer count. */
  outsideBrackets<T>(parse: () => T): T {
    const { brackets } = this;
    this.brackets = 0;
    try {
      return this.nested(parse);
    } finally {
      this.brackets = brackets;
    }
  }

  nested<T>(parse: () => T): T {
    this.depth += 1;
    if (this.depth > DEEPEST) throw this.fault('expressions are nested too deeply', this.at);
    try {
      return parse();
    } finally {
      this.depth -= 1;
    }
  }

  /** From an offset to the cursor. */
  since(start: number): SourceLocation {
    return this.source.location(start, this.at);
  }

  /** @returns an AppError HCL_SYNTAX that underlines what comes next */
  fault(message: string, start: number, options: SyntaxFault = {}) {
    const rest =
      /^(?:[\p{ID_Continue}-]+|[^\n])?/u.exec(this.text.slice(start, start + 60))?.[0] ?? '';
    return this.source.fault(message, start, start + Math.max(1, rest.length), options);
  }

  /** What comes next, for messages: `'}'`, `end of line`. */
  nextAsWords(): string {
    if (this.isAtEnd) return 'end of file';
    if (/[\r\n]/.test(this.text[this.at] ?? '')) return 'end of line';
    const [found = ''] =
      /^(?:[\p{ID_Continue}-]+|.)/u.exec(this.text.slice(this.at, this.at + 60)) ?? [];
    return `'${found}'`;
  }
}
