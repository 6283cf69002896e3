import { labelValueRule } from './label-values.ts';

export const dl3055 = labelValueRule(
  {
    code: 'DL3055',
    severity: 'warning',
    requires: 'labels with the form hash have a git commit',
    why: 'Tools look up the commit.',
  },
  {
    form: 'hash',
    isValid: (value) => /^(?:[\da-f]{40}|[\da-f]{7})$/.test(value),
    fault: 'not a git commit',
    hint: 'write all 40 or the first 7 hexadecimal digits, in lower case',
  },
);
