/** Files for the results of a command. */
import { statSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../errors.ts';
import { failureReason } from '../system/index.ts';
import { textStream } from './text-stream.ts';

export const RESULT_FILES = ['iidfile', 'metadata-file'] as const;

/** The flag that names the file. */
type FileFlag = (typeof RESULT_FILES)[number] | 'html' | 'output';

/** Checks before the build, rather than after it. @throws AppError CLI_FILE */
export function refuseUnwritable(name: FileFlag, path: string | undefined): void {
  if (path === undefined) return;
  const isDirectory = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (isDirectory) throw unwritable(name, path, 'it is a directory');
  const parent = dirname(path);
  if (statSync(parent, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw unwritable(name, path, `'${parent}' is not a directory`);
}

function unwritable(name: string, path: string, reason: string, cause?: unknown): AppError {
  return new AppError('CLI_FILE', `--${name}: '${path}' cannot be written: ${reason}`, {
    hint: 'name a file in an existing directory that you may write to',
    cause,
  });
}

/** @throws AppError CLI_FILE */
export async function writeResult(
  name: FileFlag,
  path: string | undefined,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  if (path === undefined) return;
  const { writeTo } = await import('../destination/index.ts');
  await writeTo(await writablePath(path), textStream(text), signal).catch((cause: unknown) => {
    if (signal.aborted) throw cause;
    const reason = cause instanceof AppError ? (cause.cause ?? cause) : cause;
    throw unwritable(name, path, failureReason(reason), cause);
  });
}

/** Keeps a symbolic link, and replaces the file it points to. */
async function writablePath(path: string): Promise<string> {
  const real = await realpath(path).catch(() => path);
  return (await stat(real).catch(() => undefined))?.isFile() === true ? real : path;
}
