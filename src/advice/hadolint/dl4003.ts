import { onlyOneRule } from './later-ones.ts';

export const dl4003 = onlyOneRule(
  {
    code: 'DL4003',
    severity: 'warning',
    requires: 'a stage has at most one CMD',
    why: 'The others have no effect; a reader may take an earlier one for the one that runs.',
  },
  'cmd',
);
