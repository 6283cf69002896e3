/**
 * The first cause of each step of a build, against an earlier build. A step's own causes come before those of the steps it works
 * on: one that would have run anyway is not blamed on another.
 */

import {
  type BaseFacts,
  baseCause,
  hasOtherBase,
  otherStageCause,
  platformCause,
  type StagePair,
  type StepPair,
  stagesOf,
  stagesOn,
} from './causes/base-cause.ts';
import { cacheCause } from './causes/cache-cause.ts';
import { definitionCause } from './causes/definition-cause.ts';
import {
  type FileFacts,
  type FileFinder,
  fileCause,
  unreachableCause,
  unreadCause,
} from './causes/file-cause.ts';
import { parameterCause } from './causes/parameter-cause.ts';
import { isTrigger, setsInStage } from './causes/stage-text.ts';
import {
  goneOrMovedCause,
  lostResultCause,
  newStepCause,
  type StepFacts,
} from './causes/step-cause.ts';
import { variableCause } from './causes/variable-cause.ts';
import { cause, type StepCause } from './explanation.ts';
import { pairSteps, type StepPairs, textOf } from './pair-steps.ts';
import {
  type BuildRecord,
  isInDockerfile,
  type RecordedContent,
  type RecordedStep,
} from './types.ts';

/** What is different about a step, and in which step that began. */
export interface Change {
  readonly cause: StepCause;
  /** Index of the step. */
  readonly root: number;
}

export class Causes {
  readonly #now: BuildRecord;
  readonly #before: BuildRecord | undefined;
  readonly #pairs: StepPairs;
  readonly #files: FileFinder;
  readonly #changes = new Map<number, Change | undefined>();

  constructor(now: BuildRecord, before: BuildRecord | undefined, files: FileFinder) {
    this.#now = now;
    this.#before = before;
    this.#pairs = before === undefined ? new Map() : pairSteps(now, before);
    this.#files = files;
  }

