import { AppError } from '../errors.ts';

/** System errors that are caused by the machine, not by lamina. */
const systemHints: Readonly<Record<string, string>> = {
  ENOSPC: 'free some disk space; `lamina builder prune` removes build cache',
  EDQUOT: 'your disk quota is used up; `lamina builder prune` removes build cache',
  EROFS: 'choose a writable location',
  EACCES: 'check the permissions, or run lamina as another user',
  EPERM: 'check the permissions, or run lamina as another user',
  EMFILE: 'raise the limit of open files (ulimit -n)',
  ENFILE: 'this machine has too many open files',
  ENAMETOOLONG: 'a path is too long for this system: use fewer or shorter directories',
  ENOTDIR: 'part of the path is a file, not a directory: choose another path',
  ELOOP: 'a symbolic link points to itself: remove it, or choose another path',
  EIO: 'the disk or device failed: check the kernel log (`dmesg`)',
  ENOMEM: 'this machine is out of memory',
};

/** @returns the error in a form for users, or undefined for an internal error */
export function asUserError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  // The cleanup failed too: the user should see the first error.
  if (error instanceof Error && 'suppressed' in error) return asUserError(error.suppressed);
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') {
    return undefined;
  }
  if ('syscall' in error && error.syscall === 'uv_cwd') {
    return new AppError('SYSTEM_REFUSED', 'the current directory no longer exists', {
      hint: 'change to another directory',
      cause: error,
    });
  }
  const hint = systemHints[error.code];
  if (hint === undefined) return undefined;
  return new AppError('SYSTEM_REFUSED', `system error: ${error.message}`, {
    hint,
    cause: error,
  });
}
