import { insertAt, riskyFix } from '../edits.ts';
import { instructionRule, unquoted } from '../making/make.ts';

export const dl3000 = instructionRule(
  {
    code: 'DL3000',
    severity: 'error',
    requires: 'WORKDIR has an absolute path',
    why: 'A relative path continues the working directory of the base image, so a new base moves your files.',
  },
  'workdir',
  ({ value }) => {
    const path = unquoted(value.text);
    if (/^(?:[$/]|[A-Za-z]:)/.test(path)) return undefined;
    const isPlain = /^[\w.]/.test(value.text);
    return {
      what: `WORKDIR has the relative path '${path}'`,
      hint: 'begin the path with a slash',
      range: value.range,
      fix: isPlain
        ? riskyFix('make the path absolute', insertAt(value.range.start, '/'))
        : undefined,
    };
  },
);
