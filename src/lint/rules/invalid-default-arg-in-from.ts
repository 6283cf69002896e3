import { AppError } from '../../errors.ts';
import { parseReference } from '../../oci/index.ts';
import type { Rule } from '../rule.ts';

export const invalidDefaultArgInFrom: Rule = {
  name: 'InvalidDefaultArgInFrom',
  description: 'FROM has a valid image name even without build arguments',
  check({ stages }, report) {
    for (const { base, from } of stages) {
      if (base.defaultName === undefined || isReference(base.defaultName)) continue;
      report({
        message: `without build arguments, '${from.image.text}' is not a valid image name: '${base.defaultName}'`,
        hint: 'give its ARG a default value',
        range: from.image.range,
        instruction: from,
      });
    }
  },
};

function isReference(name: string): boolean {
  try {
    parseReference(name);
    return true;
  } catch (error) {
    if (error instanceof AppError) return false;
    throw error;
  }
}
