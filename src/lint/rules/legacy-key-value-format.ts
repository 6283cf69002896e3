import { noticedRule } from '../rule.ts';

export const legacyKeyValueFormat = noticedRule(
  'LegacyKeyValueFormat',
  'ENV and LABEL have an equals sign between name and value',
);
