/** A full disk fails a step like any other failure: with its line in the Dockerfile. */
import { AppError } from '../errors.ts';

const FULL: readonly unknown[] = ['ENOSPC', 'EDQUOT'];

/** The same failure for people; undefined for other failures. */
export function diskFull(error: unknown): AppError | undefined {
  if (error instanceof AppError || !(error instanceof Error)) return undefined;
  // Cleaning up failed as well: the first failure counts.
  if ('suppressed' in error) return diskFull(error.suppressed);
  if (!('code' in error)) return undefined;
  if (!FULL.includes(error.code)) return undefined;
  return new AppError(
    'STORE_DISK_FULL',
    `no space left on the disk for this step: ${error.message}`,
    {
      hint: 'find the full disk with df, and free some space, for example with: lamina builder prune',
      cause: error,
    },
  );
}
