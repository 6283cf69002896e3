/** Failures of the system inside the store's directory, where nobody but lamina has anything to do. */
import { AppError } from '../errors.ts';
import { hasErrorCode } from '../system/index.ts';
import { readOnlyStore, storeDamaged, writeFailed } from './database-error.ts';

/** What is missing or of another kind was not made so by lamina, and EIO and EUCLEAN are the disk's. */
const DAMAGE = ['ENOTDIR', 'EISDIR', 'ELOOP', 'ENOTEMPTY', 'EIO', 'EUCLEAN', 'EBADMSG'];

/**
 * What went wrong in a store, for people; errors about anything else pass unchanged.
 * @param root of the store
 */
export function storeFault(root: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  // Cleaning up failed as well: what went wrong first counts.
  if ('suppressed' in error) return storeFault(root, error.suppressed);
  const path = pathOf(error);
  if (path === undefined || !(path === root || path.startsWith(`${root}/`))) return error;
  if (hasErrorCode(error, 'ENOENT')) return storeDamaged(`${path} is missing`, error);
  if (hasErrorCode(error, ...DAMAGE)) return storeDamaged(error.message, error);
  if (hasErrorCode(error, 'EROFS')) return readOnlyStore(path, error);
  if (hasErrorCode(error, 'ENOSPC', 'EDQUOT')) return writeFailed(error);
  return error;
}

function pathOf(error: Error): string | undefined {
  if (!('path' in error)) return undefined;
  const { path } = error;
  return typeof path === 'string' || Buffer.isBuffer(path) ? path.toString() : undefined;
}
