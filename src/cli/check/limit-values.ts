/** Limits of an image by the names of their settings, as `lamina.toml` and the command line have them. */
import type { ImageLimits } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';

/** Makes an error of what is wrong with a setting. */
export type Fault = (problem: string, expected?: string) => AppError;

const SWITCHES = {
  'non-root': 'nonRoot',
  'no-shell': 'noShell',
  'no-setuid': 'noSetuid',
  'no-secrets': 'noSecrets',
  'no-package-manager': 'noPackageManager',
} as const;

const SIZES = {
  'max-size': 'maxSize',
  'max-compressed': 'maxCompressed',
  'max-reclaimable': 'maxReclaimable',
  'max-wasted-bytes': 'maxWastedBytes',
} as const;

const RATIOS = { 'min-efficiency': 'minEfficiency', 'max-user-wasted': 'maxUserWasted' } as const;

const NAMES = [
  ...Object.keys(SIZES),
  'max-layers',
  ...Object.keys(RATIOS),
  ...Object.keys(SWITCHES),
];

/** @throws what `fault` makes of an unknown name, or an invalid value */
export function limitOf(name: string, value: unknown, fault: Fault): ImageLimits {
  if (has(SIZES, name)) return { [SIZES[name]]: byteCount(value) ?? invalid(name, SIZE, fault) };
  if (has(RATIOS, name)) return { [RATIOS[name]]: ratio(value) ?? invalid(name, RATIO, fault) };
  if (has(SWITCHES, name)) {
    return typeof value === 'boolean'
      ? { [SWITCHES[name]]: value }
      : invalid(name, 'true or false', fault);
  }
  if (name === 'max-layers') {
    const isCount = /^\d{1,9}$/.test(textOf(value));
    return isCount ? { maxLayers: Number(value) } : invalid(name, 'a whole number', fault);
  }
  if (name === 'base') {
    const bases = typeof value === 'string' ? [value] : value;
    const isList =
      Array.isArray(bases) && bases.every((one) => typeof one === 'string' && one !== '');
    return isList ? { bases } : invalid(name, 'names of images', fault);
  }
  const near = nearestName(name, [...NAMES, 'base']);
  throw fault(
    `there is no limit '${name}'`,
    near === undefined ? `one of ${[...NAMES, 'base'].join(', ')}` : `'${near}'?`,
  );
}

const SIZE = 'a size such as 10MB, 10MiB or 10000000';
const RATIO = 'a ratio from 0 to 1';

function invalid(name: string, expected: string, fault: Fault): never {
  throw fault(`'${name}' has an invalid value`, expected);
}

function has<T extends object>(table: T, name: string): name is Extract<keyof T, string> {
  return Object.hasOwn(table, name);
}

const POWERS = 'kmgtp';

/** Tables, lists and dates are no values of limits. */
function textOf(value: unknown): string {
  return typeof value === 'object' ? '' : String(value);
}

/** Units as Docker and dive write them: `10MB` and `10M` are decimal, `10MiB` is binary. */
export function byteCount(value: unknown): number | undefined {
  const [, digits, prefix = '', binary] =
    /^(\d+(?:\.\d+)?) ?(?:([kmgtp])(i?))?b?$/i.exec(textOf(value).trim()) ?? [];
  if (digits === undefined) return undefined;
  const base = binary === undefined || binary === '' ? 1000 : 1024;
  const power = prefix === '' ? 0 : POWERS.indexOf(prefix.toLowerCase()) + 1;
  return Math.floor(Number(digits) * base ** power);
}

export function ratio(value: unknown): number | undefined {
  const text = textOf(value).trim();
  const number = text === '' ? Number.NaN : Number(text);
  return number >= 0 && number <= 1 ? number : undefined;
}

/** A later limit counts in place of an earlier one. */
export function merged(...all: readonly ImageLimits[]): ImageLimits {
  return Object.assign({}, ...all);
}

/** @param flag as typed, with its dashes */
export function flagFault(flag: string, text: string): Fault {
  return (_problem, expected) =>
    new AppError('CLI_FLAG_VALUE', `invalid value ${JSON.stringify(text)} for ${flag}`, {
      expected,
    });
}
