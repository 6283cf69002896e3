import type { Instruction } from '../../dockerfile/index.ts';
import type { Rule } from '../rule.ts';

export const invalidDefinitionDescription: Rule = {
  name: 'InvalidDefinitionDescription',
  description: 'a comment above a stage or an argument begins with its name',
  isExperimental: true,
  check({ instructions }, report) {
    for (const instruction of instructions) {
      const names = definedNames(instruction);
      const { comments } = instruction.node;
      if (names.length === 0 || comments.length === 0) continue;
      if (comments.some(({ text }) => names.some((name) => text.startsWith(`${name} `)))) continue;
      report({
        message: `the comment above '${names[0]}' does not begin with that name`,
        hint: `begin it with # ${names[0]}, or separate the two with an empty line`,
        range: instruction.node.range,
        instruction,
      });
    }
  },
};

function definedNames(instruction: Instruction): readonly string[] {
  if (instruction.kind === 'arg') return instruction.args.map(({ name }) => name.text);
  return instruction.kind === 'from' && instruction.stage !== undefined ? [instruction.stage] : [];
}
