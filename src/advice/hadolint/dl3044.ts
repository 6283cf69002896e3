import { adviceRule } from '../making/make.ts';

export const dl3044 = adviceRule({
  code: 'DL3044',
  severity: 'error',
  requires: 'ENV does not use a variable that the same ENV sets',
  why: 'All values of an ENV see the variables as they were before it, so the new value is not the one that is used.',
  check({ steps }, report) {
    const known = new Set<string>();
    for (const { instruction, owner } of steps) {
      if (instruction !== owner) continue;
      if (instruction.kind === 'arg') {
        for (const { name } of instruction.args) known.add(name.text);
      }
      if (instruction.kind !== 'env') continue;
      const { pairs } = instruction;
      for (const [index, { key }] of pairs.entries()) {
        const user = pairs.find(({ value }, at) => at !== index && uses(value.text, key.text));
        if (user === undefined || known.has(key.text)) continue;
        report({
          what: `'${user.key.text}' uses '${key.text}', which this ENV sets`,
          hint: `set ${key.text} in an ENV before this one`,
          range: user.value.range,
          instruction,
        });
      }
      for (const { key } of pairs) known.add(key.text);
    }
  },
});

function uses(value: string, name: string): boolean {
  if (!/^\w+$/.test(name)) return false;
  return new RegExp(`\\$(?:\\{${name}\\}|${name}(?!\\w))`).test(value);
}
