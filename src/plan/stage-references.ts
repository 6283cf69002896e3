/** The stages and images named in COPY --from and RUN --mount=from=. */
import {
  findStage,
  findStageOrIndex,
  type Instruction,
  type StageSource,
  type Word,
} from '../dockerfile/index.ts';
import type { SourceLocation } from '../errors.ts';
import { unavailableStage, unknownStageIndex } from './plan-faults.ts';

export interface StageReference {
  readonly name: Word;
  readonly location: SourceLocation;
  /** Whether a number is a stage's index, as in COPY. */
  readonly byIndex: boolean;
}

/** The names in an instruction that refer to stages. */
export function referencesOf(
  instruction: Instruction,
): readonly Omit<StageReference, 'location'>[] {
  if (instruction.kind === 'copy') {
    return instruction.from === undefined ? [] : [{ name: instruction.from, byIndex: true }];
  }
  if (instruction.kind !== 'run') return [];
  return instruction.mounts.flatMap(({ fields }) => {
    const name = fields.findLast(({ key }) => key === 'from')?.value;
    return name === undefined || name.text === '' ? [] : [{ name, byIndex: false }];
  });
}

/**
 * The stage that a name refers to, anywhere in the file: the name of a stage never means an image.
 *
 * @throws AppError PLAN_UNKNOWN_STAGE for an index without a stage
 */
export function referencedStage(
  stages: readonly StageSource[],
  { name, byIndex, location }: StageReference,
): StageSource | undefined {
  const found = (byIndex ? findStageOrIndex : findStage)(stages, name.text);
  if (found === undefined && byIndex && /^\d+$/.test(name.text)) {
    throw unknownStageIndex(name.text, stages.length, location);
  }
  return found;
}

/**
 * @param stage the stage that `reference` refers to
 * @param from the stage that contains the reference
 * @throws AppError PLAN_UNKNOWN_STAGE unless the stage is defined before the one that reads from it
 */
export function requireEarlier(
  stages: readonly StageSource[],
  { stage, from }: { readonly stage: StageSource; readonly from: StageSource },
  { name, location, byIndex }: StageReference,
): void {
  if (stage.index < from.index) return;
  throw unavailableStage(name.text, {
    location,
    isSelf: stage === from,
    isCopy: byIndex,
    isAmbiguous: findStage(stages, name.text, from.index) !== undefined,
    line: stage.from.location.range.start.line,
  });
}
