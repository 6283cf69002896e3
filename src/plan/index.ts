export * from './plan.ts';
export { type PlanOptions, planBuild } from './planner.ts';
