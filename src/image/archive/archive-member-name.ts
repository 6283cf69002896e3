/** Names inside an image archive: code that looks them up trusts them, so unusual ones are refused. */
import { AppError } from '../../errors.ts';

const MAX_NAME = 4096;

/**
 * The plain form of a member's name: no leading `./`, no closing slash, no empty part.
 *
 * @returns the name, `''` for the archive's root
 * @throws AppError ARCHIVE_UNSAFE_NAME for absolute names and names with `..`
 */
export function cleanName(raw: string): string {
  const parts = raw.split('/').filter((part) => part !== '' && part !== '.');
  if (raw.startsWith('/') || parts.includes('..') || raw.length > MAX_NAME) {
    throw unsafeName('an archive member', raw);
  }
  return parts.join('/');
}

/**
 * The member a link names.
 *
 * @param from name of the link itself, clean
 * @throws AppError ARCHIVE_UNSAFE_NAME when it leaves the archive
 */
export function linkedName(from: string, target: string): string {
  if (target.startsWith('/')) throw unsafeName(`the link ${printable(from)}`, target);
  const parts = from.split('/').slice(0, -1);
  for (const part of target.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) throw unsafeName(`the link ${printable(from)}`, target);
  }
  return parts.join('/');
}

/** Bytes of an archive as text for a message. */
export function printable(name: string): string {
  const text = Buffer.from(name, 'latin1').toString('utf8');
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 120)}…` : text);
}

function unsafeName(what: string, name: string): AppError {
  return new AppError(
    'ARCHIVE_UNSAFE_NAME',
    `${what} points outside the archive: ${printable(name)}`,
    {
      hint: 'do not trust the source: no container tool writes such an archive',
    },
  );
}
