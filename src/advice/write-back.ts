/** Writes a file in place of the one that was read, unless somebody changed it meanwhile. */
import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../errors.ts';
import { failureReason } from '../system/index.ts';

/**
 * The new content appears complete or not at all, with the mode and owner of the old file; behind a symbolic link, in the
 * place that it points to.
 *
 * @param before the bytes that were read
 * @throws AppError LINT_FILE_CHANGED, LINT_FILE_UNWRITABLE
 */
export async function writeBack(path: string, before: Buffer, after: Buffer): Promise<void> {
  try {
    const real = await realpath(path);
    const { mode, uid, gid } = await stat(real);
    const temporary = join(
      dirname(real),
      `.${basename(real)}.${randomBytes(6).toString('hex')}.tmp`,
    );
    try {
      await using file = await open(temporary, 'wx', mode & 0o777);
      await file.writeFile(after);
      await file.chmod(mode & 0o7777);
      // Only root can give files away.
      if (process.getuid?.() === 0) await file.chown(uid, gid);
      await file.sync();
      if (!before.equals(await readFile(real))) throw changed(path);
      await rename(temporary, real);
    } finally {
      await rm(temporary, { force: true });
    }
  } catch (error) {
    if (error instanceof AppError || !(error instanceof Error) || !('syscall' in error))
      throw error;
    throw new AppError('LINT_FILE_UNWRITABLE', `cannot write ${path}: ${failureReason(error)}`, {
      hint: 'check the permissions of the file and its directory, or use --diff to see the changes',
      cause: error,
    });
  }
}

function changed(path: string): AppError {
  return new AppError('LINT_FILE_CHANGED', `${path} changed while it was being fixed`, {
    hint: 'run the command again',
  });
}
