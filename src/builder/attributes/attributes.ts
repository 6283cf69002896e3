/** The `key=value` pairs of an output or a cache, each read once; unread ones produce a warning. */
import type { ErrorCode } from '../../error-code.ts';
import { AppError, type SourceLocation, type Warning } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';
import type { WarningCode } from '../../warning-code.ts';

/** Go's notation of booleans, as in BuildKit. */
const BOOLEANS: Readonly<Record<string, boolean>> = {
  ...{ '1': true, t: true, T: true, true: true, TRUE: true, True: true },
  ...{ '0': false, f: false, F: false, false: false, FALSE: false, False: false },
};

export interface AttributeList {
  readonly attrs: Readonly<Record<string, string>>;
  /** The whole text as written, for messages. */
  readonly text?: string | undefined;
  /** `an output of type oci`. */
  readonly owner: string;
  /** The flag that it belongs to. */
  readonly flag: string;
  readonly codes: { readonly wrong: ErrorCode; readonly ignored: WarningCode };
}

export class Attributes {
  readonly #list: AttributeList;
  readonly #known = new Set<string>();

  constructor(list: AttributeList) {
    this.#list = list;
  }

  /** All given keys. */
  get keys(): readonly string[] {
    return Object.keys(this.#list.attrs);
  }

  text(key: string): string | undefined {
    this.#known.add(key);
    return Object.hasOwn(this.#list.attrs, key) ? this.#list.attrs[key] : undefined;
  }

  /** @throws AppError with the list's code */
  choice<Value extends string>(key: string, values: readonly Value[]): Value | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const found = values.find((value) => value === text);
    if (found !== undefined) return found;
    const near = nearestName(text, values);
    throw this.fault(key, `unknown ${key} '${text}'`, {
      expected: values.join(', '),
      hint: near === undefined ? undefined : `did you mean ${key}=${near}?`,
    });
  }

  /** A key without a value (`push=`) means true. @throws AppError with the list's code */
  flag(key: string): boolean | undefined {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const value = text === '' ? true : BOOLEANS[text];
    if (value !== undefined) return value;
    throw this.fault(key, `${key} must be true or false, not '${text}'`, {
      expected: `${key}=true or ${key}=false`,
    });
  }

  /** A whole number. @throws AppError with the list's code */
  number(key: string, { max, of }: { readonly max: number; readonly of: string }) {
    const text = this.text(key);
    if (text === undefined) return undefined;
    const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
    if (value <= max) return value;
    throw this.fault(key, `'${text}' is not a valid ${of}`, {
      expected: `a whole number from 0 to ${max}`,
    });
  }

  /** Accepts attributes that have no effect here. */
  passOver(keys: readonly string[]): void {
    for (const key of keys) this.#known.add(key);
  }

  /** One for each unread attribute, which BuildKit ignores. */
  warnings(): Warning[] {
    const { owner, codes } = this.#list;
    return this.keys.flatMap((key) => {
      if (this.#known.has(key)) return [];
      const near = nearestName(key, [...this.#known]);
      return {
        code: codes.ignored,
        message: `unknown attribute '${key}' for ${owner}`,
        hint: near === undefined ? undefined : `did you mean ${near}?`,
        location: this.location(key),
      };
    });
  }

  /** An error that underlines the attribute. */
  fault(
    key: string,
    message: string,
    more: { readonly expected?: string | undefined; readonly hint?: string | undefined } = {},
  ): AppError {
    return new AppError(this.#list.codes.wrong, message, {
      ...more,
      location: this.location(key),
    });
  }

  location(key: string): SourceLocation | undefined {
    const { text, flag } = this.#list;
    const range = text === undefined ? undefined : rangeOf(text, key);
    if (text === undefined || range === undefined) return undefined;
    const at = (offset: number) => ({ line: 1, column: offset + 1, offset });
    return {
      file: flag,
      text,
      range: { start: at(range.start), end: at(range.end) },
    };
  }
}

/** The range of `key=value` in a text of such pairs, separated by commas. */
function rangeOf(text: string, key: string) {
  if (text.includes('\n')) return undefined;
  for (const match of text.matchAll(/(?:^|(?<=,))(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    const field = match[1] ?? match[2] ?? '';
    const equals = field.indexOf('=');
    if (equals < 0 || field.slice(0, equals).trim().toLowerCase() !== key.toLowerCase()) continue;
    return { start: match.index, end: match.index + match[0].length };
  }
  return undefined;
}
