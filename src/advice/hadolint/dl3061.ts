import { adviceRule } from '../making/make.ts';

export const dl3061 = adviceRule({
  code: 'DL3061',
  severity: 'error',
  requires: 'nothing but ARG comes before the first FROM',
  why: 'There is no stage yet that the instruction could be about. Builders refuse the file.',
  check({ stages: [first] }, report) {
    if (first === undefined || first.from !== undefined) return;
    for (const instruction of first.instructions) {
      if (instruction.kind === 'arg') continue;
      report({
        what: `${instruction.kind.toUpperCase()} comes before the first FROM`,
        hint: 'move it below FROM',
        range: instruction.node.keywordRange,
        instruction,
      });
    }
  },
});
