/** Names that stand for themselves: the parameters of functions. */
import type { Expression } from './syntax.ts';

/** The bare name that an expression is, or in the JSON syntax the string; undefined for others. */
export function keywordOf(expression: Expression): string | undefined {
  if (expression.kind === 'variable') return expression.name;
  if (expression.kind === 'literal' && typeof expression.value === 'string')
    return expression.value;
  return undefined;
}
