import { labelValueRule } from './label-values.ts';

function isUri(value: string): boolean {
  // The grammar of URIs (RFC 3986) has no space, quote or bracket outside addresses.
  return /^[A-Za-z][A-Za-z\d+.-]*:[^\s"<>\\^`{|}]*$/.test(value) && URL.canParse(value);
}

export const dl3052 = labelValueRule(
  {
    code: 'DL3052',
    severity: 'warning',
    requires: 'labels with the form url have a URL',
    why: 'Tools make a link of the value.',
  },
  {
    form: 'url',
    isValid: isUri,
    fault: 'not a URL',
    hint: 'write the whole URL, as in https://example.com/app',
  },
);
