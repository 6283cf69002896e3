/** `until=24h`, `until=2026-01-31`: a moment, as Docker's filters write it. */
import { AppError } from '../errors.ts';

const UNITS: Readonly<Record<string, number>> = {
  ...{ ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 },
};

/** `1h30m`, `10m`, `2d`. @returns milliseconds; undefined if it is not a duration */
export function duration(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|[smhd]))+$/.test(text)) return undefined;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)];
  return parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
}

/**
 * A duration before now, a date, a time, or seconds since 1970.
 *
 * @returns milliseconds since the epoch
 * @throws AppError CLI_FLAG_VALUE
 */
export function moment(text: string, now: number): number {
  const before = duration(text);
  if (before !== undefined) return now - before;
  if (/^\d{9,11}(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const time = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:?\d{2})?)?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (!Number.isNaN(time)) return time;
  throw new AppError(
    'CLI_FLAG_VALUE',
    `invalid value ${JSON.stringify(`until=${text}`)} for --filter`,
    {
      expected: 'a duration such as 24h, a date such as 2026-01-31, or seconds since 1970',
    },
  );
}
