/** Limits of file systems for one entry. Entries beyond them cannot be unpacked, so every import rejects them. */
import { AppError } from '../errors.ts';
import type { TarHeader } from './header.ts';

/** Linux's limits for paths and names. */
const MAX_PATH = 4095;
const MAX_NAME = 255;
const WHITEOUT = '.wh.';
/** Linux's limits for the name of an attribute, and for a value and for all names together. */
const MAX_XATTR_NAME = 255;
const MAX_XATTR_BYTES = 65_536;
/** Our own limit: ext4 allows a few kilobytes, and real files have one or two attributes. */
const MAX_XATTRS = 256;
const MAX_NUMBER = 0xffff_ffff;

/**
 * Checks an entry of an archive before it is stored.
 *
 * @throws AppError ENTRY_UNSTORABLE
 */
export function checkEntry(header: TarHeader): void {
  const { path, linkTarget = '', xattrs } = header;
  checkEntryPath(path, path);
  if (linkTarget.length > MAX_PATH)
    throw unstorable(path, `its link target has ${linkTarget.length} bytes, more than ${MAX_PATH}`);
  checkId(path, header.uid);
  checkId(path, header.gid);
  checkId(path, header.devMajor ?? 0);
  checkId(path, header.devMinor ?? 0);
  if (xattrs !== undefined) checkXattrs(path, xattrs);
}

function checkId(path: string, id: number): void {
  if (id < 0 || id > MAX_NUMBER) throw unstorable(path, `the ID ${id} is out of range`);
}

/**
 * Checks the path of an entry.
 *
 * @param shown for the message: the name in the archive
 * @throws AppError ENTRY_UNSTORABLE
 */
export function checkEntryPath(path: string, shown: string): void {
  if (path.length <= MAX_NAME) return;
  if (path.length > MAX_PATH)
    throw unstorable(shown, `its path has ${path.length} bytes, more than ${MAX_PATH}`);
  for (const part of path.split('/')) {
    const name = part.startsWith(WHITEOUT) ? part.slice(WHITEOUT.length) : part;
    if (name.length > MAX_NAME)
      throw unstorable(shown, `its name has ${part.length} bytes, more than ${MAX_NAME}`);
  }
}

function checkXattrs(path: string, xattrs: Readonly<Record<string, string>>): void {
  const entries = Object.entries(xattrs);
  if (entries.length > MAX_XATTRS)
    throw unstorable(path, `it has ${entries.length} extended attributes, more than ${MAX_XATTRS}`);
  let bytes = 0;
  for (const [name, value] of entries) {
    if (name.length > MAX_XATTR_NAME)
      throw unstorable(path, `an extended attribute has a name of ${name.length} bytes`);
    bytes += name.length + value.length;
  }
  if (bytes > MAX_XATTR_BYTES)
    throw unstorable(
      path,
      `its extended attributes have ${bytes} bytes, more than ${MAX_XATTR_BYTES}`,
    );
}

/** @param name latin1 bytes */
export function unstorable(name: string, why: string): AppError {
  const start = Buffer.from(name.slice(0, 60), 'latin1').toString('utf8');
  const shown = JSON.stringify(name.length > 60 ? `${start}…` : start);
  return new AppError('ENTRY_UNSTORABLE', `no file system can store ${shown}: ${why}`, {
    hint: 'change or remove it; an archive with such an entry may be hostile',
  });
}