  /** Why a step ran; undefined for one that did not. */
  of(index: number): Change | undefined {
    const step = this.#now.steps[index];
    if (step === undefined || step.status !== 'ran') return undefined;
    const found = this.#change(index) ?? this.#uncached(index, step);
    if (found !== undefined) return found;
    return { cause: lostResultCause(this.#facts, step, this.#oldOf(index)), root: index };
  }

  /** Why the key of a step is another one than before; undefined where it is the same. */
  #change(index: number): Change | undefined {
    if (this.#changes.has(index)) return this.#changes.get(index);
    // Against endless recursion, should a record have a circle.
    this.#changes.set(index, undefined);
    const found = this.#findChange(index);
    this.#changes.set(index, found);
    return found;
  }

  #findChange(index: number): Change | undefined {
    const step = this.#now.steps[index];
    if (step === undefined) return undefined;
    const own = (found: StepCause | undefined): Change | undefined =>
      found && { cause: found, root: index };
    if (step.forced !== null) return own(cause('forced', { subject: step.forced }));
    const before = this.#before;
    if (before === undefined) return undefined;
    const old = this.#oldOf(index);
    if (old === undefined) {
      return own(
        this.#ofTrigger({ now: step, before: undefined }) ?? newStepCause(this.#facts, step),
      );
    }
    if (step.key !== null && step.key === old.key) return undefined;
    return (
      own(this.#ownCause(step, old)) ??
      this.#contentChange(index, step, old) ??
      this.#rootChange(step, old)
    );
  }

  #ownCause(step: RecordedStep, old: RecordedStep): StepCause | undefined {
    const steps = { now: step, before: old };
    return (
      (step.kind === 'exec' ? platformCause(steps, this.#baseFacts(stagesOf(steps))) : undefined) ??
      this.#ofDefinition(step, old) ??
      this.#ofVariables(step, old) ??
      this.#ofParameters(step, old)
    );
  }

  #ofDefinition(step: RecordedStep, old: RecordedStep): StepCause | undefined {
    const found = definitionCause(step, old);
    return found && (this.#ofTrigger({ now: step, before: old }) ?? found);
  }

  /** A stage that begins with another one has the triggers of that. */
  #ofTrigger({ now, before }: StepPair): StepCause | undefined {
    const isNow = now !== undefined && isTrigger(this.#now, now);
    const wasBefore = before !== undefined && isTrigger(this.#before, before);
    if (!isNow && !wasBefore) return undefined;
    const stage = now?.stage ?? before?.stage ?? '';
    const stages = [{ now: stage, before: before?.stage ?? stage }];
    return otherStageCause({ now, before }, this.#baseFacts(stages));
  }

  /** USER, WORKDIR and SHELL may be those of another stage that the step's begins with. */
  #ofParameters(step: RecordedStep, old: RecordedStep): StepCause | undefined {
    const found = parameterCause(step, old, { isWorkdirAStep: this.#stands(step, 'mkdir') });
    const keyword = found?.subject ?? '';
    if (!/^(USER|WORKDIR|SHELL)$/.test(keyword)) return found;
    const steps = { now: step, before: old };
    const isOwn = setsInStage(this.#now, step, keyword) || setsInStage(this.#before, old, keyword);
    return (isOwn ? undefined : otherStageCause(steps, this.#baseFacts(stagesOf(steps)))) ?? found;
  }

  #gone(old: RecordedStep): StepCause {
    return this.#ofTrigger({ now: undefined, before: old }) ?? goneOrMovedCause(this.#facts, old);
  }

  #ofVariables(step: RecordedStep, old: RecordedStep): StepCause | undefined {
    const steps = { now: step, before: old };
    const bases = {
      ofImage: () => this.#baseCause(steps, this.#imagesBelow(steps)),
      ofStage: () => otherStageCause(steps, this.#baseFacts(stagesOf(steps))),
    };
    return variableCause(
      this.#now.variables[step.variables ?? -1] ?? [],
      this.#before?.variables[old.variables ?? -1] ?? [],
      bases,
    );
  }

  /** Files that it took of other steps, or of the build context. */
  #contentChange(index: number, step: RecordedStep, old: RecordedStep): Change | undefined {
    for (const [at, content] of step.content.entries()) {
      const known = old.content[at];
      if (known?.digest === content.digest) continue;
      const found = this.#ofContent(index, content, known);
      if (found !== undefined) return found;
    }
    const unread = step.failed === true && step.key === null && old.content[step.content.length];
    return unread ? this.#ofUnread(index, unread) : undefined;
  }

  #ofUnread(index: number, known: RecordedContent): Change | undefined {
    const { steps } = this.#now;
    if (known.input === null) return { cause: unreachableCause(known), root: index };
    const from = steps[index]?.inputs[known.input] ?? null;
    if (from === null) return undefined;
    if (steps[from]?.kind !== 'context') return this.#inherited(from, index);
    const facts = { now: this.#now, before: this.#before, files: this.#files };
    return { cause: unreadCause(facts, known), root: index };
  }

  #ofContent(
    index: number,
    content: RecordedContent,
    known: RecordedContent | undefined,
  ): Change | undefined {
    const { steps } = this.#now;
    const inputIndex =
      content.input === null ? null : (steps[index]?.inputs[content.input] ?? null);
    const input = inputIndex === null ? undefined : steps[inputIndex];
    const files = (kind: 'file' | 'mount') => {
      const found = fileCause(this.#fileFacts(index), kind, content, known);
      return { cause: found, root: index };
    };
    if (inputIndex === null || input === undefined || input.kind === 'context')
      return files('file');
    // Of the build context as a mount sees it: a copy that is in no Dockerfile.
    if (input.instruction === null && input.kind === 'copy') {
      const [inner] = input.content;
      // Stages that mount the same files share the copy, which is on record in one of them.
      const oldAt = this.#oldOf(index)?.inputs[content.input ?? -1] ?? -1;
      const [old] = (this.#oldOf(inputIndex) ?? this.#before?.steps[oldAt])?.content ?? [];
      if (inner === undefined) return files('mount');
      const found = fileCause(this.#fileFacts(index), 'mount', inner, old);
      return { cause: found, root: index };
    }
    if (input.kind === 'image') {
      const bases = { now: input, before: this.#oldOf(inputIndex) };
      const stages = stagesOn(this.#now, input, steps[index]?.instruction ?? null);
      return { cause: baseCause(bases, this.#baseFacts(stages)), root: index };
    }
    return (
      this.#inherited(inputIndex, index) ??
      this.#otherEnd(index, content.input ?? 0) ??
      files(content.use === 'mount' ? 'mount' : 'file')
    );
  }

  /** An input that is itself as before, and was not the last step of its stage then: one after it is gone, or was moved. */
  #otherEnd(index: number, input: number): Change | undefined {
    const at = this.#now.steps[index]?.inputs[input] ?? -1;
    const oldAt = this.#oldOf(index)?.inputs[input] ?? -1;
    const [end, oldEnd] = [this.#now.steps[at], this.#before?.steps[oldAt]];
    if (end === undefined || oldEnd === undefined || oldEnd.kind === 'image') return undefined;
    if (this.#pairs.get(at) === oldAt || textOf(end) === textOf(oldEnd)) return undefined;
    return { cause: this.#gone(oldEnd), root: index };
  }

  /** The file system that it stands on. */
  #rootChange(step: RecordedStep, old: RecordedStep): Change | undefined {
    const index = this.#now.steps.indexOf(step);
    const own = (found: StepCause): Change => ({ cause: found, root: index });
    const [at = null] = step.inputs;
    const [oldAt = null] = old.inputs;
    const below = at === null ? undefined : this.#now.steps[at];
    const oldBelow = oldAt === null ? undefined : this.#before?.steps[oldAt];
    const steps = { now: step, before: old };
    const isBeginning = (one: RecordedStep | undefined, of: RecordedStep) =>
      one === undefined || one.kind === 'image' || one.stage !== of.stage;
    if (
      this.#pairs.get(at ?? -1) !== (oldAt ?? -1) &&
      isBeginning(below, step) &&
      hasOtherBase(this.#baseFacts(stagesOf(steps)))
    ) {
      return own(this.#baseCause(steps, { now: below, before: oldBelow }));
    }
    if (at !== null && below !== undefined && below.kind !== 'image') {
      const isSameText = oldBelow !== undefined && textOf(below) === textOf(oldBelow);
      if (isSameText && this.#pairs.get(at) !== oldAt && below.status !== 'ran') {
        const beginning = this.#otherBeginning(step, old);
        if (beginning !== undefined) return own(beginning);
      }
      if (
        this.#pairs.get(at) === oldAt ||
        oldBelow === undefined ||
        this.#oldOf(at) === undefined ||
        isSameText
      ) {
        const found = this.#inherited(at, index);
        if (found !== undefined || !isSameText) return found;
      }
    }
    if (below?.kind === 'image' || oldBelow?.kind === 'image' || below?.stage !== oldBelow?.stage) {
      if (isBeginning(below, step) && isBeginning(oldBelow, old)) {
        return own(this.#baseCause(steps, { now: below, before: oldBelow }));
      }
    }
    if (oldBelow === undefined || oldBelow.kind === 'image')
      return (
        below && own(cause('definition', { subject: below.instruction, after: below.instruction }))
      );
    return own(this.#gone(oldBelow));
  }

  /** The same instruction below, which one of two stages shares with another stage: what both begin with is another. */
  #otherBeginning(step: RecordedStep, old: RecordedStep): StepCause | undefined {
    const steps = { now: step, before: old };
    const { now, before } = this.#imagesBelow(steps);
    if (now?.key === before?.key && now?.parameters.image === before?.parameters.image)
      return undefined;
    return this.#baseCause(steps, { now, before });
  }

  /** A change that came with another step: blamed on that one if it ran. */
  #inherited(from: number, index: number): Change | undefined {
    const change = this.#change(from) ?? this.of(from);
    if (change === undefined) return undefined;
    const origin = this.#earliest(change.root);
    const root = this.#now.steps[origin];
    if (root?.status !== 'ran' || !isInDockerfile(root)) {
      return { cause: change.cause, root: index };
    }
    return { cause: cause('parent', { subject: root.name, from: root.name }), root: origin };
  }

  /** Of several steps of a stage that have causes of their own, the first that ran. */
  #earliest(index: number): number {
    const below = this.#now.steps[index]?.inputs[0];
    if (below === undefined || below === null) return index;
    const change = this.#change(below);
    const root = change && this.#now.steps[change.root];
    return change === undefined || root?.status !== 'ran' || change.root === index
      ? index
      : this.#earliest(change.root);
  }

  /** Nothing is different, and the imported caches do not have it; they may have it on another step than the one that ran. */
  #uncached(index: number, step: RecordedStep): Change | undefined {
    const found = cacheCause(this.#now, step);
    if (found === undefined) return undefined;
    const ran = step.inputs.find((input) => this.#now.steps[input ?? -1]?.status === 'ran');
    const isHeld = step.heldBy !== undefined && step.heldBy.length > 0;
    const above = isHeld && typeof ran === 'number' ? this.#inherited(ran, index) : undefined;
    return above ?? { cause: found, root: index };
  }

  get #facts(): StepFacts {
    return { now: this.#now, before: this.#before, pairs: this.#pairs };
  }

  /** @param steps those that stand on the bases */
  #baseCause(steps: StepPair, bases: StepPair): StepCause {
    return baseCause(bases, this.#baseFacts(stagesOf(steps)));
  }

  #baseFacts(stages: readonly StagePair[]): BaseFacts {
    return { now: this.#now, before: this.#before, stages };
  }

  #fileFacts(index: number): FileFacts {
    return {
      now: this.#now,
      before: this.#before,
      files: this.#files,
      layers: {
        now: this.#now.steps[index]?.layer ?? null,
        before: this.#oldOf(index)?.layer ?? null,
      },
    };
  }

  #oldOf(index: number): RecordedStep | undefined {
    const at = this.#pairs.get(index);
    return at === undefined ? undefined : this.#before?.steps[at];
  }

  #imagesBelow({ now, before }: StepPair): StepPair {
    return {
      now: now && this.#imageBelow(this.#now, now),
      before: before && this.#imageBelow(this.#before, before),
    };
  }

  #imageBelow(record: BuildRecord | undefined, step: RecordedStep): RecordedStep | undefined {
    for (let at = step.inputs[0]; at !== null && at !== undefined; ) {
      const below: RecordedStep | undefined = record?.steps[at];
      if (below === undefined || below.kind === 'image') return below;
      at = below.inputs[0];
    }
    return undefined;
  }

  /** Whether a step of that kind in the same stage is below, and is another one than before. */
  #stands(step: RecordedStep, kind: RecordedStep['kind']): boolean {
    for (let at = step.inputs[0]; at !== null && at !== undefined; ) {
      const below: RecordedStep | undefined = this.#now.steps[at];
      if (below === undefined) return false;
      if (below.kind === kind && this.#change(at) !== undefined) return true;
      at = below.inputs[0];
    }
    return false;
  }
}
