/** A level of nesting in the lexer: a word, an operand, or a double quote. */
import type { EscapeCharacter } from '../tree.ts';
import { LexFault } from './fault.ts';
import type { Substitution } from './modifier.ts';

export interface Frame {
  readonly kind: 'word' | 'quote';
  /** The character that ends it; '' for the end of the text. */
  readonly stop: '' | '}' | '/' | '"';
  readonly rawEscapes: boolean;
  /** Inside a pattern: escapes in quotes are doubled, since the pattern is parsed again. */
  readonly pattern: boolean;
  readonly start: number;
  readonly substitution?: Substitution | undefined;
  /** The pattern of `/pattern/replacement`, while the replacement is read. */
  readonly replaced?: string | undefined;
  output: string;
}

/** Rebuilds the text of a substitution that is kept as written. */
export function rewrite(substitution: Substitution, frame: Frame): string {
  const { name, modifier } = substitution;
  if (frame.replaced !== undefined) return `\${${name}/${frame.replaced}/${frame.output}}`;
  return `\${${name}${modifier}${frame.output}}`;
}

export interface OpenEnd {
  /** The outermost frame that belongs to a substitution. */
  readonly open: Frame | undefined;
  /** The missing character. */
  readonly missing: string;
  /** Start of the construct that it would end. */
  readonly start: number;
  readonly end: number;
  readonly escaper: EscapeCharacter;
}

/** Reports the outermost open substitution; if there is none, the open quote. */
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
