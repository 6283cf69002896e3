import { AppError } from '../errors.ts';

const CODES: readonly string[] = ['STORE_LAYER_GONE', 'STORE_BLOB_GONE', 'STORE_CONTENT_GONE'];

/** Whether an error is due to content that another process has removed: starting over may help. */
export function isGone(error: unknown): boolean {
  return error instanceof AppError && CODES.includes(error.code);
}
