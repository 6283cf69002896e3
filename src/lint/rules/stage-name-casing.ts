import { noticedRule } from '../rule.ts';

export const stageNameCasing = noticedRule(
  'StageNameCasing',
  'names of stages are written in lower case',
);
