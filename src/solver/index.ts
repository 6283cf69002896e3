export type * from './cache-records.ts';
export * from './driver.ts';
export type { PortableResults } from './portable-results.ts';
export * from './scheduler.ts';
