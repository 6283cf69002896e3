export type * from './cache-records.ts';
export * from './driver.ts';
export * from './solver.ts';
