import { labelValueRule } from './label-values.ts';

const SEMANTIC =
  /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/;

export const dl3056 = labelValueRule(
  {
    code: 'DL3056',
    severity: 'warning',
    requires: 'labels with the form semver have a semantic version',
    why: 'Tools compare and sort the value.',
  },
  {
    form: 'semver',
    isValid: (value) => SEMANTIC.test(value),
    fault: 'not a semantic version',
    hint: 'write three numbers, as in 1.2.3 or 1.2.3-rc.1',
  },
);
