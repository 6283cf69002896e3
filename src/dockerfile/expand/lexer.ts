/**
 * The shell lexer of Dockerfiles: quotes, escapes, `$name` and `${name…}`. Nesting (operands in quotes in substitutions
 * …) is bounded only by the length of the text, so it uses a stack of frames instead of recursion. Reads each character
 * once.
 */
import type { EscapeCharacter } from '../tree.ts';
import { LexFault, MAX_EXPANSION } from './fault.ts';
import { type Frame, rewrite, unterminated } from './frame.ts';
import { applyModifier, type Substitution, unsupportedModifier } from './modifier.ts';
import { endOfName } from './name.ts';
import { Budget } from './pattern.ts';
import { type LexedWord, WordsCollector } from './words-collector.ts';

export interface LexOptions {
  readonly escape: EscapeCharacter;
  readonly lookup: (name: string) => string | undefined;
  /** Called for each use of a variable without a value, with the offsets of the `$…`. */
  readonly onUndefined?: ((name: string, start: number, end: number) => void) | undefined;
  /** Quotes stay in the result. */
  readonly rawQuotes?: boolean | undefined;
  /** Escape characters stay in the result. */
  readonly rawEscapes?: boolean | undefined;
  /** Quotes are ordinary characters: for the bodies of here-documents. */
  readonly ignoreQuotes?: boolean | undefined;
  /** Variables without a value stay as written. */
  readonly keepUnset?: boolean | undefined;
  /** Also split the result into words. */
  readonly split?: boolean | undefined;
}

export interface LexResult {
  readonly text: string;
  /** Empty without `split`. */
  readonly words: readonly LexedWord[];
}

/** @throws {LexFault} */
export function lex(text: string, options: LexOptions): LexResult {
  return new Lexer(text, options).run();
}

class Lexer {
  private readonly text: string;
  private readonly options: LexOptions;
  private readonly stack: Frame[] = [];
  private readonly collector: WordsCollector | undefined;
  private frame: Frame;
  private readonly budget = new Budget();
  private at = 0;
  /** The code of the character that ends the frame; NaN for the outermost one, which ends with the text. */
  private stopCode = Number.NaN;

  constructor(text: string, options: LexOptions) {
    this.text = text;
    this.options = options;
    this.collector = options.split === true ? new WordsCollector() : undefined;
    const rawEscapes = options.rawEscapes === true;
    this.frame = { kind: 'word', stop: '', rawEscapes, pattern: false, start: 0, output: '' };
  }

  run(): LexResult {
    while (this.at < this.text.length) {
      if (this.frame.kind === 'word') this.stepWord();
      else this.stepQuote();
    }
    if (this.stack.length > 0) throw this.unterminated();
    this.collector?.finish();
    return { text: this.frame.output, words: this.collector?.words ?? [] };
  }

  private stepWord(): void {
    const character = this.text[this.at] ?? '';
    const { frame } = this;
    if (character === frame.stop) this.finishOperand();
    else if (character === '$') this.dollar();
    else if (character === '<') this.angle();
    else if (character === "'" && this.options.ignoreQuotes !== true) this.singleQuote();
    else if (character === '"' && this.options.ignoreQuotes !== true) this.openQuote();
    else if (character === this.options.escape) this.escapeInWord();
    else this.plain();
  }

  private stepQuote(): void {
    const character = this.text[this.at] ?? '';
    if (character === '"') this.closeQuote();
    else if (character === '$') this.dollar();
    else if (character === this.options.escape) this.escapeInQuote();
    else this.plain();
  }

  private plain(): void {
    const start = this.at;
    let end = start + 1;
    while (end < this.text.length && !this.isSpecial(this.text.charCodeAt(end))) end += 1;
    const run = this.text.slice(start, end);
    this.at = end;
    this.write(run);
    if (this.stack.length === 0) this.collector?.addPlain(run, start);
  }

