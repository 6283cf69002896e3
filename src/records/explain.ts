/** Why the steps of a build ran. */
import { advise, WINDOW } from './advice.ts';
import type { FileFinder } from './causes/file-cause.ts';
import type { ExplainedStep, Explanation } from './explanation.ts';
import { Causes } from './first-cause.ts';
import type { BuildRecord } from './types.ts';

/**
 * @param earlier builds of the same Dockerfile and target, newest first; the first is what the build is compared with
 */
export function explain(
  record: BuildRecord,
  earlier: readonly BuildRecord[],
  files: FileFinder,
): Explanation {
  const [before] = earlier;
  return {
    build: record.id,
    against: before?.id ?? null,
    dockerfile: record.dockerfile,
    target: record.target,
    started: record.started,
    milliseconds: record.milliseconds,
    steps: explainSteps(record, before, files),
    advice: advise(
      [record, ...earlier.slice(0, WINDOW)].map((build, index) => ({
        build,
        steps: explainSteps(build, earlier[index], files),
      })),
    ),
  };
}

export function explainSteps(
  record: BuildRecord,
  before: BuildRecord | undefined,
  files: FileFinder,
): readonly ExplainedStep[] {
  const causes = new Causes(record, before, files);
  return record.steps.flatMap((step, index) => {
    // What the build does for itself is in no Dockerfile.
    if (step.instruction === null) return [];
    const { name, line, status, milliseconds } = step;
    return { name, line, status, milliseconds, cause: causes.of(index)?.cause ?? null };
  });
}

/**
 * The builds that a build can be compared with: of the same Dockerfile and target, before it; those for the same platforms
 * and those that succeeded first, then the newest.
 */
export function comparable(
  record: BuildRecord,
  others: Iterable<BuildRecord>,
): readonly BuildRecord[] {
  const found = [...others].filter(
    ({ id, dockerfile, target }) =>
      id < record.id && dockerfile === record.dockerfile && target === record.target,
  );
  const rank = ({ platforms, outcome }: BuildRecord) =>
    (platforms.join() === record.platforms.join() ? 0 : 2) + (outcome === 'succeeded' ? 0 : 1);
  return found.sort((a, b) => rank(a) - rank(b) || (a.id < b.id ? 1 : -1));
}
