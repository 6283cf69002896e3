export { baseConfig, makeBaseTar } from './base-image.ts';
export type { BaseOptions } from './base-options.ts';
