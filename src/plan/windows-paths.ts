/**
 * Paths in images for Windows. Dockerfiles write them with drive letters and backslashes; planning uses the same paths
 * in the form of all other systems; the image config has backslashes.
 */
import { posix } from 'node:path';
import { AppError, type SourceLocation } from '../errors.ts';
import type { Platform } from '../oci/index.ts';

/**
 * A path as planning uses it: for Windows without `C:`, and with slashes. A slash at its end stays.
 *
 * @throws AppError PLAN_WINDOWS_PATH
 */
export function plannedPath(path: string, { os }: Platform, location?: SourceLocation): string {
  if (os !== 'windows') return path;
  const slashed = path.replaceAll('\\', '/');
  const [, drive, rest = slashed] = /^([^:]*):(.*)$/s.exec(slashed) ?? [];
  const isOnDrive = drive === undefined || (/^c$/i.test(drive) && rest !== '');
  if (slashed.startsWith('//') || !isOnDrive) {
    throw new AppError('PLAN_WINDOWS_PATH', `'${path}' is not a path on drive C:`, {
      location,
      expected: 'C:\\DIRECTORY, /DIRECTORY or a relative path',
      hint: 'Windows images have no other drives and no network paths',
    });
  }
  return rest === '' ? '' : posix.normalize(rest);
}

/** A path as in the image config. */
export function configPath(path: string, { os }: Platform): string {
  return os === 'windows' ? path.replaceAll('/', '\\') : path;
}
