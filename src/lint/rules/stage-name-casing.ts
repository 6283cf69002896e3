import { noticedRule } from '../rule.ts';

export const stageNameCasing = noticedRule(
  'StageNameCasing',
  'stage names are written in lower case',
);
