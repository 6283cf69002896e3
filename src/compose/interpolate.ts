/** Variables in Compose files: `$NAME`, `${NAME:-default}` and their like. */
import type { Environment } from '../environment.ts';

/** What is wrong with a text; the caller adds where. */
export class InterpolationFault extends Error {}

const NAME = /[A-Za-z_]\w*/y;
const OPERATOR = /:?[-?+]/y;

/**
 * Replaces the variables of a text; `$$` is a dollar.
 *
 * @throws InterpolationFault for text that is no variable, and for a required one that is not set
 */
export function interpolate(text: string, env: Environment): string {
  if (!text.includes('$')) return text;
  const { result, at } = expand(text, 0, { env, isNested: false });
  return at === text.length ? result : result + text.slice(at);
}

interface Expansion {
  readonly env: Environment;
  /** Within `${…}`, a brace ends the text. */
  readonly isNested: boolean;
}

function expand(text: string, start: number, expansion: Expansion): { result: string; at: number } {
  let result = '';
  let at = start;
  while (at < text.length) {
    const char = text[at] ?? '';
    if (expansion.isNested && char === '}') break;
    if (char !== '$') {
      result += char;
      at += 1;
      continue;
    }
    if (text[at + 1] === '$') {
      result += '$';
      at += 2;
      continue;
    }
    const braced = text[at + 1] === '{';
    const name = match(NAME, text, at + (braced ? 2 : 1));
    if (name === undefined) {
      if (braced)
        throw new InterpolationFault(`'${text.slice(at)}' does not begin with a variable's name`);
      throw new InterpolationFault("a '$' without a name; write $$ for a dollar");
    }
    if (!braced) {
      result += expansion.env[name] ?? '';
      at += 1 + name.length;
      continue;
    }
    const value = bracedValue(text, at + 2 + name.length, { name, env: expansion.env });
    result += value.result;
    at = value.at;
  }
  return { result, at };
}

function bracedValue(
  text: string,
  start: number,
  { name, env }: { readonly name: string; readonly env: Environment },
): { result: string; at: number } {
  const value = env[name];
  if (text[start] === '}') return { result: value ?? '', at: start + 1 };
  const operator = match(OPERATOR, text, start);
  if (operator === undefined)
    throw new InterpolationFault(`'\${${name}' is not closed, or goes on with an unknown operator`);
  const { result: word, at } = expand(text, start + operator.length, { env, isNested: true });
  if (text[at] !== '}') throw new InterpolationFault(`'\${${name}' is not closed`);
  const isGiven = operator.startsWith(':')
    ? value !== undefined && value !== ''
    : value !== undefined;
  const end = at + 1;
  switch (operator.at(-1)) {
    case '-':
      return { result: isGiven ? (value ?? '') : word, at: end };
    case '+':
      return { result: isGiven ? word : '', at: end };
    default:
      if (isGiven) return { result: value ?? '', at: end };
      throw new InterpolationFault(
        `the variable ${name} is required${word === '' ? '' : `: ${word}`}`,
      );
  }
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
