/** The rules of an image check: what each compares with its limit. */
import { humanSize } from '../../progress/index.ts';
import type { ImageReport } from '../report/types.ts';
import type { CheckedLimit, ImageLimits, ImageRule } from './types.ts';

/** What a rule sees of an image beside its report. */
export interface CheckedBase {
  /** Name of the base; null where it is not known. */
  readonly name: string | null;
  /** It is one of those that are allowed. */
  readonly isAllowed: boolean;
}

export interface Rule {
  readonly name: ImageRule;
  readonly limit: (limits: ImageLimits) => CheckedLimit | undefined;
  readonly actual: (report: ImageReport, base: CheckedBase) => number | string | null;
  readonly isExceeded: (
    actual: number | string | null,
    limit: number,
    base: CheckedBase,
  ) => boolean;
}

export const RULES: readonly Rule[] = [
  most(
    'max-size',
    (limits) => limits.maxSize,
    ({ size }) => size.unpacked,
  ),
  most(
    'max-compressed',
    (limits) => limits.maxCompressed,
    ({ size }) => size.compressed,
  ),
  most(
    'max-reclaimable',
    (limits) => limits.maxReclaimable,
    ({ reclaimable }) => reclaimable.bytes,
  ),
  most(
    'max-layers',
    (limits) => limits.maxLayers,
    ({ layers }) => layers.length,
  ),
  {
    ...most(
      'min-efficiency',
      (limits) => limits.minEfficiency,
      ({ dive }) => dive.efficiency,
    ),
    isExceeded: (actual, limit) => Number(actual) < limit,
  },
  most(
    'max-wasted-bytes',
    (limits) => limits.maxWastedBytes,
    ({ dive }) => dive.wastedBytes,
  ),
  most(
    'max-user-wasted',
    (limits) => limits.maxUserWasted,
    ({ dive }) => dive.userWastedPercent,
  ),
  {
    name: 'non-root',
    limit: ({ nonRoot }) => (nonRoot === true ? true : undefined),
    actual: ({ image, security }) => (security.runsAsRoot ? 'root' : image.user),
    isExceeded: (actual) => actual === 'root',
  },
  none(
    'no-shell',
    (limits) => limits.noShell,
    ({ security }) => security.shells.length,
  ),
  none(
    'no-setuid',
    (limits) => limits.noSetuid,
    ({ security }) => security.setuid.length,
  ),
  none(
    'no-secrets',
    (limits) => limits.noSecrets,
    ({ secrets }) => secrets.length,
  ),
  none(
    'no-package-manager',
    (limits) => limits.noPackageManager,
    ({ security }) => security.packageManagers.length,
  ),
  {
    name: 'base',
    limit: ({ bases = [] }) => (bases.length === 0 ? undefined : bases),
    actual: (_report, { name }) => name,
    isExceeded: (_actual, _limit, { isAllowed }) => !isAllowed,
  },
];

/** A number that is not to be larger than its limit; one that is not known is not. */
function most(
  name: ImageRule,
  limit: (limits: ImageLimits) => number | undefined,
  actual: (report: ImageReport) => number | null,
): Rule {
  return { name, limit, actual, isExceeded: (value, highest) => Number(value) > highest };
}

function none(
  name: ImageRule,
  isAsked: (limits: ImageLimits) => boolean | undefined,
  actual: (report: ImageReport) => number,
): Rule {
  return most(name, (limits) => (isAsked(limits) === true ? 0 : undefined), actual);
}

const BYTES: ReadonlySet<ImageRule> = new Set([
  ...(['max-size', 'max-compressed', 'max-reclaimable', 'max-wasted-bytes'] as const),
]);

/** A limit or a value of a rule, as people write it. */
export function ruleValue(rule: ImageRule, value: CheckedLimit | number | string | null): string {
  if (value === null) return 'unknown';
  if (value === true) return 'yes';
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return value.join(', ');
  if (BYTES.has(rule)) return humanSize(value, 4);
  return Number.isInteger(value) ? String(value) : String(Number(value.toFixed(4)));
}
