/**
 * Which step of an earlier build is the same step of the Dockerfile: the same instruction in the same stage, or, between two
 * such, one of the same kind that stands where it stood.
 */
import type { BuildRecord, RecordedStep } from './types.ts';
import { longestCommon } from './word-diff.ts';

/** By index in the newer record, the index in the older one. */
export type StepPairs = ReadonlyMap<number, number>;

interface Indexed {
  readonly index: number;
  readonly step: RecordedStep;
}

export function pairSteps(now: BuildRecord, before: BuildRecord): StepPairs {
  const pairs = new Map<number, number>();
  const withPlatform = now.platforms.length > 1 && before.platforms.length > 1;
  const oldGroups = groups(before, withPlatform);
  const newGroups = groups(now, withPlatform);
  const renamed = [...oldGroups.keys()].filter((name) => !newGroups.has(name) && name !== '');
  for (const [name, steps] of newGroups) {
    // A stage that is new may be an old one with another name, in the order of the file.
    const old = oldGroups.get(name) ?? oldGroups.get(renamed.shift() ?? '') ?? [];
    pairGroup(steps, old, pairs);
  }
  pairShared(now, before, pairs);
  return pairs;
}

/**
 * Stages that begin alike share steps, which are on record once, in one of the stages. Where they begin alike no longer, the
 * steps of the other stage are the shared ones.
 */
function pairShared(now: BuildRecord, before: BuildRecord, pairs: Map<number, number>) {
  const paired = new Set(pairs.values());
  now.steps.forEach((step, index) => {
    if (pairs.has(index) || step.stage === null || step.kind === 'image') return;
    const shared = before.steps.findIndex(
      (old, at) =>
        old.stage !== step.stage &&
        paired.has(at) &&
        textOf(old) === textOf(step) &&
        isBelowStage(before, at, step.stage),
    );
    if (shared >= 0) pairs.set(index, shared);
  });
}

/** Whether a stage that stands on a step has all its own steps above it. */
function isBelowStage({ steps }: BuildRecord, index: number, stage: string | null): boolean {
  const own = steps.filter(
    (step) => step.stage === stage && step.kind !== 'image' && step.instruction !== null,
  );
  return own.every((step) => {
    for (let at = step.inputs[0]; at !== null && at !== undefined; at = steps[at]?.inputs[0]) {
      if (at === index) return true;
    }
    return false;
  });
}

function groups(record: BuildRecord, withPlatform: boolean): Map<string, Indexed[]> {
  const found = new Map<string, Indexed[]>();
  record.steps.forEach((step, index) => {
    const platform = withPlatform ? (step.platform ?? '') : '';
    const name = step.stage === null ? '' : `${step.stage}\n${platform}`;
    const group = found.get(name) ?? [];
    group.push({ index, step });
    found.set(name, group);
  });
  return found;
}

function pairGroup(
  now: readonly Indexed[],
  before: readonly Indexed[],
  pairs: Map<number, number>,
) {
  const common = longestCommon(now, before, (a, b) => textOf(a.step) === textOf(b.step));
  const ends = [...common, [now.length, before.length] as const];
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of ends) {
    pairGap(now.slice(i, nextI), before.slice(j, nextJ), pairs);
    const [one, other] = [now[nextI], before[nextJ]];
    if (one !== undefined && other !== undefined) pairs.set(one.index, other.index);
    [i, j] = [nextI + 1, nextJ + 1];
  }
}

/** Changed instructions: in order, each with the next one of its kind that has not merely moved. */
function pairGap(now: readonly Indexed[], before: readonly Indexed[], pairs: Map<number, number>) {
  const newTexts = new Set(now.map(({ step }) => textOf(step)));
  const oldTexts = new Set(before.map(({ step }) => textOf(step)));
  const rest = before.filter(({ step }) => !newTexts.has(textOf(step)));
  for (const { index, step } of now) {
    if (oldTexts.has(textOf(step))) continue;
    const at = rest.findIndex((old) => keywordOf(old.step) === keywordOf(step));
    const [found] = at < 0 ? [] : rest.splice(at, 1);
    if (found !== undefined) pairs.set(index, found.index);
  }
}

/** What tells steps of a stage apart. */
export function textOf({ kind, instruction, name }: RecordedStep): string {
  if (kind === 'image' && instruction !== null) return 'FROM';
  return `${kind} ${instruction ?? name.replace(/^\[[^\]]*\] /, '')}`;
}

function keywordOf({ kind, instruction }: RecordedStep): string {
  return `${kind} ${(instruction ?? '').split(' ', 1)[0]?.toUpperCase()}`;
}
