import { operandsOf, runs } from '../../shell/index.ts';
import { commandRule, listed } from '../making/make.ts';

const VALUED = new Set(['t', 'virtual', 'repository', 'X']);

export const dl3018 = commandRule(
  {
    code: 'DL3018',
    severity: 'warning',
    requires: 'apk add names versions',
    why: 'Two builds of the same file can install different versions, and a cached step keeps an old one without a sign of it.',
  },
  (command) => {
    if (!runs(command, 'apk', 'add')) return undefined;
    const open = operandsOf(command, VALUED)
      .map(({ value }) => value)
      .filter((name) => name !== 'add' && !/[=~<>]|\.apk$/.test(name));
    if (open.length === 0) return undefined;
    return {
      what: `apk adds ${listed(open)} without a version`,
      hint: `write ${open[0]}=VERSION, or ${open[0]}~1.2 for any 1.2`,
    };
  },
);
