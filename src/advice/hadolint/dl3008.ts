import { operandsOf, runs } from '../../shell/index.ts';
import { commandRule, listed } from '../making/make.ts';

const VALUED = new Set(['t', 'target-release']);

export const dl3008 = commandRule(
  {
    code: 'DL3008',
    severity: 'warning',
    requires: 'apt-get install names versions',
    why: 'Two builds of the same file can install different versions, and a cached step keeps an old one without a sign of it.',
  },
  (command) => {
    if (!runs(command, 'apt-get', 'install')) return undefined;
    const open = operandsOf(command, VALUED)
      .map(({ value }) => value)
      .filter((name) => name !== 'install' && !/[=/]|\.deb$/.test(name));
    if (open.length === 0) return undefined;
    return {
      what: `apt-get installs ${listed(open)} without a version`,
      hint: `write ${open[0]}=VERSION, with a version of 'apt-cache policy ${open[0]}'; VERSION may end in *`,
    };
  },
);
