import { AppError } from '../errors.ts';

/** The error for an index that is damaged or of another version. */
export function unreadableIndex(why: string): AppError {
  return new AppError('LAYER_INDEX_UNREADABLE', `the index of a layer cannot be read: ${why}`, {
    hint: 'the store is damaged, or another version of lamina wrote it; prune it and build again',
  });
}
