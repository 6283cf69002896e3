export { platformArguments } from './arguments.ts';
export * from './plan.ts';
export { type PlanOptions, planBuild } from './planner.ts';
