/** The text of a cache option without what is secret in it, as long as before: excerpts underline the right columns. */
import type { CacheSpec } from '../../api/index.ts';
import { SECRET_ATTRIBUTES } from './object-address.ts';

export function maskedText(text: string): string {
  return text.replace(/"(?:[^"]|"")*"|[^,]+/g, (field) => {
    const key = /^"?\s*([^=]*?)\s*=/.exec(field);
    if (key?.[1] === undefined || !isSecret(key[1])) return field;
    const value = field.length - key[0].length;
    return key[0] + '*'.repeat(value);
  });
}

/** As it was written, for records. */
export function shownSpec({ type, attrs, text }: CacheSpec): string {
  if (text !== undefined) return maskedText(text);
  const pairs = Object.entries(attrs).map(
    ([key, value]) => `${key}=${isSecret(key) ? '***' : value}`,
  );
  return [`type=${type}`, ...pairs].join(',');
}

function isSecret(key: string): boolean {
  return SECRET_ATTRIBUTES.includes(key.toLowerCase());
}
