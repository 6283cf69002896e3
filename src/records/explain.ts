/** Why the steps of a build ran. */
import { advise, WINDOW } from './advice.ts';
import type { FileFinder } from './causes/file-cause.ts';
import type { ExplainedStep, Explanation } from './explanation.ts';
import { Causes } from './first-cause.ts';
import { type BuildRecord, isInDockerfile, type RecordedStep } from './types.ts';

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
  const counted = new Set<number>();
  return record.steps.flatMap((step, index) => {
    if (!isInDockerfile(step)) return [];
    const { name, line } = step;
    const parts = partsOf(step, record).filter((part) => !counted.has(part));
    for (const part of parts) counted.add(part);
    const failed = parts.find((part) => record.steps[part]?.failed === true);
    const times = [index, ...parts].map((part) => record.steps[part]?.milliseconds ?? 0);
    return {
      ...{ name, line, status: failed === undefined ? step.status : 'ran' },
      milliseconds: times.reduce((sum, time) => sum + time, 0),
      cause: causes.of(failed ?? index)?.cause ?? null,
    };
  });
}

/** What an ADD downloads and what a mount shows of the context: steps of the build, but parts of one in the Dockerfile. */
function partsOf({ inputs }: RecordedStep, { steps }: BuildRecord): readonly number[] {
  return inputs.flatMap((input) => {
    const part = input === null ? undefined : steps[input];
    if (input === null || part === undefined || part.kind === 'context') return [];
    return isInDockerfile(part) ? [] : input;
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
