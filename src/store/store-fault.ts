/** System errors inside the store's directory, which only lamina should modify. */
import { AppError } from '../errors.ts';
import { hasErrorCode } from '../system/index.ts';
import { readOnlyStore, storeDamaged, writeFailed } from './database-error.ts';

/** Lamina leaves no missing files or files of another type; EIO and EUCLEAN are disk errors. */
const DAMAGE = ['ENOTDIR', 'EISDIR', 'ELOOP', 'ENOTEMPTY', 'EIO', 'EUCLEAN', 'EBADMSG'];

/**
 * Converts a system error in a store to a user error; others pass unchanged.
 * @param root of the store
 */
export function storeFault(root: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  // Cleaning up failed too: the first error counts.
  if ('suppressed' in error) return storeFault(root, error.suppressed);
  const path = pathOf(error);
  if (path === undefined || !(path === root || path.startsWith(`${root}/`))) return error;
  if (isUnknown(error)) return unknownFault(path, error);
  if (hasErrorCode(error, 'ENOENT')) return storeDamaged(`${path} is missing`, error);
  if (hasErrorCode(error, ...DAMAGE)) return storeDamaged(error.message, error);
  if (hasErrorCode(error, 'EROFS')) return readOnlyStore(path, error);
  if (hasErrorCode(error, 'ENOSPC', 'EDQUOT')) return writeFailed(error);
  return error;
}

/** Node's rmSync has no code for most errors, only the system's text. */
function isUnknown(error: Error): boolean {
  return 'code' in error && error.code === '';
}

function unknownFault(path: string, error: Error): AppError {
  const { message } = error;
  if (message.includes('Read-only file system')) return readOnlyStore(path, error);
  const isFull = /No space left|quota exceeded/i.test(message);
  return writeFailed(isFull ? Object.assign(error, { code: 'ENOSPC' }) : error);
}

function pathOf(error: Error): string | undefined {
  if (!('path' in error)) return undefined;
  const { path } = error;
  return typeof path === 'string' || Buffer.isBuffer(path) ? path.toString() : undefined;
}
