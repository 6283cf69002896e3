import { nearestName } from '../../nearest-name.ts';
import type { Rule } from '../rule.ts';

export const undefinedVar: Rule = {
  name: 'UndefinedVar',
  description: 'variables are set by ENV or declared by ARG before they are used',
  check({ undefinedUses }, report) {
    for (const { name, range, instruction, known } of undefinedUses) {
      const near = nearestName(name, known, { caseSensitive: true });
      report({
        message: `the variable '$${name}' is not defined`,
        hint: near === undefined ? `declare it first: ARG ${name}` : `did you mean '$${near}'?`,
        range,
        instruction,
      });
    }
  },
};
