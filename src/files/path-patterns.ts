/**
 * Ordered path patterns of `.dockerignore`, `--exclude` and `--parents`: anchored at the root; `**` matches any number
 * of parts; `!` makes an exception; the last match wins; a pattern that matches a directory applies to everything below
 * it.
 *
 * A walk passes each directory's `PatternState` to its children. It records, pattern by pattern, whether a parent
 * matched: an exception below an excluded directory differs from one above it.
 */
import { AppError, withDetails } from '../errors.ts';
import type { BytePath } from './entry.ts';
import { type PatternToken, parseGoPattern } from './go-pattern.ts';
import { decodeName, toBytes } from './name-text.ts';
import { isAmbiguous, matchInStates } from './state-matcher.ts';

/** Which patterns matched a directory or one above it; `undefined` for the root. */
export type PatternState = readonly boolean[] | undefined;

export interface PatternDecision {
  readonly matched: boolean;
  /** Index of the pattern that decided last; undefined when none matched. */
  readonly decidedBy: number | undefined;
  /** The state for the entries of this path, if it is a directory. */
  readonly state: PatternState;
}

interface CompiledPattern {
  readonly negated: boolean;
  readonly test: (name: string) => boolean;
  /** Prefix of every path that it matches. */
  readonly literalPrefix: string;
}

const NOT_MATCHED: PatternDecision = { matched: false, decidedBy: undefined, state: undefined };

/** A compiled list of patterns. */
export class PathPatterns {
  readonly #patterns: readonly CompiledPattern[];
  /** Whether any pattern starts with `!`. */
  readonly hasExceptions: boolean;

  /**
   * @param patterns UTF-8 text, one pattern each, optionally with a leading `!`
   * @throws AppError PATTERN_INVALID; `details.index` says which one
   */
  constructor(patterns: readonly string[]) {
    this.#patterns = patterns.map(compilePattern);
    this.hasExceptions = this.#patterns.some((pattern) => pattern.negated);
  }

  get length(): number {
    return this.#patterns.length;
  }

  /** Decides on a path whose parent directory gave `parent`. */
  step(path: BytePath, parent: PatternState): PatternDecision {
    if (this.#patterns.length === 0) return NOT_MATCHED;
    const name = decodeName(path);
    const state: boolean[] = [];
    let matched = false;
    let decidedBy: number | undefined;
    this.#patterns.forEach((pattern, index) => {
      const inherited = parent?.[index] === true;
      // Skip a pattern that cannot change the verdict; it does not count for entries below.
      const hit = inherited || (pattern.negated === matched && pattern.test(name));
      state.push(hit);
      if (!hit) return;
      matched = !pattern.negated;
      decidedBy = index;
    });
    return { matched, decidedBy, state };
  }

  /** Decides on a path by deciding on each of its parents, nearest the root first. */
  decide(path: BytePath): PatternDecision {
    let decision = NOT_MATCHED;
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      decision = this.step(path.slice(0, end), decision.state);
    }
    return this.step(path, decision.state);
  }

  /** Whether an exception may include something below this directory. */
  mayTakeBackBelow(directory: BytePath): boolean {
    return this.#mayMatchBelow(directory, true);
  }

  /** Whether a pattern without `!` may match something below this directory. */
  mayMatchBelow(directory: BytePath): boolean {
    return this.#mayMatchBelow(directory, false);
  }

  #mayMatchBelow(directory: BytePath, negated: boolean): boolean {
    const prefix = `${decodeName(directory)}/`;
    return this.#patterns.some(
      (pattern) =>
        pattern.negated === negated &&
        (pattern.literalPrefix.startsWith(prefix) || prefix.startsWith(pattern.literalPrefix)),
    );
  }
}

/** A pattern without `.`, `..` and doubled or trailing slashes, as Go's `filepath.Clean` leaves it. */
export function cleanPattern(pattern: string): string {
  const rooted = pattern.startsWith('/');
  const parts: string[] = [];
  for (const part of pattern.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!rooted) parts.push(part);
  }
  const clean = parts.join('/');
  if (rooted) return `/${clean}`;
  return clean === '' ? '.' : clean;
}

function compilePattern(text: string, index: number): CompiledPattern {
  const clean = cleanPattern(text.trim());
  const negated = clean.startsWith('!');
  const body = negated ? clean.slice(1) : clean;
  if (body === '') {
    throw new AppError('PATTERN_INVALID', "the pattern '!' re-includes nothing", {
      expected: "a pattern after the '!'",
      details: { index },
    });
  }
  try {
    const tokens = parseGoPattern(toBytes(body), { namedClasses: true });
    return { negated, ...compileTokens(body, tokens) };
  } catch (error) {
    throw error instanceof AppError ? withDetails(error, { index }) : error;
  }
}

type Test = Pick<CompiledPattern, 'test' | 'literalPrefix'>;

/**
 * Compares plain names, and those with one `**` at an end, as strings; the others by RegExp, unless that could
 * backtrack without bound.
 */
function compileTokens(body: string, tokens: readonly PatternToken[]): Test {
  const literalPrefix = leadingLiteral(tokens);
  const plain = !/[*?[\\]/.test(body);
  if (plain) return { test: (name) => name === body, literalPrefix };
  const tail = body.startsWith('**') ? body.slice(2) : undefined;
  if (tail !== undefined && !/[*?[\\]/.test(tail)) return { ...endsWith(tail), literalPrefix };
  const head = body.endsWith('**') ? body.slice(0, -2) : undefined;
  if (head !== undefined && !/[*?[\\]/.test(head)) {
    return { test: (name) => name.startsWith(head), literalPrefix };
  }
  if (isAmbiguous(tokens)) return { test: matchInStates(tokens), literalPrefix };
  const expression = new RegExp(`^${regExpSource(tokens)}$`, 'su');
  return { test: (name) => expression.test(name), literalPrefix };
}

function endsWith(tail: string): Pick<CompiledPattern, 'test'> {
  if (!tail.startsWith('/')) return { test: (name) => name.endsWith(tail) };
  const whole = tail.slice(1);
  return { test: (name) => name === whole || name.endsWith(tail) };
}

function leadingLiteral(tokens: readonly PatternToken[]): string {
  let text = '';
  for (const token of tokens) {
    if (token.kind !== 'literal') break;
    text += token.character;
  }
  return text;
}

function regExpSource(tokens: readonly PatternToken[]): string {
  let source = '';
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token === undefined) break;
    if (token.kind !== 'star' || tokens[index + 1]?.kind !== 'star') {
      source += tokenSource(token);
      continue;
    }
    index++;
    const after = tokens[index + 1];
    if (after?.kind === 'literal' && after.character === '/') index++;
    source += index + 1 >= tokens.length ? '.*' : '(?:.*/)?';
  }
  return source;
}

function tokenSource(token: PatternToken): string {
  switch (token.kind) {
    case 'literal':
      return escaped(token.character);
    case 'any':
      return '[^/]';
    case 'star':
      return '[^/]*';
    case 'class': {
      const ranges = token.ranges.map(({ low, high }) => `${codePoint(low)}-${codePoint(high)}`);
      return `[${token.negated ? '^' : ''}${ranges.join('')}]`;
    }
  }
}

function escaped(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}

function codePoint(code: number): string {
  return `\\u{${code.toString(16)}}`;
}
