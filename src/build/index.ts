export { build } from './build.ts';
export type * from './image-options.ts';
export { listContext } from './list-context.ts';
export type * from './options.ts';
export type * from './registry-options.ts';
export { verify } from './verify.ts';
export { check, outline, targets } from './without-building.ts';
