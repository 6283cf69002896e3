import { AppError } from '../../errors.ts';
import { parseReference } from '../../oci/index.ts';
import type { Rule } from '../rule.ts';

export const invalidDefaultArgInFrom: Rule = {
  name: 'InvalidDefaultArgInFrom',
  description: 'FROM names an image also when no build argument is given',
  check({ stages }, report) {
    for (const { base, from } of stages) {
      if (base.defaultName === undefined || isReference(base.defaultName)) continue;
      report({
        message: `without build arguments '${from.image.text}' is no valid image name: '${base.defaultName}'`,
        hint: 'give the ARG in it a default',
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
