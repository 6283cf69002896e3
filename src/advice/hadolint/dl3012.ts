import { onlyOneRule } from './later-ones.ts';

export const dl3012 = onlyOneRule(
  {
    code: 'DL3012',
    severity: 'error',
    requires: 'a stage has at most one HEALTHCHECK',
    why: 'The others have no effect; a reader may take an earlier one for the one that runs.',
  },
  'healthcheck',
);
