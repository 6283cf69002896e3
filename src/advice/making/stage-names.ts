/** Stages by their names as written. */
import type { Stage } from '../linted-file.ts';

const NAMED = new WeakMap<readonly Stage[], ReadonlyMap<string, number>>();

/** The index of the first stage with the name; undefined if there is none. */
export function firstIndexOf(stages: readonly Stage[], name: string): number | undefined {
  let named = NAMED.get(stages);
  if (named === undefined) {
    const pairs = stages.flatMap(({ from }, index) =>
      from?.stageWord === undefined ? [] : [[from.stageWord.text, index] as const],
    );
    // Of several the first.
    named = new Map(pairs.reverse());
    NAMED.set(stages, named);
  }
  return named.get(name);
}

/** The first stage with the name. */
export function firstNamed(stages: readonly Stage[], name: string): Stage | undefined {
  const index = firstIndexOf(stages, name);
  return index === undefined ? undefined : stages[index];
}
