export { type Outline, type OutlineArgument, type OutlineMount, outlineOf } from './outline.ts';
export { type BuildTarget, targetsOf } from './targets.ts';
