export { baseConfig, canMakeBase, makeBaseTar } from './base-image.ts';
export type { BaseOptions } from './base-options.ts';
