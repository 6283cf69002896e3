/**
 * Wildcards of Go's `filepath.Match`: `*` and `?` stop at a slash; `[a-z]`, `[^a-z]`; `\` escapes the next character.
 * COPY and ADD use them for sources.
 */
import { AppError } from '../errors.ts';
import type { BytePath } from './entry.ts';
import { decodeName, toText } from './name-text.ts';
import { type CharacterRange, readNamedClass } from './named-class.ts';

export interface ParsePatternOptions {
  /** Whether `[[:alpha:]]` is a class of that name. Default: no. */
  readonly namedClasses?: boolean | undefined;
}

/** One element of a pattern; `star` matches any run without a slash, `any` one character but the slash. */
export type PatternToken =
  | { readonly kind: 'literal'; readonly character: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  | {
      readonly kind: 'class';
      readonly negated: boolean;
      readonly ranges: readonly CharacterRange[];
    };

/** Whether a text contains an unescaped `*`, `?` or `[`. */
export function hasWildcard(pattern: BytePath): boolean {
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index];
    if (character === '\\') index++;
    else if (character === '*' || character === '?' || character === '[') return true;
  }
  return false;
}

/**
 * Whether the whole name matches the pattern.
 * @throws AppError PATTERN_INVALID
 */
export function matchGoPattern(pattern: BytePath, name: BytePath): boolean {
  return matchTokens(parseGoPattern(pattern), [...decodeName(name)]);
}

/** Parses once for many names. @throws AppError PATTERN_INVALID */
export function compileGoPattern(pattern: BytePath): (name: BytePath) => boolean {
  const tokens = parseGoPattern(pattern);
  return (name) => matchTokens(tokens, [...decodeName(name)]);
}

/** @throws AppError PATTERN_INVALID */
export function parseGoPattern(
  pattern: BytePath,
  options: ParsePatternOptions = {},
): readonly PatternToken[] {
  const characters = [...decodeName(pattern)];
  const tokens: PatternToken[] = [];
  let index = 0;
  while (index < characters.length) {
    const character = characters[index] ?? '';
    index++;
    if (character === '*') tokens.push({ kind: 'star' });
    else if (character === '?') tokens.push({ kind: 'any' });
    else if (character === '[') {
      const parsed = parseClass(pattern, characters, { start: index, ...options });
      tokens.push(parsed.token);
      index = parsed.next;
    } else if (character === '\\') {
      const escaped = characters[index];
      if (escaped === undefined) throw invalid(pattern, 'it ends in a backslash');
      tokens.push({ kind: 'literal', character: escaped });
      index++;
    } else tokens.push({ kind: 'literal', character });
  }
  return tokens;
}

function parseClass(
  pattern: BytePath,
  characters: readonly string[],
  { start, namedClasses = false }: { readonly start: number } & ParsePatternOptions,
): { readonly token: PatternToken; readonly next: number } {
  let index = start;
  const negated = characters[index] === '^';
  if (negated) index++;
  const ranges: CharacterRange[] = [];
  const bound = (): number => {
    let character = characters[index];
    if (character === undefined) throw invalid(pattern, 'a bracket is not closed');
    if (character === '-' || character === ']') {
      throw invalid(pattern, `'${character}' in brackets needs a backslash before it`);
    }
    if (character === '\\') {
      index++;
      character = characters[index];
      if (character === undefined) throw invalid(pattern, 'a bracket is not closed');
    }
    index++;
    if (index >= characters.length) throw invalid(pattern, 'a bracket is not closed');
    return character.codePointAt(0) ?? 0;
  };
  while (ranges.length === 0 || characters[index] !== ']') {
    const named = namedClasses ? readNamedClass(characters, index) : undefined;
    if (named !== undefined) {
      if (named.ranges === undefined) {
        throw invalid(pattern, `unknown character class '${named.name}'`);
      }
      ranges.push(...named.ranges);
      index = named.next;
      continue;
    }
    const low = bound();
    let high = low;
    if (characters[index] === '-') {
      index++;
      high = bound();
    }
    if (high < low) {
      const [first, last] = [low, high].map((code) => String.fromCodePoint(code));
      throw invalid(pattern, `the range '${first}-${last}' is reversed`);
    }
    ranges.push({ low, high });
  }
  return { token: { kind: 'class', negated, ranges }, next: index + 1 };
}

/** Greedy, and backtracks to the last star only, as Go does, even if a class has matched a slash. */
function matchTokens(tokens: readonly PatternToken[], name: readonly string[]): boolean {
  let token = 0;
  let position = 0;
  let starToken = -1;
  let starPosition = 0;
  while (position < name.length || token < tokens.length) {
    const current = tokens[token];
    if (current?.kind === 'star') {
      starToken = token;
      starPosition = position;
      token++;
      continue;
    }
    const character = name[position];
    if (current !== undefined && character !== undefined && matchesOne(current, character)) {
      token++;
      position++;
      continue;
    }
    const swallowed = name[starPosition];
    if (starToken < 0 || swallowed === undefined || swallowed === '/') return false;
    starPosition++;
    position = starPosition;
    token = starToken + 1;
  }
  return true;
}

/** Whether one token, not a star, matches a character. */
export function matchesOne(token: PatternToken, character: string): boolean {
  if (token.kind === 'literal') return token.character === character;
  if (token.kind === 'any') return character !== '/';
  if (token.kind === 'star') return false;
  const code = character.codePointAt(0) ?? 0;
  return token.ranges.some(({ low, high }) => low <= code && code <= high) !== token.negated;
}

function invalid(pattern: BytePath, reason: string): AppError {
  return new AppError('PATTERN_INVALID', `invalid pattern '${toText(pattern)}': ${reason}`, {
    details: { pattern: toText(pattern) },
    expected:
      "wildcards are '*', '?', '[a-z]' and '[^a-z]'; '\\' before a character takes it literally",
  });
}
