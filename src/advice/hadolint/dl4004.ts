import { onlyOneRule } from './later-ones.ts';

export const dl4004 = onlyOneRule(
  {
    code: 'DL4004',
    severity: 'error',
    requires: 'a stage has at most one ENTRYPOINT',
    why: 'Only the last ENTRYPOINT has an effect; a reader may take an earlier one for the one that runs.',
  },
  'entrypoint',
);
