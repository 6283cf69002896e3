export { platformArguments } from './arguments.ts';
export {
  CONTEXT_FILE,
  type ContextSource,
  contextName,
  contextRoot,
  findContext,
} from './contexts.ts';
export { EPOCH, type EpochText, epochSource, epochText } from './epoch-source.ts';
export * from './plan.ts';
export { planBuild } from './planner.ts';
export { gitOp } from './remote-sources.ts';
export type { PlanOptions } from './stage-plan.ts';
export type { StepVariable } from './variable-settings.ts';
