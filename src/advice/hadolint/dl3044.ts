import type { KeyValue } from '../../dockerfile/index.ts';
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
      const users = usersOf(pairs);
      for (const { key } of pairs) {
        const user = users.get(key.text)?.find((pair) => pair.key !== key);
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

/** By the name of a variable the pairs whose values use it; two are enough to find another one. */
function usersOf(pairs: readonly KeyValue[]): ReadonlyMap<string, readonly KeyValue[]> {
  const users = new Map<string, KeyValue[]>();
  for (const pair of pairs) {
    for (const [, braced, bare] of pair.value.text.matchAll(/\$(?:\{(\w+)\}|(\w+))/g)) {
      const name = braced ?? bare ?? '';
      const known = users.get(name) ?? [];
      if (known.length < 2 && !known.includes(pair)) users.set(name, [...known, pair]);
    }
  }
  return users;
}
