import { AppError } from '../errors.ts';

const CODES: readonly string[] = ['STORE_LAYER_GONE', 'STORE_BLOB_GONE', 'STORE_CONTENT_GONE'];

/** Whether something failed because another process has removed what was needed: beginning anew may help. */
export function isGone(error: unknown): boolean {
  return error instanceof AppError && CODES.includes(error.code);
}
