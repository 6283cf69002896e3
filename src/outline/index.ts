export type { OutlineArgument } from './arguments.ts';
export { type Outline, type OutlineMount, outlineOf } from './outline.ts';
export { type BuildTarget, targetsOf } from './targets.ts';
