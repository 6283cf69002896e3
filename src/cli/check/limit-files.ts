/** Files with limits: the table `[check]` of `lamina.toml`, and dive's `.dive-ci`. */
import type { ImageLimits } from '../../api/index.ts';
import { AppError } from '../../errors.ts';
import { nearestName } from '../../nearest-name.ts';
import { readSettingsFile } from '../settings-file.ts';
import { byteCount, type Fault, limitOf, merged, ratio } from './limit-values.ts';

const SETTINGS = 'lamina.toml';
const DIVE = '.dive-ci';

export interface LimitFiles {
  /** Instead of `lamina.toml`, which need not exist. */
  readonly config: string | undefined;
  /** Instead of `.dive-ci`, which need not exist. */
  readonly ciConfig: string | undefined;
  /** dive's CI mode: its rules count without a file too. */
  readonly ci: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** @throws AppError CLI_FILE, CLI_CONFIG_INVALID; the signal's reason */
export async function limitsInFiles({
  config,
  ciConfig,
  ci,
  signal,
}: LimitFiles): Promise<ImageLimits> {
  const settings = await readSettingsFile(config ?? SETTINGS, {
    isOptional: config === undefined,
    signal,
  });
  const dive = await readSettingsFile(ciConfig ?? DIVE, {
    isOptional: ciConfig === undefined,
    signal,
  });
  const rules =
    dive === undefined ? (ci ? DIVE_RULES : {}) : await limitsOfDive(dive, ciConfig ?? DIVE);
  return merged(
    rules,
    settings === undefined ? {} : await limitsOfSettings(settings, config ?? SETTINGS),
  );
}

function faultIn(path: string): Fault {
  return (problem, expected) =>
    new AppError('CLI_CONFIG_INVALID', `cannot use ${path}: ${problem}`, {
      expected,
      hint: "'lamina explain check' describes the limits",
    });
}

/**
 * The limits in a `lamina.toml`.
 * @param path for messages
 * @throws AppError CLI_CONFIG_INVALID
 */
export async function limitsOfSettings(text: string, path: string): Promise<ImageLimits> {
  const fault = faultIn(path);
  const { parse } = await import('smol-toml');
  const { check = {} } = parsed(() => parse(text), fault);
  return merged(
    ...entries(check, 'check', fault).map(([name, value]) => limitOf(name, value, fault)),
  );
}

/** The warnings of the package would go to the terminal as Node's. */
const QUIET = { logLevel: 'error' } as const;

/** dive's own, where neither file nor option says otherwise. */
const DIVE_RULES: ImageLimits = { minEfficiency: 0.9, maxUserWasted: 0.1 };

const KEBAB: Readonly<Record<string, string>> = {
  lowestEfficiency: 'lowest-efficiency',
  highestWastedBytes: 'highest-wasted-bytes',
  highestUserWastedPercent: 'highest-user-wasted-percent',
};

/**
 * The limits in a `.dive-ci`.
 * @param path for messages
 * @throws AppError CLI_CONFIG_INVALID
 */
export async function limitsOfDive(text: string, path: string): Promise<ImageLimits> {
  const fault = faultIn(path);
  const { parse } = await import('yaml');
  const document: unknown = parsed(() => parse(text, QUIET) as unknown, fault) ?? {};
  const { rules = {} } = Object.fromEntries(entries(document, 'the file', fault));
  return merged(
    DIVE_RULES,
    ...entries(rules ?? {}, 'rules', fault).map(([name, value]) => diveRule(name, value, fault)),
  );
}

function diveRule(spelling: string, value: unknown, fault: Fault): ImageLimits {
  const invalid = (expected: string) => fault(`'${spelling}' has an invalid value`, expected);
  const name = KEBAB[spelling] ?? spelling;
  switch (name) {
    case 'lowest-efficiency':
      return { minEfficiency: orDisabled(value, ratio, () => invalid('a ratio from 0 to 1')) };
    case 'highest-wasted-bytes':
      return { maxWastedBytes: orDisabled(value, byteCount, () => invalid('a size such as 20MB')) };
    case 'highest-user-wasted-percent':
      return { maxUserWasted: orDisabled(value, ratio, () => invalid('a ratio from 0 to 1')) };
    default: {
      const near = nearestName(spelling, [...Object.keys(KEBAB), ...Object.values(KEBAB)]);
      throw fault(
        `there is no rule '${spelling}'`,
        near === undefined ? Object.keys(KEBAB).join(', ') : `'${near}'?`,
      );
    }
  }
}

/** @returns undefined for a rule that is turned off */
function orDisabled(
  value: unknown,
  read: (value: unknown) => number | undefined,
  fault: () => AppError,
): number | undefined {
  const isScalar = typeof value !== 'object';
  if (value === null || (isScalar && /^\s*(?:|disabled|off|false)\s*$/i.test(String(value)))) {
    return undefined;
  }
  const limit = read(value);
  if (limit === undefined) throw fault();
  return limit;
}

function parsed<T>(parse: () => T, fault: Fault): T {
  try {
    return parse();
  } catch (error) {
    const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    throw fault(first);
  }
}

function entries(value: unknown, name: string, fault: Fault): [string, unknown][] {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return Object.entries(value);
  }
  throw fault(`'${name}' is no table`, 'names with their values');
}
