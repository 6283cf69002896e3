/** A disk that is full ends a step like any other failure: with its line in the Dockerfile. */
import { AppError } from '../errors.ts';

const FULL: readonly unknown[] = ['ENOSPC', 'EDQUOT'];

/** The same failure for people; undefined when it is another. */
export function diskFull(error: unknown): AppError | undefined {
  if (error instanceof AppError || !(error instanceof Error)) return undefined;
  // Cleaning up failed as well: what went wrong first counts.
  if ('suppressed' in error) return diskFull(error.suppressed);
  if (!('code' in error)) return undefined;
  if (!FULL.includes(error.code)) return undefined;
  return new AppError(
    'STORE_DISK_FULL',
    `there is no room for what this step makes: ${error.message}`,
    {
      hint: 'see which disk is full (df); make some room, for example with: lamina builder prune',
      cause: error,
    },
  );
}
