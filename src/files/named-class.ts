/** Named ASCII character classes of Go's regular expressions: `[[:alpha:]]`, `[[:^digit:]]`. */

export interface CharacterRange {
  readonly low: number;
  readonly high: number;
}

const NAMES: Readonly<Record<string, readonly string[]>> = {
  alnum: ['09', 'AZ', 'az'],
  alpha: ['AZ', 'az'],
  ascii: ['\x00\x7f'],
  blank: ['\t\t', '  '],
  cntrl: ['\x00\x1f', '\x7f\x7f'],
  digit: ['09'],
  graph: ['!~'],
  lower: ['az'],
  print: [' ~'],
  punct: ['!/', ':@', '[`', '{~'],
  space: ['\t\r', '  '],
  upper: ['AZ'],
  word: ['09', 'AZ', '__', 'az'],
  xdigit: ['09', 'AF', 'af'],
};
const LAST_CODE_POINT = 0x10_ffff;

export interface NamedClass {
  /** Undefined if no class has this name. */
  readonly ranges: readonly CharacterRange[] | undefined;
  readonly name: string;
  /** Index after the class. */
  readonly next: number;
}

/** Parses `[:name:]` at `index`; undefined if there is none. */
export function readNamedClass(
  characters: readonly string[],
  index: number,
): NamedClass | undefined {
  const text = characters.slice(index, index + 12).join('');
  const [whole, negation, name] = /^\[:(\^?)([a-z]+):\]/.exec(text) ?? [];
  if (whole === undefined || name === undefined) return undefined;
  const named = Object.hasOwn(NAMES, name) ? NAMES[name]?.map(rangeOf) : undefined;
  const ranges = named !== undefined && negation === '^' ? complement(named) : named;
  return { ranges, name, next: index + whole.length };
}

function rangeOf(bounds: string): CharacterRange {
  return { low: bounds.charCodeAt(0), high: bounds.charCodeAt(1) };
}

/** @param ranges in order, without overlaps */
function complement(ranges: readonly CharacterRange[]): readonly CharacterRange[] {
  const starts = [0, ...ranges.map(({ high }) => high + 1)];
  const ends = [...ranges.map(({ low }) => low - 1), LAST_CODE_POINT];
  return starts.flatMap((low, index) => {
    const high = ends[index] ?? LAST_CODE_POINT;
    return low <= high ? [{ low, high }] : [];
  });
}
