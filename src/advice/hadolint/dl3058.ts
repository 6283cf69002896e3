import { labelValueRule } from './label-values.ts';

/** The addresses of RFC 5322 without comments, quotes and spaces. */
const ADDRESS =
  /^[\w!#$%&'*+/=?^`{|}~.-]+@[A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?(?:\.[A-Za-z\d](?:[A-Za-z\d-]*[A-Za-z\d])?)+$/;

export const dl3058 = labelValueRule(
  {
    code: 'DL3058',
    severity: 'warning',
    requires: 'labels with the form email have an address',
    why: 'Somebody writes to the address.',
  },
  {
    form: 'email',
    isValid: (value) => ADDRESS.test(value),
    fault: 'not an email address',
    hint: 'write the address alone, as in team@example.com',
  },
);
