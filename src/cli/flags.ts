/**
 * Command-line flags, read the way Docker's command line reads them (the rules of Go's pflag):
 *
 *     --tag a   --tag=a   -t a   -ta   -t=a       a flag with a value, always
 *     --rm   --rm=false   -it                      a switch; takes a value only with `=`
 *     --                                           ends the flags
 *     -                                            is an argument, not a flag
 *
 * A table of flags is data: the same table parses, prints the help and makes docs/cli.md.
 */
import { AppError } from '../errors.ts';
import { nearestName } from '../nearest-name.ts';

export type FlagKind = 'switch' | 'text' | 'list' | 'number';

export interface FlagSpec {
  readonly kind: FlagKind;
  /** One letter. */
  readonly short?: string;
  /** Name of the value in the help. */
  readonly value?: string;
  readonly help: string;
  /** Heading in the help. */
  readonly group?: string;
  readonly choices?: readonly string[];
  /** The value if the flag is given without one. */
  readonly bare?: string;
  /** Known but refused: what to do instead. A switch set to `=false` is accepted. */
  readonly notYet?: string;
  /** The value of a `notYet` flag that is accepted, since it is the default. */
  readonly neutral?: string;
  /** Accepted without effect: why that is harmless. */
  readonly noEffect?: string;
  /** Known, but too unusual for the help and for completion. */
  readonly isUnlisted?: boolean;
}

/** By long name, without the dashes. */
export type FlagTable = Readonly<Record<string, FlagSpec>>;

export type FlagValues<T extends FlagTable> = {
  readonly [K in keyof T]: T[K]['kind'] extends 'switch'
    ? boolean
    : T[K]['kind'] extends 'list'
      ? readonly string[]
      : T[K]['kind'] extends 'number'
        ? number | undefined
        : string | undefined;
};

export interface ParsedFlags<T extends FlagTable> {
  readonly flags: FlagValues<T>;
  readonly args: readonly string[];
  /** How many of them come before `--`; undefined: there is none. */
  readonly beforeDashes: number | undefined;
  /** Long names of the given flags. */
  readonly given: ReadonlySet<string>;
  /** `--help` or `-h` was given: the rest of the line is not read. */
  readonly help: boolean;
}

export interface ParseFlagsOptions {
  /** The command as typed, for messages: `lamina build`. */
  readonly command: string;
  /** Flags may follow arguments. Not so for `run`, whose later words belong to the container. */
  readonly interspersed?: boolean;
}

type Value = boolean | string | number | string[] | undefined;

/**
 * @throws AppError CLI_UNKNOWN_FLAG, CLI_FLAG_VALUE, CLI_NOT_YET
 */
export function parseFlags<T extends FlagTable>(
  table: T,
  argv: readonly string[],
  options: ParseFlagsOptions,
): ParsedFlags<T> {
  const reader = new FlagReader(table, argv, options);
  reader.readAll();
  return {
    // The values were created from the table, so each has the type of its kind.
    flags: reader.values as FlagValues<T>,
    args: reader.args,
    beforeDashes: reader.beforeDashes,
    given: reader.given,
    help: reader.help,
  };
}

class FlagReader {
  readonly values: Record<string, Value> = {};
  readonly args: string[] = [];
  readonly given = new Set<string>();
  help = false;
  beforeDashes: number | undefined;
  readonly #table: FlagTable;
  readonly #argv: readonly string[];
  readonly #options: ParseFlagsOptions;
  readonly #shorts = new Map<string, string>();
  #next = 0;

  constructor(table: FlagTable, argv: readonly string[], options: ParseFlagsOptions) {
    this.#table = table;
    this.#argv = argv;
    this.#options = options;
    for (const [name, spec] of Object.entries(table)) {
      if (spec.short !== undefined) this.#shorts.set(spec.short, name);
      this.values[name] = spec.kind === 'switch' ? false : spec.kind === 'list' ? [] : undefined;
    }
  }

