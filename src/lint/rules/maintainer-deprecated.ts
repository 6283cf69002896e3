import { noticedRule } from '../rule.ts';

export const maintainerDeprecated = noticedRule(
  'MaintainerDeprecated',
  'a label names the maintainer of the image',
);
