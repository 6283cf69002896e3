import { nearestName } from '../../nearest-name.ts';
import type { Rule } from '../rule.ts';

export const undefinedArgInFrom: Rule = {
  name: 'UndefinedArgInFrom',
  description: 'FROM uses only arguments that are declared before the first FROM',
  check({ stages, globals, facts }, report) {
    const declared = [
      ...globals.flatMap(({ args }) => args.map(({ name }) => name.text)),
      ...facts.predefined.keys(),
    ];
    for (const { base, from } of stages) {
      for (const { name, word } of base.undeclared) {
        const near = nearestName(name, declared, { caseSensitive: true });
        report({
          message: `FROM uses the argument '${name}', which is not declared before the first FROM`,
          hint:
            near === undefined
              ? `declare it before the first FROM: ARG ${name}=…`
              : `did you mean '${near}'?`,
          range: word.range,
          instruction: from,
        });
      }
    }
  },
};
