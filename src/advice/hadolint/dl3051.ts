import { labelValueRule } from './label-values.ts';

export const dl3051 = labelValueRule(
  {
    code: 'DL3051',
    severity: 'warning',
    requires: 'labels of the configuration have a value',
    why: 'A label without a value says no more than a missing one.',
  },
  {
    isValid: (value) => value !== '',
    fault: 'empty',
    hint: 'give it a value',
  },
);
