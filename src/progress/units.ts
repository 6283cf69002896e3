/** Formats sizes and times: in decimal units, as Docker's tools do. */

const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `0B`, `123B`, `2.05kB`, `117.58kB`, `1.20GB`: two decimals, as in BuildKit's progress. */
export function progressSize(bytes: number): string {
  const [value, unit] = scale(bytes, (scaled) => Number(scaled.toFixed(2)));
  return unit === 'B' ? `${value}B` : `${value.toFixed(2)}${unit}`;
}

/** `74.8MB`, `1.2kB`, `0B`: `digits` significant digits without trailing zeros, as in `docker images`. */
export function humanSize(bytes: number, digits = 3): string {
  const [value, unit] = scale(bytes, (scaled) => Number(scaled.toPrecision(digits)));
  return `${value}${unit}`;
}

/** The rounded value in the largest unit that keeps it at least 1. */
function scale(bytes: number, round: (scaled: number) => number): [number, string] {
  let scaled = bytes;
  let index = 0;
  while (index < units.length - 1 && round(scaled) >= 1000) {
    scaled /= 1000;
    index++;
  }
  return [round(scaled), units[index] ?? 'B'];
}

/** `0.0s`, `12.3s`, `2m05s`, `1h02m`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 99.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  const pad = (value: number) => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)}m${pad(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h${pad(Math.floor((whole % 3600) / 60))}m`;
}
