export { baseConfig, canMakeBase, makeBaseTar, recipeName } from './base-image.ts';
export type { BaseOptions } from './base-options.ts';
