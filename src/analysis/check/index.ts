export { checkReport } from './check-report.ts';
export { compressedSize } from './compressed-size.ts';
export type { Findings } from './describe.ts';
export type { CheckedBase } from './rules.ts';
export type * from './types.ts';
