export * from './driver.ts';
export * from './solver.ts';
