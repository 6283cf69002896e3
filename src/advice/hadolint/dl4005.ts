import { runs } from '../../shell/index.ts';
import { commandRule } from '../making/make.ts';

export const dl4005 = commandRule(
  {
    code: 'DL4005',
    severity: 'warning',
    requires: 'SHELL changes the shell, not a link at /bin/sh',
    why: 'A new /bin/sh changes every script of the image; SHELL changes only how this file runs its steps.',
  },
  (command) =>
    runs(command, 'ln', '/bin/sh')
      ? {
          what: 'RUN replaces /bin/sh',
          hint: 'write SHELL ["/bin/bash", "-c"]',
        }
      : undefined,
);
