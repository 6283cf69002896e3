/** What a stage begins with: another image, one of another platform, or one that an ARG in its FROM chose. */
import { cause, type StepCause } from '../explanation.ts';
import type { BuildRecord, RecordedBeginning, RecordedStep } from '../types.ts';
import { changedArgument } from './variable-cause.ts';

/** A file system that stages begin with, or a step on it; now and before. Undefined: the empty one. */
export interface StepPair {
  readonly now: RecordedStep | undefined;
  readonly before: RecordedStep | undefined;
}

export interface BaseFacts {
  readonly now: BuildRecord;
  readonly before: BuildRecord | undefined;
  /** The stages whose FROM may have chosen it, the likeliest first. */
  readonly stages: readonly StagePair[];
}

/** Names of a stage, now and before. */
export interface StagePair {
  readonly now: string;
  readonly before: string;
}

/** Why a base is another one. */
export function baseCause(bases: StepPair, facts: BaseFacts): StepCause {
  return (
    platformCause(bases, facts) ??
    argumentCause(bases, facts, () => true) ??
    otherNameCause(facts) ??
    otherImageCause(bases)
  );
}

/** Of steps for different platforms; an ARG that chose the platform comes first. */
export function platformCause(steps: StepPair, facts: BaseFacts): StepCause | undefined {
  const { now, before } = steps;
  if (now === undefined || before === undefined || now.platform === before.platform)
    return undefined;
  return (
    argumentCause(steps, facts, (name) => !OF_PLATFORM.test(name)) ??
    cause('platform', { subject: now.platform, before: before.platform, after: now.platform })
  );
}

/** The stage of two steps. Stages that share a step have it on record in one of them, which may be another one than before. */
export function stagesOf({ now, before }: StepPair): readonly StagePair[] {
  if (!now?.stage) return [];
  const { stage } = now;
  return [stage, before?.stage ?? stage].map((old) => ({ now: stage, before: old }));
}

/** The stages that begin with a step, those first that an instruction names. */
export function stagesOn(
  { beginnings = [], steps }: BuildRecord,
  base: RecordedStep,
  instruction: string | null,
): readonly StagePair[] {
  const index = steps.indexOf(base);
  const names = beginnings.filter(({ step }) => step === index).map(({ stage }) => stage);
  const words = new Set((instruction ?? '').split(/[\s,=]+/));
  return names
    .sort((a, b) => Number(words.has(b)) - Number(words.has(a)))
    .map((name) => ({ now: name, before: name }));
}

/** Whether the FROM of a stage names another stage or image than before, which is not the same one renamed. */
export function hasOtherBase(facts: BaseFacts): boolean {
  const [names] = namesOf(facts);
  if (names === undefined || names.now === names.before) return false;
  return isStage(facts.now, names.before) || !isStage(facts.before, names.before);
}

/** Why a stage, or one that it is based on, begins with another stage than before; undefined where none does. */
export function otherStageCause(steps: StepPair, facts: BaseFacts): StepCause | undefined {
  const [names] = facts.stages;
  if (names === undefined) return undefined;
  const [now, before] = [wayDown(facts.now, names.now), wayDown(facts.before, names.before)];
  if (now.join('\n') === before.join('\n')) return undefined;
  const found = argumentCause(steps, facts, () => true);
  return found ?? (hasOtherBase(facts) ? otherNameCause(facts) : undefined);
}

/** What the FROM of a stage names, and those of the stages that it is based on. */
function wayDown(record: BuildRecord | undefined, stage: string): readonly string[] {
  const way = [stage];
  for (;;) {
    const name = beginningOf(record, way.at(-1) ?? '')?.name;
    if (name === undefined || way.includes(name)) return way.slice(1);
    way.push(name);
  }
}

function* namesOf({ now, before, stages }: BaseFacts): Iterable<StagePair> {
  for (const stage of stages) {
    const [beginning, old] = [beginningOf(now, stage.now), beginningOf(before, stage.before)];
    if (beginning && old) yield { now: beginning.name, before: old.name };
  }
}

function isStage(record: BuildRecord | undefined, name: string): boolean {
  const { beginnings = [], unneeded = [] } = record ?? {};
  return unneeded.includes(name) || beginnings.some(({ stage }) => stage === name);
}

/** Set by lamina, for the platforms of the build. */
const OF_PLATFORM = /^(TARGET|BUILD)(PLATFORM|OS|OSVERSION|ARCH|VARIANT)$/;

/** An ARG in the FROM of one of the stages. */
function argumentCause(
  steps: StepPair,
  { now, before, stages }: BaseFacts,
  isWanted: (name: string) => boolean,
): StepCause | undefined {
  for (const stage of stages) {
    const [beginning, old] = [
      beginningOf(now, stage.now, steps.now?.platform),
      beginningOf(before, stage.before, steps.before?.platform),
    ];
    if (beginning === undefined || old === undefined) continue;
    const found = changedArgument(
      now.variables[beginning.variables ?? -1] ?? [],
      before?.variables[old.variables ?? -1] ?? [],
      isWanted,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

function beginningOf(
  record: BuildRecord | undefined,
  stage: string,
  platform?: string | null,
): RecordedBeginning | undefined {
  const found = record?.beginnings?.filter((one) => one.stage === stage) ?? [];
  return found.find((one) => one.platform === platform) ?? found[0];
}

function otherNameCause(facts: BaseFacts): StepCause | undefined {
  for (const { now, before } of namesOf(facts)) {
    if (now !== before) return cause('base', { subject: now, before, after: now });
  }
  return undefined;
}

function otherImageCause({ now, before }: StepPair): StepCause {
  const [name, old] = [baseName(now), baseName(before)];
  return cause('base', {
    subject: name,
    before: name === old ? (before?.parameters.image ?? old) : old,
    after: name === old ? (now?.parameters.image ?? name) : name,
  });
}

function baseName(step: RecordedStep | undefined): string | null {
  if (step === undefined) return 'scratch';
  if (step.kind !== 'image') return step.stage;
  return step.name.replace(/^.*FROM /, '');
}
