/** Pages about rules, relative to the project. */
import type { RuleText } from './rule.ts';

/** `docs/rules/hadolint/dl3008.md`, `docs/rules/lamina/secret-in-copy.md`. */
export function advicePage({ code }: RuleText): string {
  if (/^DL\d+$/.test(code)) return `docs/rules/hadolint/${code.toLowerCase()}.md`;
  const words = code.replace(/([a-z])([A-Z])/g, '$1-$2').toLowerCase();
  return `docs/rules/lamina/${words}.md`;
}
