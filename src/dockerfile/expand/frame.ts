/** What the lexer is in the middle of: a word, an operand, or a double quote. */
import type { EscapeCharacter } from '../tree.ts';
import { LexFault } from './fault.ts';
import type { Substitution } from './modifier.ts';

export interface Frame {
  readonly kind: 'word' | 'quote';
  /** What ends it: a character, or the end of the text for ''. */
  readonly stop: '' | '}' | '/' | '"';
  readonly rawEscapes: boolean;
  /** Inside a pattern: escapes in quotes are doubled, since the pattern is parsed once more. */
  readonly pattern: boolean;
  readonly start: number;
  readonly substitution?: Substitution | undefined;
  /** The pattern of `/pattern/replacement` once the replacement is being read. */
  readonly replaced?: string | undefined;
  output: string;
}

/** A substitution put together again, for a variable that stays as it is. */
export function rewrite(substitution: Substitution, frame: Frame): string {
  const { name, modifier } = substitution;
  if (frame.replaced !== undefined) return `\${${name}/${frame.replaced}/${frame.output}}`;
  return `\${${name}${modifier}${frame.output}}`;
}

export interface OpenEnd {
  /** The outermost frame that belongs to a substitution. */
  readonly open: Frame | undefined;
  /** The character that was looked for. */
  readonly missing: string;
  /** Where what it would end begins. */
  readonly start: number;
  readonly end: number;
  readonly escaper: EscapeCharacter;
}

/** The outermost open substitution is what a reader must close first; without one, the open quote. */
export function unterminated({ open, missing, start, end, escaper }: OpenEnd): LexFault {
  if (open === undefined && missing !== '}') {
    const quote = missing === "'" ? 'single' : 'double';
    return new LexFault('DOCKERFILE_UNTERMINATED_QUOTE', `a ${quote} quote is not closed`, {
      start,
      end,
      expected: `a closing ${missing}`,
      hint: `put ${escaper} before a literal quote`,
    });
  }
  const brace = open?.stop === '/' ? '/' : '}';
  return new LexFault(
    'DOCKERFILE_UNTERMINATED_SUBSTITUTION',
    `a substitution has no closing ${brace}`,
    {
      start: open?.start ?? start,
      end,
      expected: `a closing ${brace}`,
      hint: `put ${escaper} before a literal dollar sign`,
    },
  );
}
