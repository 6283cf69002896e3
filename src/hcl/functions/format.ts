/** The verbs of `format`: %s, %d, %05.2f, %q, %v, %#v, %t, %x, %[2]s and their like. */
import {
  asBoolean,
  asInteger,
  asNumber,
  asText,
  numberText,
  toJson,
  type Value,
  ValueFault,
} from '../value.ts';

interface Verb {
  readonly letter: string;
  readonly flags: string;
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

const VERB = /%(?:%|([-+ #0]*)(\d+)?(?:\.(\d+))?(?:\[(\d+)\])?([a-zA-Z]))/g;

/** @throws ValueFault */
export function formatText(format: string, args: readonly Value[]): string {
  let next = 0;
  let highest = 0;
  const text = format.replace(VERB, (found, flags = '', width, precision, index, letter) => {
    if (found === '%%') return '%';
    if (index !== undefined) next = Number(index) - 1;
    const value = args[next];
    next += 1;
    highest = Math.max(highest, next);
    if (value === undefined) throw new ValueFault(`there is no argument ${next} for ${found}`);
    const count = (digits?: string) => (digits === undefined ? undefined : Number(digits));
    return formatted({ letter, flags, width: count(width), precision: count(precision) }, value);
  });
  if (highest < args.length) {
    throw new ValueFault(`${args.length} arguments, but the format uses ${highest} of them`);
  }
  return text;
}

function formatted(verb: Verb, value: Value): string {
  const text = plainText(verb, value);
  if (verb.width === undefined) return text;
  const isNumber = /[bdoxXeEfFgG]/.test(verb.letter) && typeof value !== 'string';
  if (verb.flags.includes('-')) return text.padEnd(verb.width);
  if (!verb.flags.includes('0') || !isNumber) return text.padStart(verb.width);
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(verb.width - sign.length, '0');
}

function plainText({ letter, flags, precision }: Verb, value: Value): string {
  const signed = (text: string) =>
    flags.includes('+') && !text.startsWith('-') ? `+${text}` : text;
  const exponent = (text: string) => text.replace(/e([+-])(\d)$/, 'e$10$2');
  switch (letter) {
    case 'v':
      if (value === null) return 'null';
      return typeof value === 'object' || flags.includes('#')
        ? JSON.stringify(toJson(value))
        : asText(value);
    case 's': {
      const text = asText(value);
      return precision === undefined ? text : [...text].slice(0, precision).join('');
    }
    case 'q':
      return JSON.stringify(asText(value));
    case 't':
      return String(asBoolean(value));
    case 'd':
      return signed(numberText(Math.trunc(asNumber(value))));
    case 'b':
      return signed(asInteger(value).toString(2));
    case 'o':
      return signed(asInteger(value).toString(8));
    case 'x':
    case 'X': {
      const text =
        typeof value === 'string'
          ? Buffer.from(value).toString('hex')
          : signed(asInteger(value).toString(16));
      return letter === 'X' ? text.toUpperCase() : text;
    }
    case 'f':
    case 'F':
      return signed(asNumber(value).toFixed(precision ?? 6));
    case 'e':
      return signed(exponent(asNumber(value).toExponential(precision ?? 6)));
    case 'E':
      return signed(exponent(asNumber(value).toExponential(precision ?? 6)).toUpperCase());
    case 'g':
    case 'G':
      return signed(
        precision === undefined
          ? numberText(asNumber(value))
          : String(Number(asNumber(value).toPrecision(precision || 1))),
      );
    default:
      throw new ValueFault(`unknown verb %${letter}`);
  }
}
