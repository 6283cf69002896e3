/** Files of settings: those that the user names, and those of usual names, which need not exist. */
import { AppError } from '../errors.ts';
import {
  hasErrorCode,
  readFailure,
  readInput,
  readRegularFile,
  UnsuitableFile,
} from '../system/index.ts';

/** Bytes. */
const LARGEST = 1 << 20;

export interface SettingsFileOptions {
  /** Nobody named it. */
  readonly isOptional: boolean;
  /** Whether an optional file that this user cannot read counts as none. */
  readonly mayBeForbidden?: boolean | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * @returns undefined if an optional file is not there
 * @throws AppError CLI_FILE; the signal's reason
 */
export async function readSettingsFile(
  path: string,
  { isOptional, mayBeForbidden = false, signal }: SettingsFileOptions,
): Promise<string | undefined> {
  try {
    // A pipe that nobody named could wait for ever.
    const bytes = isOptional
      ? readRegularFile(path, { limit: LARGEST })
      : await readInput(path, { limit: LARGEST, signal });
    return bytes.toString();
  } catch (cause) {
    const reason = readFailure(cause);
    if (reason === undefined) throw cause;
    const isNone =
      hasErrorCode(cause, 'ENOENT') ||
      (mayBeForbidden && hasErrorCode(cause, 'EACCES')) ||
      (cause instanceof UnsuitableFile && cause.kind === 'directory');
    if (isOptional && isNone) return undefined;
    throw new AppError('CLI_FILE', `cannot read ${path}: ${reason}`, { cause });
  }
}
