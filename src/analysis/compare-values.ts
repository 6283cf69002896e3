/** Where two JSON values differ, by paths. */
import type { ValueDifference } from './types.ts';

/**
 * @param path of the values themselves: `config`
 * @returns the innermost differences, keys in the order of the first value
 */
export function compareValues(a: unknown, b: unknown, path = ''): readonly ValueDifference[] {
  if (isObject(a) && isObject(b)) {
    const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return keys.flatMap((key) =>
      compareValues(a[key], b[key], path === '' ? key : `${path}.${key}`),
    );
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    const length = Math.max(a.length, b.length);
    return Array.from({ length }, (_, index) =>
      compareValues(a[index], b[index], `${path}[${index}]`),
    ).flat();
  }
  const [x, y] = [JSON.stringify(a), JSON.stringify(b)];
  return x === y ? [] : [{ path, a: x, b: y }];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
