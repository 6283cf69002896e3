/** Evaluates `${name<modifier>operand}` after its operand is expanded. */

import { quote } from '../quote.ts';
import { LexFault, MAX_EXPANSION } from './fault.ts';
import {
  type Budget,
  BudgetFault,
  type Characters,
  charactersOf,
  matchAt,
  type Pattern,
  PatternFault,
  parsePattern,
  reversePattern,
  search,
  textOf,
} from './pattern.ts';

/** A substitution whose operand is being read. Offsets are relative to the word. */
export interface Substitution {
  readonly name: string;
  /** Offset of its `$`. */
  readonly start: number;
  /** As written: `:-`, `#`, …; `/` and `//` for replacements. */
  readonly modifier: string;
  /** The modifier without its colon. */
  readonly kind: string;
  /** Treats an empty variable as unset. */
  readonly colon: boolean;
}

export interface Operands {
  readonly word: string;
  /** The pattern of a replacement; `word` is the replacement. */
  readonly pattern?: string | undefined;
  readonly value: string | undefined;
  readonly end: number;
  readonly budget: Budget;
}

/** @throws {LexFault} if the variable is required and missing, or the modifier is unknown */
export function applyModifier(substitution: Substitution, operands: Operands): string {
  const { kind, colon } = substitution;
  const { word, value } = operands;
  const missing = value === undefined || (colon && value === '');
  switch (kind) {
    case '-':
      return missing ? word : (value ?? '');
    case '+':
      return missing ? '' : word;
    case '?':
      if (missing) throw requiredFault(substitution, operands);
      return value ?? '';
    case '#':
    case '%':
      return trimMatch(substitution, operands);
    case '/':
      return replaceMatch(substitution, operands);
    default:
      throw unsupportedModifier(substitution, operands.end);
  }
}

export function unsupportedModifier(
  substitution: Pick<Substitution, 'start' | 'modifier'>,
  end: number,
): LexFault {
  return new LexFault(
    'DOCKERFILE_UNSUPPORTED_MODIFIER',
    `unsupported modifier ${quote(substitution.modifier)} in a substitution`,
    {
      start: substitution.start,
      end,
      expected: 'one of :- - :+ + :? ? # ## % %% / //',
      hint: 'compute the value in a RUN step, or pass it as a build argument',
    },
  );
}

function requiredFault(substitution: Substitution, operands: Operands): LexFault {
  const state = operands.value === undefined ? 'unset' : 'empty';
  const message = operands.word === '' ? `is not allowed to be ${state}` : operands.word;
  return new LexFault('DOCKERFILE_VARIABLE_REQUIRED', `${substitution.name}: ${message}`, {
    start: substitution.start,
    end: operands.end,
    hint: `pass --build-arg ${substitution.name}=… for a declared ARG, or set it with ENV`,
  });
}

function trimMatch(substitution: Substitution, operands: Operands): string {
  const { kind } = substitution;
  const longest = operands.word.startsWith(kind);
  const text = longest ? operands.word.slice(1) : operands.word;
  return guarded(substitution, operands, text, (pattern, budget) => {
    const text = operands.value ?? '';
    const prefix = kind === '#';
    const value = prefix ? charactersOf(text) : Array.from(text).reverse();
    const request = { value, start: 0, longest, budget };
    const end = matchAt(prefix ? pattern : reversePattern(pattern), request);
    if (end <= 0) return text;
    return prefix ? textOf(value, end) : text.slice(0, -textOf(value, 0, end).length);
  });
}

function replaceMatch(substitution: Substitution, operands: Operands): string {
  const text = operands.pattern ?? '';
  return guarded(substitution, operands, text, (pattern, budget) => {
    const value = charactersOf(operands.value ?? '');
    if (substitution.modifier === '//') return replaceAll(pattern, value, operands, budget);
    const match = search(pattern, value, 0, budget);
    if (match === undefined) return operands.value ?? '';
    return textOf(value, 0, match.start) + operands.word + textOf(value, match.end);
  });
}

/** As Go's `ReplaceAllString`: skips an empty match directly after another match. */
function replaceAll(
  pattern: Pattern,
  value: Characters,
  operands: Operands,
  budget: Budget,
): string {
  const pieces: string[] = [];
  const template = parseTemplate(operands.word);
  let length = 0;
  let copied = 0;
  let from = 0;
  while (from <= value.length) {
    const match = search(pattern, value, from, budget);
    if (match === undefined) break;
    pieces.push(textOf(value, copied, match.start));
    if (match.end > copied || match.start === 0) {
      const matched = textOf(value, match.start, match.end);
      const replacement = template.map((part) => part ?? matched).join('');
      length += replacement.length;
      if (length > MAX_EXPANSION) throw new BudgetFault('the result is too large');
      pieces.push(replacement);
    }
    copied = match.end;
    from = Math.max(match.end, from + 1);
  }
  pieces.push(textOf(value, copied));
  return pieces.join('');
}

const REFERENCE = /\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu;

/**
 * BuildKit passes the replacement of `//` to a regular expression engine, where `$0` is the match, any other `$name` is
 * empty, and `$$` is a dollar sign. Undefined represents the match.
 */
function parseTemplate(text: string): (string | undefined)[] {
  const parts: (string | undefined)[] = [];
  let at = 0;
  for (const match of text.matchAll(REFERENCE)) {
    parts.push(text.slice(at, match.index));
    const name = match[1] ?? match[2];
    if (name === undefined) parts.push('$');
    else if (name === '0') parts.push(undefined);
    at = match.index + match[0].length;
  }
  parts.push(text.slice(at));
  return parts;
}

function guarded(
  substitution: Substitution,
  operands: Operands,
  text: string,
  work: (pattern: Pattern, budget: Budget) => string,
): string {
  const span = { start: substitution.start, end: operands.end };
  try {
    return work(parsePattern(text), operands.budget);
  } catch (error) {
    if (error instanceof PatternFault) {
      throw new LexFault(
        'DOCKERFILE_INVALID_PATTERN',
        `invalid pattern ${quote(text)} in a substitution: ${error.message}`,
        { ...span, expected: 'an escape before one of * ? \\ } /' },
      );
    }
    if (error instanceof BudgetFault) {
      throw new LexFault('DOCKERFILE_EXPANSION_TOO_LARGE', error.message, span);
    }
    throw error;
  }
}
