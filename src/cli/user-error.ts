import { AppError } from '../errors.ts';

/** What the system refused for reasons that lie with the machine, not with lamina. */
const systemHints: Readonly<Record<string, string>> = {
  ENOSPC: 'free some room on the disk; `lamina builder prune` removes build cache',
  EDQUOT: 'your disk quota is used up; `lamina builder prune` removes build cache',
  EROFS: 'choose a place that can be written to',
  EACCES: 'check the permissions, or run lamina as another user',
  EPERM: 'check the permissions, or run lamina as another user',
  EMFILE: 'raise the limit of open files (ulimit -n)',
  ENFILE: 'the machine has too many open files',
  ENAMETOOLONG: 'a path is longer than the system allows: use fewer or shorter directories',
  ENOTDIR: 'a part of the path is a file: name another path',
  ELOOP: 'a symbolic link leads back to itself: remove it, or name another path',
  EIO: 'the disk or the device failed: the log of the kernel may say why (`dmesg`)',
  ENOMEM: 'the machine has too little memory left',
};

/** @returns the error as one made for users, or undefined for what only a programmer can mend */
export function asUserError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  // Cleaning up failed as well: what went wrong first is what the user should know.
  if (error instanceof Error && 'suppressed' in error) return asUserError(error.suppressed);
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') {
    return undefined;
  }
  if ('syscall' in error && error.syscall === 'uv_cwd') {
    return new AppError('SYSTEM_REFUSED', 'the current directory was removed', {
      hint: 'change to another directory',
      cause: error,
    });
  }
  const hint = systemHints[error.code];
  if (hint === undefined) return undefined;
  return new AppError('SYSTEM_REFUSED', `the system refused: ${error.message}`, {
    hint,
    cause: error,
  });
}
