/** Cleans and checks names of tar members. */
import { checkEntryPath } from '../archive/index.ts';
import { AppError } from '../errors.ts';
import type { BytePath } from '../files/index.ts';

/**
 * Turns the name of a tar member into a path inside the layer, as `path.Clean` does: it drops a leading slash, `.`,
 * empty parts and `a/..`.
 *
 * @throws AppError LAYER_INVALID_MEMBER for a name that leads out of the root or holds NUL; ENTRY_UNSTORABLE
 */
export function cleanMemberPath(raw: string): BytePath {
  if (isClean(raw)) return raw;
  if (raw.includes('\0')) throw invalidMember(raw, 'its name contains a NUL byte');
  checkEntryPath(raw, raw);
  const parts: string[] = [];
  for (const part of raw.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined)
      throw invalidMember(raw, 'its name points outside the root');
  }
  return parts.join('/');
}

/** Cheap, and true of most names; those with a part that begins with a dot are looked at more closely. */
function isClean(raw: string): boolean {
  const isShort = raw.length > 0 && raw.length <= SHORT;
  const isRelative = raw[0] !== '/' && raw[0] !== '.' && !raw.endsWith('/');
  return isShort && isRelative && !raw.includes('/.') && !raw.includes('//') && !raw.includes('\0');
}

/** Below the limits of `checkEntryPath`. */
const SHORT = 255;

/** @param name as in the archive */
export function invalidMember(name: string, why: string): AppError {
  const shown = JSON.stringify(Buffer.from(name.slice(0, 200), 'latin1').toString('utf8'));
  return new AppError('LAYER_INVALID_MEMBER', `the layer has an invalid member ${shown}: ${why}`, {
    hint: 'the image or archive is damaged or hostile; get it again from a source you trust',
  });
}
