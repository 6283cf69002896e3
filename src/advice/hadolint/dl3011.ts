import { instructionRule } from '../making/make.ts';

const HIGHEST = 65_535;

export const dl3011 = instructionRule(
  {
    code: 'DL3011',
    severity: 'error',
    requires: 'EXPOSE has no port above 65535',
    why: 'No process can listen on a higher port, so the line has a typing error.',
  },
  'expose',
  ({ ports }) => {
    const bad = ports.find(({ text }) => {
      const [, first = '', last = first] = /^(\d+)(?:-(\d+))?(?:\/\w*)?$/.exec(text) ?? [];
      return Number(first) > HIGHEST || Number(last) > HIGHEST;
    });
    if (bad === undefined) return undefined;
    return {
      what: `'${bad.text}' is above the highest port, ${HIGHEST}`,
      hint: 'correct the number',
      range: bad.range,
    };
  },
);
