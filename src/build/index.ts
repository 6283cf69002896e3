export { build } from './build.ts';
export { check, outline, targets } from './without-building.ts';
export type * from './options.ts';
