/** The steps of a record in the order in which they depend on each other. */
import type { RecordedStep } from './types.ts';

type Inputs = Pick<RecordedStep, 'inputs'>;

/** Indexes of the steps, inputs before their users; those that need themselves are left out. */
export function inputsFirst(steps: readonly Inputs[]): readonly number[] {
  const users = steps.map((): number[] => []);
  const missing = steps.map(({ inputs }, index) => {
    const needed = new Set(inputs.filter((input) => input !== null));
    for (const input of needed) users[input]?.push(index);
    return needed.size;
  });
  const ordered = missing.flatMap((count, index) => (count === 0 ? index : []));
  for (const index of ordered) {
    for (const user of users[index] ?? []) {
      const left = (missing[user] ?? 0) - 1;
      missing[user] = left;
      if (left === 0) ordered.push(user);
    }
  }
  return ordered;
}

export function inputsAreAcyclic(steps: readonly Inputs[]): boolean {
  return inputsFirst(steps).length === steps.length;
}
