/** Functions of strings. */
import { posix } from 'node:path';
import type { HclFunction } from '../evaluate.ts';
import { asInteger, asItems, asText, compareTexts, type Value, ValueFault } from '../value.ts';
import { formatText } from './format.ts';
import { regexOf, replaceMatches } from './regex.ts';

const textOf = (args: readonly Value[], index: number) => asText(args[index] ?? null);
const integerOf = (args: readonly Value[], index: number) => asInteger(args[index] ?? null);

const unary = (work: (text: string) => Value): HclFunction => ({
  arity: [1, 1],
  apply: (args) => work(textOf(args, 0)),
});

const binary = (work: (text: string, other: string) => Value): HclFunction => ({
  arity: [2, 2],
  apply: (args) => work(textOf(args, 0), textOf(args, 1)),
});

/** What a person takes for one character. */
const graphemes = (text: string) =>
  Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment);

function substring(text: string, offset: number, length: number): string {
  const all = graphemes(text);
  const start = offset < 0 ? Math.max(0, all.length + offset) : offset;
  return all.slice(start, length < 0 ? undefined : start + length).join('');
}

function bytesSlice(text: string, offset: number, length: number): string {
  return Buffer.from(text)
    .subarray(offset, offset + length)
    .toString();
}

function trimBoth(text: string, characters: string): string {
  const cut = new Set(characters);
  const all = [...text];
  const from = all.findIndex((char) => !cut.has(char));
  const to = all.findLastIndex((char) => !cut.has(char));
  return from < 0 ? '' : all.slice(from, to + 1).join('');
}

/** A letter that begins a word becomes a capital. */
function title(text: string): string {
  return text.replace(
    /(^|[^\p{L}\p{N}_'])(\p{L})/gu,
    (_, before: string, letter: string) => before + letter.toUpperCase(),
  );
}

/** Go's path.Base. */
function basename(path: string): string {
  if (path === '') return '.';
  const base = posix.basename(path);
  return base === '' ? '/' : base;
}

/** Go's path.Dir. */
const dirname = (path: string) => posix.normalize(posix.dirname(path));

function formatList(args: readonly Value[]): Value {
  const [format = null, ...lists] = args;
  const isMany = (value: Value) => typeof value === 'object' && value !== null;
  const lengths = new Set(lists.filter(isMany).map((list) => asItems(list).length));
  if (lengths.size > 1) throw new ValueFault('the lists must have one length');
  const [length = 1] = lengths;
  return Array.from({ length }, (_, index) =>
    formatText(
      asText(format),
      lists.map((list) => (isMany(list) ? (asItems(list)[index] ?? null) : list)),
    ),
  );
}

export const textFunctions: Readonly<Record<string, HclFunction>> = {
  chomp: unary((text) => text.replace(/[\r\n]+$/, '')),
  format: {
    arity: [1, undefined],
    apply: ([format = null, ...args]) => formatText(asText(format), args),
  },
  formatlist: { arity: [1, undefined], apply: formatList },
  indent: {
    arity: [2, 2],
    apply: (args) =>
      textOf(args, 1).replaceAll('\n', `\n${' '.repeat(Math.max(0, integerOf(args, 0)))}`),
  },
  join: {
    arity: [1, undefined],
    apply: ([separator = null, ...lists]) =>
      lists.flatMap((list) => asItems(list).map(asText)).join(asText(separator)),
  },
  lower: unary((text) => text.toLowerCase()),
  upper: unary((text) => text.toUpperCase()),
  title: unary(title),
  replace: {
    arity: [3, 3],
    apply: (args) => textOf(args, 0).replaceAll(textOf(args, 1), () => textOf(args, 2)),
  },
  regex: binary((pattern, text) => {
    const match = regexOf(pattern).first(text);
    if (match === undefined) throw new ValueFault(`'${pattern}' does not match '${text}'`);
    return match;
  }),
  regexall: binary((pattern, text) => regexOf(pattern).all(text)),
  regex_replace: {
    arity: [3, 3],
    apply: (args) => replaceMatches(textOf(args, 0), textOf(args, 1), textOf(args, 2)),
  },
  reverse: unary((text) => graphemes(text).reverse().join('')),
  split: binary((separator, text) => text.split(separator)),
  strlen: unary((text) => graphemes(text).length),
  byteslen: unary((text) => Buffer.byteLength(text)),
  substr: {
    arity: [3, 3],
    apply: (args) => substring(textOf(args, 0), integerOf(args, 1), integerOf(args, 2)),
  },
  bytesslice: {
    arity: [3, 3],
    apply: (args) => bytesSlice(textOf(args, 0), integerOf(args, 1), integerOf(args, 2)),
  },
  trim: binary(trimBoth),
  trimprefix: binary((text, prefix) =>
    text.startsWith(prefix) ? text.slice(prefix.length) : text,
  ),
  trimsuffix: binary((text, suffix) =>
    suffix !== '' && text.endsWith(suffix) ? text.slice(0, -suffix.length) : text,
  ),
  trimspace: unary((text) => text.trim()),
  sort: { arity: [1, 1], apply: ([list = null]) => asItems(list).map(asText).sort(compareTexts) },
  basename: unary(basename),
  dirname: unary(dirname),
  sanitize: unary((text) => [...text].map((char) => (/[\w-]/.test(char) ? char : '_')).join('')),
};