  readAll(): void {
    while (this.#next < this.#argv.length && !this.help) {
      const word = this.#argv[this.#next++] ?? '';
      if (word === '--') {
        this.beforeDashes = this.args.length;
        break;
      }
      if (word.startsWith('--')) this.#readLong(word);
      else if (word.startsWith('-') && word !== '-') this.#readShorts(word);
      else {
        this.args.push(word);
        if (this.#options.interspersed === false) break;
      }
    }
    this.args.push(...this.#argv.slice(this.#next));
  }

  #readLong(word: string): void {
    const equals = word.indexOf('=');
    const name = word.slice(2, equals < 0 ? undefined : equals);
    const spec = Object.hasOwn(this.#table, name) ? this.#table[name] : undefined;
    if (spec === undefined) {
      if (name === 'help') this.help = true;
      else this.#unknown(`--${name}`);
      return;
    }
    if (equals >= 0) this.#set(name, spec, word.slice(equals + 1), `--${name}`);
    else this.#set(name, spec, this.#impliedValue(spec, `--${name}`), `--${name}`);
  }

  #readShorts(word: string): void {
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] ?? '';
      const name = this.#shorts.get(letter);
      const spec = name === undefined ? undefined : this.#table[name];
      if (name === undefined || spec === undefined) {
        if (letter !== 'h') this.#unknown(`-${letter}`, word);
        this.help = true;
        return;
      }
      const rest = word.slice(at + 1);
      if (rest.startsWith('=')) {
        this.#set(name, spec, rest.slice(1), `-${letter}`);
        return;
      }
      if (spec.kind === 'switch' || spec.bare !== undefined) {
        this.#set(name, spec, spec.bare ?? 'true', `-${letter}`);
        continue;
      }
      const value = rest === '' ? this.#impliedValue(spec, `-${letter}`) : rest;
      this.#set(name, spec, value, `-${letter}`);
      return;
    }
  }

  /** The value of a flag in the next word. */
  #impliedValue(spec: FlagSpec, shown: string): string {
    if (spec.bare !== undefined) return spec.bare;
    if (spec.kind === 'switch') return 'true';
    const value = this.#argv[this.#next++];
    if (value !== undefined) return value;
    throw new AppError('CLI_FLAG_VALUE', `flag needs a value: ${shown}`, {
      expected: `${shown} ${valueName(spec)}`,
      hint: this.#seeHelp(),
    });
  }

  #set(name: string, spec: FlagSpec, text: string, shown: string): void {
    this.given.add(name);
    const value = this.#convert(spec, text, shown);
    const asksForNothing = value === false || (spec.bare && isFalse(text)) || text === spec.neutral;
    if (spec.notYet !== undefined && !asksForNothing) {
      throw new AppError('CLI_NOT_YET', `${shown} is not supported yet`, { hint: spec.notYet });
    }
    const list = this.values[name];
    if (Array.isArray(list)) list.push(text);
    else this.values[name] = value;
  }

  #convert(spec: FlagSpec, text: string, shown: string): boolean | string | number {
    if (spec.choices !== undefined && !spec.choices.includes(text)) {
      const near = nearestName(text, spec.choices);
      throw new AppError('CLI_FLAG_VALUE', `invalid value ${quote(text)} for ${shown}`, {
        expected: spec.choices.join(', '),
        hint: near === undefined ? this.#seeHelp() : `did you mean ${shown}=${near}?`,
      });
    }
    if (spec.kind === 'switch') {
      const value = parseBool(text);
      if (value !== undefined) return value;
      throw new AppError('CLI_FLAG_VALUE', `invalid value ${quote(text)} for ${shown}`, {
        expected: 'true or false',
      });
    }
    if (spec.kind === 'number') {
      if (/^\d{1,9}$/.test(text)) return Number(text);
      throw new AppError('CLI_FLAG_VALUE', `invalid value ${quote(text)} for ${shown}`, {
        expected: 'a whole number',
      });
    }
    return text;
  }

  #unknown(shown: string, within?: string): never {
    const where = within !== undefined && within !== shown ? ` in ${quote(within)}` : '';
    const long = shown.startsWith('--');
    const near = long ? nearestName(shown.slice(2), Object.keys(this.#table)) : undefined;
    throw new AppError('CLI_UNKNOWN_FLAG', `unknown flag ${shown}${where}`, {
      hint: near === undefined ? this.#seeHelp() : `did you mean --${near}?`,
    });
  }

  #seeHelp(): string {
    return `see '${this.#options.command} --help'`;
  }
}

/** The name of a flag's value in the help. */
export function valueName(spec: FlagSpec): string {
  if (spec.value !== undefined) return spec.value;
  return spec.kind === 'number' ? 'n' : 'text';
}

function parseBool(text: string): boolean | undefined {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  return isFalse(text) ? false : undefined;
}

function isFalse(text: string): boolean {
  return /^(0|f|F|false|FALSE|False)$/.test(text);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
