/** The interface of variable expansion. */
import { AppError, type SourceRange } from '../../errors.ts';
import { partFinder, type SourceMap } from '../source.ts';
import type { EscapeCharacter, Word } from '../tree.ts';
import { LexFault } from './fault.ts';
import { type LexOptions, lex } from './lexer.ts';

export interface ExpandOptions {
  /** The value of a variable; undefined if unset, which differs from empty. */
  readonly lookup: (name: string) => string | undefined;
  /** Default: a backslash. */
  readonly escape?: EscapeCharacter | undefined;
  /** Called for each use of an unset variable, even with a default. */
  readonly onUndefined?: ((name: string, range: SourceRange | undefined) => void) | undefined;
  /** The text of the word's range (`tree.source`): errors then underline the fault. */
  readonly source?: SourceMap | undefined;
}

export interface Expanded {
  readonly text: string;
  /** Names of used variables without a value. */
  readonly unmatched: ReadonlySet<string>;
}

export interface ExpandedWords {
  readonly words: readonly string[];
  readonly unmatched: ReadonlySet<string>;
}

/**
 * Expands a word to one word: removes quotes and escapes, replaces variables.
 * @throws {AppError} DOCKERFILE_UNTERMINATED_QUOTE, …_SUBSTITUTION, DOCKERFILE_BAD_SUBSTITUTION,
 *   DOCKERFILE_UNSUPPORTED_MODIFIER, DOCKERFILE_VARIABLE_REQUIRED, DOCKERFILE_INVALID_PATTERN,
 *   DOCKERFILE_EXPANSION_TOO_LARGE
 */
export function expandWord(word: Word | string, options: ExpandOptions): Expanded {
  const { result, unmatched } = run(word, options, {});
  return { text: result.text, unmatched };
}

/** Expands a word and splits the result into words: `EXPOSE $PORTS`. Throws like `expandWord`. */
export function expandWords(word: Word | string, options: ExpandOptions): ExpandedWords {
  const { result, unmatched } = run(word, options, { split: true });
  return { words: result.words.map(({ text }) => text), unmatched };
}

/** Expands the body of a here-document: quotes are ordinary characters, the escape character is always a backslash. */
export function expandHeredoc(body: Word | string, options: ExpandOptions): Expanded {
  const { result, unmatched } = run(body, { ...options, escape: '\\' }, { ignoreQuotes: true });
  return { text: result.text, unmatched };
}

/**
 * Expands a command line for display: replaces known variables and keeps everything else as written. Never throws:
 * returns invalid text unchanged.
 */
export function expandForDisplay(text: string, options: ExpandOptions): string {
  try {
    const raw = { rawQuotes: true, rawEscapes: true, keepUnset: true };
    return lex(text, { escape: options.escape ?? '\\', lookup: options.lookup, ...raw }).text;
  } catch (error) {
    if (error instanceof LexFault) return text;
    throw error;
  }
}

function run(word: Word | string, options: ExpandOptions, variant: Partial<LexOptions>) {
  const text = typeof word === 'string' ? word : word.text;
  const unmatched = new Set<string>();
  const rangeOf = rangeFinder(word, options.source);
  const onUndefined = (name: string, start: number, end: number) => {
    unmatched.add(name);
    options.onUndefined?.(name, rangeOf(start, end));
  };
  const { lookup } = options;
  try {
    const result = lex(text, { escape: options.escape ?? '\\', lookup, onUndefined, ...variant });
    return { result, unmatched };
  } catch (error) {
    if (!(error instanceof LexFault)) throw error;
    const range = rangeOf(error.start, error.end);
    const location = range === undefined ? undefined : options.source?.location(range);
    const { hint, expected } = error;
    throw new AppError(error.code, error.message, { hint, expected, location });
  }
}

function rangeFinder(
  word: Word | string,
  source: SourceMap | undefined,
): (start: number, end: number) => SourceRange | undefined {
  if (typeof word === 'string') return () => undefined;
  return source === undefined ? () => word.range : partFinder(source, word);
}
