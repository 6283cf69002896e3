import { noticedRule } from '../rule.ts';

export const fromAsCasing = noticedRule(
  'FromAsCasing',
  'AS is written in the same case as its FROM',
);
