/** How a later Compose file changes an earlier one (Compose specification, section "Merge"). */
import { isPlainMap, type Plain, type PlainMap } from './document.ts';

/** Lists that the later file replaces instead of extending. */
const REPLACED = new Set(['command', 'entrypoint']);

/** Members that may be written as lists of `key=value`, and are mappings all the same. */
const MAPPINGS = new Set([
  ...['args', 'labels', 'environment', 'additional_contexts', 'extra_hosts', 'annotations'],
]);

export function mergeMaps(before: PlainMap, after: PlainMap): PlainMap {
  const merged: Record<string, Plain> = { ...before };
  for (const [key, value] of Object.entries(after)) {
    const old = merged[key];
    merged[key] = old === undefined ? value : mergeMember(key, old, value);
  }
  return merged;
}

function mergeMember(key: string, before: Plain, after: Plain): Plain {
  if (after === null) return before;
  if (key === 'build') return mergeMaps(buildMap(before), buildMap(after));
  if (MAPPINGS.has(key)) return mergeMaps(asMapping(before), asMapping(after));
  if (isPlainMap(before) && isPlainMap(after)) return mergeMaps(before, after);
  if (Array.isArray(before) && Array.isArray(after) && !REPLACED.has(key)) {
    const seen = new Set(before.map((item) => JSON.stringify(item)));
    return [...before, ...after.filter((item) => !seen.has(JSON.stringify(item)))];
  }
  return after;
}

/** `build: .` is short for `build: {context: .}`. */
export function buildMap(build: Plain): PlainMap {
  if (typeof build === 'string') return { context: build };
  return isPlainMap(build) ? build : {};
}

/** `[A=1, B]` as `{A: 1, B: null}`. */
export function asMapping(value: Plain | undefined): PlainMap {
  if (isPlainMap(value)) return value;
  if (!Array.isArray(value)) return {};
  return Object.fromEntries(
    value.map((item): [string, Plain] => {
      const text = String(item);
      const at = text.search(/[=:]/);
      const equals = text.includes('=') ? text.indexOf('=') : at;
      return equals < 0 ? [text, null] : [text.slice(0, equals), text.slice(equals + 1)];
    }),
  );
}
