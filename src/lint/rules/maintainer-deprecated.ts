import { noticedRule } from '../rule.ts';

export const maintainerDeprecated = noticedRule(
  'MaintainerDeprecated',
  'a label says who maintains the image',
);
