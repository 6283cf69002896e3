/** Rates for the costs of an image, from a file or from the command line: `report.toml` and `--rate NAME=VALUE`. */
import type { GivenRates } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';
import { readSettingsFile } from '../settings-file.ts';

/** Read where no other file is named, if it is there. */
const DEFAULT_FILE = 'report.toml';

/** @throws AppError CLI_FILE, CLI_CONFIG_INVALID, CLI_FLAG_VALUE; the signal's reason */
export async function readRates(
  file: string | undefined,
  settings: readonly string[],
  signal?: AbortSignal,
): Promise<GivenRates> {
  const fromFile = await ratesInFile(file, signal);
  const given = settings.map((setting) => {
    const equals = setting.indexOf('=');
    const [name, value] = [setting.slice(0, equals), setting.slice(equals + 1)];
    return rate(equals < 0 ? setting : name, equals < 0 ? '' : value, (message, expected) => {
      return new AppError('CLI_FLAG_VALUE', `--rate ${setting}: ${message}`, { expected });
    });
  });
  return Object.assign({}, fromFile, ...given);
}

async function ratesInFile(
  file: string | undefined,
  signal: AbortSignal | undefined,
): Promise<GivenRates> {
  const path = file ?? DEFAULT_FILE;
  const isOptional = file === undefined;
  const text = await readSettingsFile(path, { isOptional, mayBeForbidden: true, signal });
  return text === undefined ? {} : ratesOf(text, path);
}

/**
 * The rates in a `report.toml`.
 * @param path for messages
 * @throws AppError CLI_CONFIG_INVALID
 */
export async function ratesOf(text: string, path: string): Promise<GivenRates> {
  const { parse } = await import('smol-toml');
  const fault = (problem: string, expected?: string) =>
    new AppError('CLI_CONFIG_INVALID', `cannot use ${path}: ${problem}`, {
      expected,
      hint: 'docs/report.md describes the rates',
    });
  let table: Readonly<Record<string, unknown>>;
  try {
    table = parse(text);
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    throw fault(first);
  }
  return Object.assign(
    {},
    ...Object.entries(table).map(([name, value]) => rate(name, value, fault)),
  );
}

type Fault = (problem: string, expected?: string) => AppError;

function rate(name: string, value: unknown, fault: Fault): GivenRates {
  switch (name) {
    case 'bandwidths': {
      const expected = 'speeds such as 100Mbit/s';
      const bandwidths = list(value)
        .map((one) => quantity(one, BITS))
        .sort((a, b) => a - b);
      if (bandwidths.length === 0 || !bandwidths.every(isPositive)) {
        throw fault(`'${name}' has an invalid value`, expected);
      }
      return { bandwidths };
    }
    case 'unpack': {
      const ends = list(value)
        .map((one) => quantity(one, BYTES))
        .sort((a, b) => a - b);
      const [slow, fast = slow] = ends;
      if (slow === undefined || fast === undefined || ends.length > 2 || !ends.every(isPositive)) {
        throw fault(`'${name}' has an invalid value`, 'one or two rates such as 20MB/s');
      }
      return { unpack: [slow, fast] };
    }
    case 'pulls':
      return { pulls: number(name, value, fault) };
    case 'ci-jobs':
      return { ciJobs: number(name, value, fault) };
    case 'storage-price':
      return { storagePrice: number(name, value, fault) };
    case 'transfer-price':
      return { transferPrice: number(name, value, fault) };
    case 'ci-minute-price':
      return { ciMinutePrice: number(name, value, fault) };
    case 'currency':
      if (typeof value === 'string' && /^[\p{L}\p{Sc}]{1,8}$/u.test(value)) {
        return { currency: value };
      }
      throw fault(`'${name}' has an invalid value`, 'a name such as USD');
    default: {
      const nearest = nearestName(name, NAMES);
      throw fault(
        `there is no rate '${name}'`,
        nearest === undefined ? `one of ${NAMES.join(', ')}` : `'${nearest}'?`,
      );
    }
  }
}

const NAMES = [
  ...['bandwidths', 'unpack', 'pulls', 'ci-jobs', 'storage-price', 'transfer-price'],
  ...['ci-minute-price', 'currency'],
];

function list(value: unknown): readonly unknown[] {
  if (typeof value === 'string') return value.split(',');
  return Array.isArray(value) ? value : [value];
}

const BITS = /^([\d.]+)\s*([kMGT]?)(?:bit\/s|bps|b\/s)?$/;
const BYTES = /^([\d.]+)\s*([kMGT]?)(?:B\/s|B)?$/;
const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };

/** @returns NaN for what is none */
function quantity(value: unknown, pattern: RegExp): number {
  if (typeof value === 'object') return Number.NaN;
  const [, digits = '', unit = ''] = pattern.exec(String(value).trim()) ?? [];
  return digits === '' ? Number.NaN : Math.round(Number(digits) * (FACTORS[unit] ?? Number.NaN));
}

function isPositive(value: number): boolean {
  return Number.isFinite(value) && value > 0;
}

function number(name: string, value: unknown, fault: Fault): number {
  const isEmpty = typeof value === 'string' && value.trim() === '';
  const found = isEmpty || typeof value === 'object' ? Number.NaN : Number(value);
  if (Number.isFinite(found) && found >= 0) return found;
  throw fault(`'${name}' has an invalid value`, 'a number that is not negative');
}
