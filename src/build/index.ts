export { build } from './build.ts';
export type * from './options.ts';
export { check, outline, targets } from './without-building.ts';
