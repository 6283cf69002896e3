export { build } from './build.ts';
export type * from './options.ts';
