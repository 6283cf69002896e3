import { adviceRule } from '../making/make.ts';

const FORBIDDEN = new Set(['from', 'maintainer', 'onbuild']);

/** About nodes: the parser refuses such an instruction, and the rest of the file is checked all the same. */
export const dl3043 = adviceRule({
  code: 'DL3043',
  severity: 'error',
  requires: 'ONBUILD does not contain FROM, MAINTAINER or ONBUILD',
  why: 'A trigger runs inside a stage of another build, where none of these has a meaning. Builders refuse them.',
  check({ tree }, report) {
    for (const { trigger } of tree.instructions) {
      if (trigger === undefined || !FORBIDDEN.has(trigger.name)) continue;
      report({
        what: `ONBUILD contains ${trigger.name.toUpperCase()}`,
        hint: 'remove the trigger',
        range: trigger.keywordRange,
        instruction: undefined,
      });
    }
  },
});
