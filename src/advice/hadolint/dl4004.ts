import { onlyOneRule } from './later-ones.ts';

export const dl4004 = onlyOneRule(
  {
    code: 'DL4004',
    severity: 'error',
    requires: 'a stage has at most one ENTRYPOINT',
    why: 'The others have no effect; a reader may take an earlier one for the one that runs.',
  },
  'entrypoint',
);
