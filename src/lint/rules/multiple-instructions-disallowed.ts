import type { Instruction } from '../../dockerfile/index.ts';
import type { Rule } from '../rule.ts';

const ONCE: readonly Instruction['kind'][] = ['cmd', 'entrypoint', 'healthcheck'];

export const multipleInstructionsDisallowed: Rule = {
  name: 'MultipleInstructionsDisallowed',
  description: 'a stage has at most one CMD, one ENTRYPOINT and one HEALTHCHECK',
  check({ stages }, report) {
    for (const { steps } of stages) {
      const earlier = new Map<Instruction['kind'], Instruction>();
      for (const { instruction } of steps.filter(({ instruction: { kind } }) =>
        ONCE.includes(kind),
      )) {
        const overridden = earlier.get(instruction.kind);
        earlier.set(instruction.kind, instruction);
        if (overridden === undefined) continue;
        const keyword = instruction.kind.toUpperCase();
        report({
          message: `this ${keyword} has no effect: the one on line ${instruction.node.range.start.line} replaces it`,
          hint: `keep one ${keyword} per stage`,
          range: overridden.node.range,
          instruction: overridden,
        });
      }
    }
  },
};
