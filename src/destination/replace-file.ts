/** Rewrites a source file of the user, unless it has changed since it was read. */
import { constants, realpathSync } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { hasErrorCode, readRegularFile } from '../system/index.ts';
import { openDirectory, writeFailure } from './destination.ts';
import { newFile } from './new-file.ts';

export interface Replacement {
  /** What the file contained when it was read. */
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/**
 * Replaces the content of a regular file: it appears complete or not at all. Keeps its permissions and, if allowed, its
 * owner. Follows a symbolic link, which stays.
 *
 * @returns false if the file no longer contains `before`: it is unchanged
 * @throws AppError EXPORT_DESTINATION
 */
export async function replaceFile(path: string, { before, after }: Replacement): Promise<boolean> {
  try {
    const real = realpathSync(path);
    using parent = openDirectory(dirname(real));
    const target = `${parent.directory('')}/${basename(real)}`;
    // A rename needs no permission of the file itself.
    await access(target, constants.W_OK);
    const { mode, uid, gid } = await stat(target);
    const file = await newFile(target);
    try {
      await file.handle.writeFile(after);
      await file.handle.chown(uid, gid).catch(ignoreRefusal);
      await file.handle.chmod(mode & 0o7777);
      // As late as possible: an editor may save the file meanwhile.
      const current = readRegularFile(target, { limit: before.length + 1 });
      if (!current.equals(before)) return false;
      await file.commit();
      return true;
    } finally {
      await file.discard();
    }
  } catch (error) {
    // It has grown, or is no regular file any more.
    if (hasErrorCode(error, 'UNSUITABLE_FILE', 'ENOENT')) return false;
    throw writeFailure(path, error);
  }
}

/** Only root may give files away; others keep their own. */
function ignoreRefusal(error: unknown): void {
  if (!hasErrorCode(error, 'EPERM')) throw error;
}
