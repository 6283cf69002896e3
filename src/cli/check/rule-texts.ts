/** How people read rules, their limits and what an image has. */
import type { ImageFinding } from '../../api/index.ts';
import { humanSize } from '../../progress/index.ts';

/** What each rule asks for. */
export const RULE_TEXTS: Readonly<Record<ImageFinding['rule'], string>> = {
  'max-size': 'the layers ship no more bytes than allowed',
  'max-compressed': 'the compressed image is no larger than allowed',
  'max-reclaimable': 'no more bytes than allowed are shipped but hidden by later layers',
  'max-layers': 'the image has no more layers than allowed',
  'min-efficiency': "dive's efficiency is no lower than allowed",
  'max-wasted-bytes': "dive's wasted bytes are no more than allowed",
  'max-user-wasted': "dive's wasted part of the user's bytes is no more than allowed",
  'non-root': 'the image does not run as root',
  'no-shell': 'the image has no shell',
  'no-setuid': 'no file of the image is setuid or setgid',
  'no-secrets': 'nothing that the image ships looks like a secret',
  'no-package-manager': 'the image has no package manager',
  base: 'the image is based on an allowed image',
};

/** A limit or a value of a rule: sizes with as many digits as tell them from their limits. */
export function ruleText(
  rule: ImageFinding['rule'],
  value: Exclude<ImageFinding['limit'] | ImageFinding['actual'], true>,
): string {
  if (value === null) return 'unknown';
  if (typeof value === 'string') return value;
  if (typeof value !== 'number') return value.join(', ');
  if (SIZES.has(rule)) return humanSize(value, 4);
  return String(Number(value.toFixed(4)));
}

const SIZES: ReadonlySet<string> = new Set([
  ...['max-size', 'max-compressed', 'max-reclaimable', 'max-wasted-bytes'],
]);
