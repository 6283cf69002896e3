import { AppError } from '../../errors.ts';

/** Whether a process did not run because its root file system could not be mounted. */
export function isMountFailure(error: unknown): boolean {
  return error instanceof AppError && error.code === 'RUNTIME_MOUNT_FAILED';
}
