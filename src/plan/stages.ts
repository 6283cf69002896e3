/** What people know stages by. */
import type { StageSource } from '../dockerfile/index.ts';

/** The name people know a stage by: its own, or `stage-` and its index. */
export function stageLabel(stage: StageSource): string {
  return stage.from.stageWord?.text ?? `stage-${stage.index}`;
}

/** What step names begin with: nothing in a file with one unnamed stage. */
export function stagePrefix(stage: StageSource, count: number): string {
  if (stage.from.stage !== undefined) return stage.from.stage;
  return count > 1 ? `stage-${stage.index}` : '';
}
