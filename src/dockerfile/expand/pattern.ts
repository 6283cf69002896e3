/**
 * The wildcards of `${v#p}`, `${v%p}` and `${v/p/r}`: `*` is any run without a line feed, `?` any one character but a
 * line feed. Between two stars is a segment of fixed length, so matching searches one segment after the other without
 * backtracking; `Budget` bounds the rest.
 */

/** One character of a segment; undefined for `?`. */
type Item = string | undefined;

/** A text as characters: the text itself if none of them needs two code units. */
export type Characters = string | readonly string[];

export interface Pattern {
  /** The segments before, between and after the stars: one more than there are stars. */
  readonly segments: readonly (readonly Item[])[];
}

/** Thrown by `parsePattern` for an escape without effect. */
export class PatternFault extends Error {}

/** Thrown when a match costs far more than any realistic word. */
export class BudgetFault extends Error {}

export class Budget {
  private left: number;

  /** @param steps for all matches of one word */
  constructor(steps = 50_000_000) {
    this.left = steps;
  }

  spend(steps: number): void {
    this.left -= steps;
    if (this.left < 0) throw new BudgetFault('the pattern takes too long to match');
  }
}

/** @throws {PatternFault} for an escape before anything but `*`, `?`, `\`, `}` and `/` */
export function parsePattern(text: string): Pattern {
  const segments: Item[][] = [[]];
  const characters = charactersOf(text);
  for (let at = 0; at < characters.length; at += 1) {
    const character = characters[at];
    if (character === '*') segments.push([]);
    else if (character === '?') segments.at(-1)?.push(undefined);
    else if (character === '\\') {
      at += 1;
      const escaped = characters[at];
      if (escaped === undefined || !'*?\\}/'.includes(escaped)) {
        throw new PatternFault(`invalid escape \\${escaped ?? ''}`);
      }
      segments.at(-1)?.push(escaped);
    } else segments.at(-1)?.push(character);
  }
  return { segments };
}

const SURROGATE = /[\ud800-\udfff]/;

export function charactersOf(text: string): Characters {
  return SURROGATE.test(text) ? Array.from(text) : text;
}

export function textOf(characters: Characters, start: number, end = characters.length): string {
  const part = characters.slice(start, end);
  return typeof part === 'string' ? part : part.join('');
}

export function reversePattern(pattern: Pattern): Pattern {
  return { segments: pattern.segments.map((segment) => segment.toReversed()).toReversed() };
}

export interface MatchRequest {
  readonly value: Characters;
  readonly start: number;
  readonly longest: boolean;
  readonly budget: Budget;
}

/** The end of the shortest or longest match that starts at `start`, or -1. */
export function matchAt(pattern: Pattern, request: MatchRequest): number {
  const { value, start, longest, budget } = request;
  const last = pattern.segments.length - 1;
  let at = start;
  for (const [index, segment] of pattern.segments.entries()) {
    if (index === 0) {
      if (!fits(segment, value, at, budget)) return -1;
    } else {
      at = find(segment, { value, start: at, longest: longest && index === last, budget });
      if (at < 0) return -1;
    }
    at += segment.length;
  }
  return at;
}

/** The first match in `value` from `start` on, as long as possible; undefined if there is none. */
export function search(
  pattern: Pattern,
  value: Characters,
  start: number,
  budget: Budget,
): { start: number; end: number } | undefined {
  const startsWithStar = pattern.segments.length > 1 && pattern.segments[0]?.length === 0;
  for (let at = start; at <= value.length; at += 1) {
    const end = matchAt(pattern, { value, start: at, longest: true, budget });
    if (end >= 0) return { start: at, end };
    budget.spend(1);
    // A star without a match from here has none from a later start on the same line.
    if (startsWithStar) at = lineEnd(value, at, budget);
  }
  return undefined;
}

function find(segment: readonly Item[], request: MatchRequest): number {
  const { value, start, longest, budget } = request;
  if (!longest) {
    for (let at = start; at <= value.length; at += 1) {
      if (fits(segment, value, at, budget)) return at;
      if (value[at] === '\n') return -1;
    }
    return -1;
  }
  for (let at = lineEnd(value, start, budget); at >= start; at -= 1) {
    if (fits(segment, value, at, budget)) return at;
  }
  return -1;
}

function lineEnd(value: Characters, start: number, budget: Budget): number {
  let at = start;
  while (at < value.length && value[at] !== '\n') at += 1;
  budget.spend(at - start);
  return at;
}

function fits(segment: readonly Item[], value: Characters, at: number, budget: Budget): boolean {
  for (let index = 0; index < segment.length; index += 1) {
    budget.spend(1);
    const character = value[at + index];
    if (character === undefined) return false;
    const item = segment[index];
    if (item === undefined ? character === '\n' : item !== character) return false;
  }
  return true;
}
