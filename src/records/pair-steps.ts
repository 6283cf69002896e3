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

/** The steps of a stage, for one platform. */
type Group = readonly Indexed[];

export function pairSteps(now: BuildRecord, before: BuildRecord): StepPairs {
  const pairs = new Map<number, number>();
  const withPlatform = now.platforms.length > 1 && before.platforms.length > 1;
  const oldGroups = groups(before, withPlatform);
  const newGroups = groups(now, withPlatform);
  const renamed = renamedGroups(
    [...newGroups].filter(([name]) => !oldGroups.has(name) && !isUnneeded(before, name)),
    [...oldGroups].filter(([name]) => !newGroups.has(name) && !isUnneeded(now, name)),
  );
  for (const [name, steps] of newGroups) {
    pairGroup(steps, renamed.get(steps) ?? oldGroups.get(name) ?? [], pairs);
  }
  pairShared(now, before, pairs);
  return pairs;
}

/** A stage that is new may be an old one with another name: the one it has most steps in common with, else in their order. */
function renamedGroups(
  now: readonly (readonly [string, Group])[],
  before: readonly (readonly [string, Group])[],
): ReadonlyMap<Group, Group> {
  const found = new Map<Group, Group>();
  const taken = new Set<Group>();
  const candidates = now.flatMap(([, steps]) =>
    before.map(([, old]) => ({ steps, old, common: commonInstructions(steps, old) })),
  );
  for (const { steps, old } of candidates.sort((a, b) => b.common - a.common)) {
    if (found.has(steps) || taken.has(old)) continue;
    found.set(steps, old);
    taken.add(old);
  }
  return found;
}

function commonInstructions(now: Group, before: Group): number {
  return commonSteps(now, before).filter(([at]) => now[at]?.step.kind !== 'image').length;
}

function commonSteps(now: Group, before: Group) {
  return longestCommon(now, before, (a, b) => textOf(a.step) === textOf(b.step));
}

function isUnneeded({ unneeded = [] }: BuildRecord, group: string): boolean {
  return unneeded.includes(group.split('\n', 1)[0] ?? '');
}

/**
 * Stages that begin alike share steps, which are on record once, in one of the stages. Where they begin alike no longer, the
 * steps of the other stage are the shared ones.
 */
function pairShared(now: BuildRecord, before: BuildRecord, pairs: Map<number, number>) {
  const paired = new Set(pairs.values());
  now.steps.forEach((step, index) => {
    if (pairs.has(index) || step.stage === null || step.kind === 'image') return;
    if (isUnneeded(before, step.stage)) return;
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

function pairGroup(now: Group, before: Group, pairs: Map<number, number>) {
  const ends = [...commonSteps(now, before), [now.length, before.length] as const];
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of ends) {
    pairGap(now.slice(i, nextI), before.slice(j, nextJ), pairs);
    const [one, other] = [now[nextI], before[nextJ]];
    if (one !== undefined && other !== undefined) pairs.set(one.index, other.index);
    [i, j] = [nextI + 1, nextJ + 1];
  }
}

/** Changed instructions: in order, each with the next one of its kind that has not merely moved. */
function pairGap(now: Group, before: Group, pairs: Map<number, number>) {
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

/** COPY and ADD are alike. */
function keywordOf({ kind, instruction }: RecordedStep): string {
  if (kind === 'copy' && instruction !== null) return kind;
  return `${kind} ${(instruction ?? '').split(' ', 1)[0]?.toUpperCase()}`;
}
