import { noticedRule } from '../rule.ts';

export const noEmptyContinuation = noticedRule(
  'NoEmptyContinuation',
  'no empty line stands inside a continued instruction',
);
