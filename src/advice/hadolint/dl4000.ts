import { replace, safeFix } from '../edits.ts';
import { instructionRule } from '../making/make.ts';

export const dl4000 = instructionRule(
  {
    code: 'DL4000',
    severity: 'error',
    requires: 'LABEL names the maintainer, not MAINTAINER',
    why: 'Builders keep MAINTAINER for old files only. A label can be searched for, and tools show it.',
  },
  'maintainer',
  ({ value, node }) => {
    const name = value.text.replace(/^"(.*)"$/, '$1');
    const isPlain = !/["\\$`\n]/.test(name) && name !== '';
    const label = `LABEL org.opencontainers.image.authors="${name}"`;
    return {
      what: 'a LABEL has taken the place of MAINTAINER',
      hint: `write ${isPlain ? label : 'LABEL org.opencontainers.image.authors="NAME"'}`,
      fix: isPlain ? safeFix('write a LABEL', replace(node.range, label)) : undefined,
    };
  },
);
