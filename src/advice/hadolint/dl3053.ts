import { labelValueRule } from './label-values.ts';

function isTime(value: string): boolean {
  const isFormed = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/.test(
    value,
  );
  return isFormed && !Number.isNaN(Date.parse(value.replace(' ', 'T')));
}

export const dl3053 = labelValueRule(
  {
    code: 'DL3053',
    severity: 'warning',
    requires: 'labels with the form rfc3339 have a date and time',
    why: 'Tools compare and sort the value.',
  },
  {
    form: 'rfc3339',
    isValid: isTime,
    fault: 'not a time in the format of RFC 3339',
    hint: 'write date, time and zone, as in 2026-11-30T18:45:00Z',
  },
);
