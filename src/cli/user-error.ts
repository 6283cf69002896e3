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
  ENOMEM: 'the machine has too little memory left',
};

/** @returns the error as one made for users, or undefined for what only a programmer can mend */
export function asUserError(error: unknown): AppError | undefined {
  if (error instanceof AppError) return error;
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') {
    return undefined;
  }
  const hint = systemHints[error.code];
  if (hint === undefined) return undefined;
  return new AppError('SYSTEM_REFUSED', `the system refused: ${error.message}`, {
    hint,
    cause: error,
  });
}
