export { applyEdits } from './edits.ts';
export { lint } from './lint-files.ts';
export { ADVICE_RULES } from './lint-text.ts';
export type { AdviceRule } from './rule.ts';
export { advicePage } from './rule-pages.ts';
