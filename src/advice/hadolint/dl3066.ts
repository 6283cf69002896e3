import { adviceRule } from '../making/make.ts';

export const dl3066 = adviceRule({
  code: 'DL3066',
  severity: 'info',
  requires: 'USER has a number',
  why: 'Kubernetes cannot tell whether a name is root (runAsNonRoot), and the name is looked up in the image when a container starts.',
  check({ steps }, report) {
    const args = new Set<string>();
    for (const { instruction, owner } of steps) {
      if (instruction !== owner) continue;
      if (instruction.kind === 'arg') for (const { name } of instruction.args) args.add(name.text);
      if (instruction.kind !== 'user') continue;
      const { text, range } = instruction.value;
      const isNumber = /^\d*(?::|$)/.test(text);
      if (isNumber || variablesIn(text).some((name) => args.has(name))) continue;
      report({
        what: `USER has the name '${text}'`,
        hint: 'write the number of the user, as in USER 10001:10001',
        range,
        instruction,
      });
    }
  },
});

function variablesIn(text: string): readonly string[] {
  return [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);
}
