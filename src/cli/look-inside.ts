/** How to look into what a failed step left behind. */
import { type AppError, withDetails } from '../errors.ts';

/** The error with the command that opens a shell there, if it was kept. */
export function withLookInside(error: AppError, root: string | undefined): AppError {
  if (error.details?.isKept !== true) return error;
  const option =
    root === undefined || root === '' ? '' : ` --root '${root.replaceAll("'", "'\\''")}'`;
  return withDetails(error, { lookInside: `lamina debug${option}` });
}
