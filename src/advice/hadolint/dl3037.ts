import { operandsOf, runs } from '../../shell/index.ts';
import { commandRule, listed } from '../making/make.ts';

export const dl3037 = commandRule(
  {
    code: 'DL3037',
    severity: 'warning',
    requires: 'zypper install names versions',
    why: 'Two builds of the same file can install different versions, and a cached step keeps an old one without a sign of it.',
  },
  (command) => {
    if (!runs(command, 'zypper', 'install', 'in')) return undefined;
    const open = operandsOf(command)
      .map(({ value }) => value)
      .filter((name) => name !== 'install' && name !== 'in' && !/[=<>]|\.rpm$/.test(name));
    if (open.length === 0) return undefined;
    return {
      what: `zypper installs ${listed(open)} without a version`,
      hint: `write ${open[0]}=VERSION`,
    };
  },
);
