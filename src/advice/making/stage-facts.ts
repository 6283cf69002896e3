/** Facts of stages that depend on those of other stages: thousands of stages may be based on each other. */
import type { LintedFile, Stage } from '../linted-file.ts';

/**
 * A fact of each stage that includes what it has from the stages below. Computed once for a file: rules ask for each command.
 * @param fact gets the fact of the stage that the stage is based on
 * @returns the facts in the order of the stages
 */
export function stageFacts<T>(
  fact: (stage: Stage, ofParent: T | undefined) => T,
): (file: LintedFile) => readonly T[] {
  const known = new WeakMap<LintedFile, readonly T[]>();
  return (file) => {
    const before = known.get(file);
    if (before !== undefined) return before;
    const facts: T[] = [];
    for (const stage of file.stages) {
      facts.push(fact(stage, stage.parent && facts[stage.parent.index]));
    }
    known.set(file, facts);
    return facts;
  };
}

/** Indexes of the stages on which a stage with the fact is based, directly or not. */
export function indexesBelow(file: LintedFile, facts: readonly boolean[]): ReadonlySet<number> {
  const below = new Set<number>();
  for (const { index, parent } of [...file.stages].reverse()) {
    if (parent !== undefined && (facts[index] === true || below.has(index)))
      below.add(parent.index);
  }
  return below;
}

/** The stage, then those that it is based on. */
export function* chainOf(stage: Stage): Iterable<Stage> {
  for (let at: Stage | undefined = stage; at !== undefined; at = at.parent) yield at;
}
