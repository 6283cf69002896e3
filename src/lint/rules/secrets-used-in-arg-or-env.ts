import { type Instruction, soundsSecret, type Word } from '../../dockerfile/index.ts';
import type { Rule } from '../rule.ts';

export const secretsUsedInArgOrEnv: Rule = {
  name: 'SecretsUsedInArgOrEnv',
  description: 'secrets are mounted, not passed in ARG or ENV, which stay in the image',
  check({ stages }, report) {
    for (const { instruction } of stages.flatMap(({ steps }) => steps)) {
      for (const name of namesOf(instruction).filter(({ text }) => soundsSecret(text))) {
        report({
          message: `'${name.text}' looks like a secret, and ${instruction.kind.toUpperCase()} keeps its value in the image`,
          hint: 'use RUN --mount=type=secret; if it is not a secret, add # check=skip=SecretsUsedInArgOrEnv',
          range: name.range,
          instruction,
        });
      }
    }
  },
};

function namesOf(instruction: Instruction): readonly Word[] {
  if (instruction.kind === 'arg') return instruction.args.map(({ name }) => name);
  return instruction.kind === 'env' ? instruction.pairs.map(({ key }) => key) : [];
}
