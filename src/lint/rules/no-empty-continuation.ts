import { noticedRule } from '../rule.ts';

export const noEmptyContinuation = noticedRule(
  'NoEmptyContinuation',
  'continued instructions contain no empty lines',
);
