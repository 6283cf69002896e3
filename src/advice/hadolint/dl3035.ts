import { runs } from '../../shell/index.ts';
import { commandRule } from '../making/make.ts';

export const dl3035 = commandRule(
  {
    code: 'DL3035',
    severity: 'warning',
    requires: 'zypper does not replace the distribution',
    why: 'It replaces the distribution inside the image: the tag of the base then says nothing about the contents.',
  },
  (command) =>
    runs(command, 'zypper', 'dist-upgrade', 'dup')
      ? {
          what: 'zypper upgrades the whole distribution',
          hint: 'use a newer base image',
        }
      : undefined,
);
