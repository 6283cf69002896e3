import type { UserInstruction } from '../../dockerfile/index.ts';
import { adviceRule } from '../making/make.ts';

export const dl3002 = adviceRule({
  code: 'DL3002',
  severity: 'warning',
  requires: 'the last USER of a stage is not root',
  why: 'A process that runs as root and breaks out of its container is root on the host, unless user namespaces are in use.',
  check({ stages }, report) {
    for (const { instructions } of stages) {
      const users = instructions.filter((one): one is UserInstruction => one.kind === 'user');
      const last = users.at(-1);
      if (last === undefined || !namesRoot(last.value.text)) continue;
      report({
        what: `the last USER of the stage is '${last.value.text}'`,
        hint: 'add a USER with an account of its own after the steps that need root',
        range: last.value.range,
        instruction: last,
      });
    }
  },
});

function namesRoot(user: string): boolean {
  return /^(?:root|0)(?::|$)/.test(user);
}
