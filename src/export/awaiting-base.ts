/**
 * Layers that arrive at the same time: what a layer lies on may not be there yet. Most layers never ask for it, since
 * they have all their parent directories themselves; those that do are read again when it is there.
 */
import type { FileTree } from '../files/index.ts';

/** Thrown when a layer turns out to depend on layers that are not there yet. */
export class BaseNeeded extends Error {
  constructor() {
    super('the layers below are needed first');
    this.name = 'BaseNeeded';
  }
}

const ask = (): never => {
  throw new BaseNeeded();
};

/** Stands for layers that are not there yet: any question throws `BaseNeeded`. */
export const AWAITED_BASE: FileTree = {
  lookup: ask,
  list: ask,
  content: ask,
  knownDigest: ask,
  rememberDigest: ask,
};
