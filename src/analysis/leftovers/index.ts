export { findLeftovers, type Leftovers } from './find-leftovers.ts';
export type { LeftoverKind } from './leftover-kind.ts';
