/** What the FROM of a stage named: for the record of a build, not for its plan. */
import type { SCRATCH, VertexId } from '../graph/index.ts';
import type { Grown } from './grown.ts';
import type { StepVariable } from './variable-settings.ts';

/** Where a stage begins, below its own steps and those of the stages that it is based on. */
export interface StageBeginning {
  readonly root: VertexId | typeof SCRATCH;
  /** The stage, image or named context that its FROM names, or `scratch`. */
  readonly name: string;
  /** Of its FROM, and of those of the stages that it is based on. */
  readonly variables: Grown<StepVariable>;
}
