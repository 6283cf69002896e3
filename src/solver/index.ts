export type * from './cache-records.ts';
export * from './driver.ts';
export { located } from './located.ts';
export type { PortableResults } from './portable-results.ts';
export * from './scheduler.ts';
