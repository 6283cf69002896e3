/** Names of stages for people. */
import { findStageOrIndex, type StageSource } from '../dockerfile/index.ts';
import { unknownTarget } from './plan-faults.ts';

/** @throws AppError PLAN_UNKNOWN_TARGET */
export function stageNamed(stages: readonly StageSource[], name: string): StageSource {
  const found = findStageOrIndex(stages, name);
  if (found !== undefined) return found;
  const names = stages.flatMap((stage) => stage.from.stageWord?.text ?? []);
  throw unknownTarget(name, names);
}

/** The name of a stage for people: its own, or `stage-` and its index. */
export function stageLabel(stage: StageSource): string {
  return stage.from.stageWord?.text ?? `stage-${stage.index}`;
}

/** The prefix of step names: empty in a file with one unnamed stage. */
export function stagePrefix(stage: StageSource, count: number): string {
  if (stage.from.stage !== undefined) return stage.from.stage;
  return count > 1 ? `stage-${stage.index}` : '';
}
