export { platformArguments } from './arguments.ts';
export { CONTEXT_FILE, type ContextSource, contextName, contextRoot } from './contexts.ts';
export * from './plan.ts';
export { planBuild } from './planner.ts';
export { gitOp } from './remote-sources.ts';
export type { PlanOptions } from './stage-plan.ts';