  private isSpecial(code: number): boolean {
    if (code === 0x24 || code === 0x3c || code === 0x27 || code === 0x22) return true;
    return code === this.stopCode || code === this.options.escape.charCodeAt(0);
  }

  private escapeInWord(): void {
    const start = this.at;
    const escaped = this.text[start + 1] ?? '';
    const kept = this.frame.rawEscapes ? this.options.escape + escaped : escaped;
    this.at = Math.min(start + 2, this.text.length);
    this.write(kept);
    if (this.stack.length === 0) this.collector?.addQuoted(kept, start, this.at);
  }

  private escapeInQuote(): void {
    const { escape: escaper, rawQuotes } = this.options;
    const { rawEscapes, pattern } = this.frame;
    const escaped = this.text[this.at + 1];
    this.at += 1;
    if (escaped === undefined) return;
    if (escaped === '"' || escaped === '$' || escaped === escaper) {
      this.at += 1;
      this.write(rawEscapes ? escaper + escaped : escaped);
      return;
    }
    this.write(rawEscapes && (rawQuotes !== true || pattern) ? escaper + escaper : escaper);
  }

  private singleQuote(): void {
    const start = this.at;
    const end = this.text.indexOf("'", start + 1);
    if (end < 0) throw this.unterminated("'", start);
    const inner = this.text.slice(start + 1, end);
    this.at = end + 1;
    this.writeQuoted(this.options.rawQuotes === true ? `'${inner}'` : inner, start);
  }

  private openQuote(): void {
    const { rawEscapes, pattern } = this.frame;
    this.push({ kind: 'quote', stop: '"', rawEscapes, pattern, start: this.at, output: '' });
    this.at += 1;
    if (this.options.rawQuotes === true) this.write('"');
  }

  private closeQuote(): void {
    this.at += 1;
    if (this.options.rawQuotes === true) this.write('"');
    const { output, start } = this.frame;
    this.pop();
    this.writeQuoted(output, start);
  }

  /** `<<` includes the spaces after it, so that `<< EOF` is one word. */
  private angle(): void {
    const start = this.at;
    let end = start + 1;
    if (this.text[end] === '<') {
      end += 1;
      while (end < this.text.length && ' \t\r'.includes(this.text[end] ?? '')) end += 1;
    }
    this.at = end;
    this.writeQuoted(this.text.slice(start, end), start);
  }

  private dollar(): void {
    const start = this.at;
    if (this.text[start + 1] === '{') {
      this.openSubstitution(start);
      return;
    }
    const end = endOfName(this.text, start + 1);
    this.at = end;
    if (end === start + 1) this.writeValue('$', start);
    else this.writeVariable(this.text.slice(start + 1, end), start);
  }

  private openSubstitution(start: number): void {
    const first = this.text[start + 2];
    if (first === '{' || first === '}' || first === ':') {
      throw new LexFault('DOCKERFILE_BAD_SUBSTITUTION', 'a substitution has no name', {
        start,
        end: start + 3,
        expected: 'a variable name after ${',
        hint: 'write \\$ for a literal dollar sign',
      });
    }
    const end = endOfName(this.text, start + 2);
    const name = this.text.slice(start + 2, end);
    const code = this.text.codePointAt(end);
    if (code === undefined) {
      this.at = this.text.length;
      throw this.unterminated('}', start);
    }
    const character = String.fromCodePoint(code);
    if (character === '}') {
      this.at = end + 1;
      this.writeVariable(name, start, true);
    } else this.openOperand({ name, start }, end, character);
  }

