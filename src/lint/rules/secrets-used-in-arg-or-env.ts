import type { Instruction, Word } from '../../dockerfile/index.ts';
import type { Rule } from '../rule.ts';

const SECRET = new Set([
  ...['apikey', 'auth', 'credential', 'credentials', 'key', 'password', 'pword', 'passwd'],
  ...['secret', 'token'],
]);
const HARMLESS = new Set(['public', 'file', 'version']);

export const secretsUsedInArgOrEnv: Rule = {
  name: 'SecretsUsedInArgOrEnv',
  description: 'secrets are mounted, not handed over in ARG or ENV, which the image keeps',
  check({ stages }, report) {
    for (const { instruction } of stages.flatMap(({ steps }) => steps)) {
      for (const name of namesOf(instruction).filter(({ text }) => soundsSecret(text))) {
        report({
          message: `'${name.text}' sounds like a secret, and ${instruction.kind.toUpperCase()} leaves its value in the image`,
          hint: 'use RUN --mount=type=secret; what is no secret can be told so: # check=skip=SecretsUsedInArgOrEnv',
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

function soundsSecret(name: string): boolean {
  const words = name.toLowerCase().split('_');
  return words.some((word) => SECRET.has(word)) && !words.some((word) => HARMLESS.has(word));
}
