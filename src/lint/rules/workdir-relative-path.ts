import type { Rule } from '../rule.ts';

export const workdirRelativePath: Rule = {
  name: 'WorkdirRelativePath',
  description: 'the first WORKDIR of a stage is an absolute path',
  check({ stages, textOf }, report) {
    for (const { base, steps } of stages) {
      const absolute = base.wanted?.os === 'windows' ? /^(?:[\\/]|[A-Za-z]:)/ : /^\//;
      for (const { instruction, hasWorkdir } of steps) {
        if (instruction.kind !== 'workdir' || hasWorkdir) continue;
        const path = textOf(instruction.value);
        if (path === undefined || absolute.test(path)) continue;
        report({
          message: `the relative path '${path}' depends on the working directory of the base image`,
          hint: 'set an absolute WORKDIR first',
          range: instruction.node.range,
          instruction,
        });
      }
    }
  },
};