  private openOperand(
    opened: Pick<Substitution, 'name' | 'start'>,
    nameEnd: number,
    character: string,
  ): void {
    const colon = character === ':';
    const second = this.text.codePointAt(nameEnd + 1);
    const kind = colon && second !== undefined ? String.fromCodePoint(second) : character;
    const all = character === '/' && second === 0x2f;
    const modifier = all ? '//' : colon && second !== undefined ? `:${kind}` : character;
    const trims = kind === '#' || kind === '%';
    const known = colon ? !trims : '-+?#%/'.includes(character);
    const operandStart = nameEnd + modifier.length;
    if (!known) throw unsupportedModifier({ start: opened.start, modifier }, operandStart);
    const replaces = character === '/';
    this.at = operandStart;
    this.push({
      kind: 'word',
      stop: replaces ? '/' : '}',
      rawEscapes: trims || replaces,
      pattern: trims || replaces,
      start: opened.start,
      substitution: {
        name: opened.name,
        start: opened.start,
        modifier,
        // A slash after a colon is an unknown modifier, not a replacement.
        kind: colon && kind === '/' ? ':/' : kind,
        colon,
      },
      output: '',
    });
  }

  private finishOperand(): void {
    const { frame } = this;
    const { substitution } = frame;
    if (substitution === undefined) throw new Error('an operand belongs to a substitution');
    this.at += 1;
    this.pop();
    if (frame.stop === '/') {
      const { start, output } = frame;
      this.push({
        ...{ kind: 'word', stop: '}', rawEscapes: true, pattern: false, start, substitution },
        replaced: output,
        output: '',
      });
      return;
    }
    const value = this.find(substitution.name, substitution.start);
    if (value === undefined && this.options.keepUnset === true) {
      this.writeValue(rewrite(substitution, frame), substitution.start);
      return;
    }
    const { at: end, budget } = this;
    const operands = { word: frame.output, pattern: frame.replaced, value, end, budget };
    this.writeValue(this.apply(substitution, operands), substitution.start);
  }

  private apply(substitution: Substitution, operands: Parameters<typeof applyModifier>[1]): string {
    try {
      return applyModifier(substitution, operands);
    } catch (error) {
      // Report an unterminated construct before a missing value inside it.
      if (error instanceof LexFault && this.at === this.text.length && this.stack.length > 0) {
        throw this.unterminated();
      }
      throw error;
    }
  }

  private writeVariable(name: string, start: number, braces = false): void {
    const value = this.find(name, start);
    if (value === undefined && this.options.keepUnset === true) {
      this.writeValue(braces ? `\${${name}}` : `$${name}`, start);
    } else this.writeValue(value ?? '', start);
  }

  private find(name: string, start: number): string | undefined {
    const value = this.options.lookup(name);
    if (value === undefined) this.options.onUndefined?.(name, start, this.at);
    return value;
  }

  private writeValue(value: string, start: number): void {
    this.write(value);
    if (this.stack.length === 0) this.collector?.addPlain(value, start, this.at);
  }

  private writeQuoted(value: string, start: number): void {
    this.write(value);
    if (this.stack.length === 0) this.collector?.addQuoted(value, start, this.at);
  }

  private write(text: string): void {
    if (this.frame.output.length + text.length > MAX_EXPANSION) {
      throw new LexFault('DOCKERFILE_EXPANSION_TOO_LARGE', 'the result is too large', {
        start: this.frame.start,
        end: this.at,
        expected: `at most ${MAX_EXPANSION} characters`,
      });
    }
    this.frame.output += text;
  }

  private push(frame: Frame): void {
    this.stack.push(this.frame);
    this.frame = frame;
    this.stopCode = frame.stop.charCodeAt(0);
  }

  private pop(): void {
    const below = this.stack.pop();
    if (below === undefined) throw new Error('the outermost frame ends with the text');
    this.frame = below;
    this.stopCode = below.stop.charCodeAt(0);
  }

  private unterminated(missing: string = this.frame.stop, start = this.frame.start): LexFault {
    const open = [...this.stack, this.frame].find((frame) => frame.substitution !== undefined);
    const { escape: escaper } = this.options;
    return unterminated({ open, missing, start, end: this.text.length, escaper });
  }
}
