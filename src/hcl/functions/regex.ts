/** Regular expressions in the syntax of RE2, as far as JavaScript has its like. */
import { type Value, ValueFault } from '../value.ts';

export interface Regex {
  /** What a match is: a string; a list of its groups; or an object, if they have names. */
  first(text: string): Value | undefined;
  all(text: string): Value[];
}

/** @throws ValueFault if the pattern is invalid */
export function regexOf(pattern: string): Regex {
  const compiled = compile(pattern);
  return {
    first: (text) => {
      const [match] = text.matchAll(compiled);
      return match && matchValue(match);
    },
    all: (text) => Array.from(text.matchAll(compiled), matchValue),
  };
}

/** Replaces all matches; `$1`, `${1}` and `${name}` in the replacement are groups. */
export function replaceMatches(text: string, pattern: string, replacement: string): string {
  return text.replace(compile(pattern), (...args: unknown[]) => {
    const last = args.at(-1);
    const groups: object = typeof last === 'object' && last !== null ? last : {};
    const named = new Map<string, unknown>(Object.entries(groups));
    return replacement.replace(
      /\$(?:\$|(\w+)|\{(\w+)\})/g,
      (found, bare?: string, braced?: string) => {
        const name = bare ?? braced;
        if (name === undefined) return found === '$$' ? '$' : found;
        const value = /^\d+$/.test(name) ? args[Number(name)] : named.get(name);
        return typeof value === 'string' ? value : '';
      },
    );
  });
}

function compile(pattern: string): RegExp {
  const [head = '', flags = ''] = /^\(\?([imsU]+)\)/.exec(pattern) ?? [];
  const source = pattern
    .slice(head.length)
    .replaceAll('(?P<', '(?<')
    .replaceAll(String.raw`\A`, '^')
    .replaceAll(String.raw`\z`, '$')
    .replace(/\[\[:(\w+):\]\]/g, (found, name: string) => CLASSES[name] ?? found);
  try {
    return new RegExp(source, `gu${[...new Set(flags)].filter((flag) => flag !== 'U').join('')}`);
  } catch {
    throw new ValueFault(`'${pattern}' is not a regular expression`);
  }
}

const CLASSES: Readonly<Record<string, string>> = {
  ...{ alnum: '[0-9A-Za-z]', alpha: '[A-Za-z]', digit: '[0-9]', lower: '[a-z]', upper: '[A-Z]' },
  ...{
    space: String.raw`\s`,
    word: String.raw`\w`,
    xdigit: '[0-9A-Fa-f]',
    punct: String.raw`[!-\/:-@\[-\x60{-~]`,
  },
};

function matchValue(match: RegExpExecArray): Value {
  if (match.groups !== undefined)
    return new Map(Object.entries(match.groups).map(([name, text]) => [name, text ?? null]));
  if (match.length > 1) return match.slice(1).map((text) => text ?? null);
  return match[0];
}
