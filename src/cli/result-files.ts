/** Files into which a build writes what it made. */
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../errors.ts';

export const RESULT_FILES = ['iidfile', 'metadata-file'] as const;

/** Before the build, not when it is done. @throws AppError CLI_FILE */
export function refuseUnwritable(
  name: (typeof RESULT_FILES)[number],
  path: string | undefined,
): void {
  if (path === undefined) return;
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isDirectory) throw unwritable(name, path, 'it is a directory');
  const parent = dirname(path);
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw unwritable(name, path, `'${parent}' is no directory`);
}

function unwritable(name: string, path: string, reason: string, cause?: unknown): AppError {
  return new AppError('CLI_FILE', `--${name}: '${path}' cannot be written: ${reason}`, {
    hint: 'name a file in a directory that is there, and yours',
    cause,
  });
}

/** @throws AppError CLI_FILE */
export async function writeResult(
  name: (typeof RESULT_FILES)[number],
  path: string | undefined,
  text: string,
): Promise<void> {
  if (path === undefined) return;
  await writeFile(path, text).catch((cause: unknown) => {
    throw unwritable(name, path, cause instanceof Error ? cause.message : String(cause), cause);
  });
}
