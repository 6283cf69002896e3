/**
 * Writes header blocks: plain ustar if everything fits, else with a pax extended header before it. Deterministic: the
 * bytes depend on the header only, not on the host, the clock or the process.
 *
 * Non-ASCII names are raw bytes in a pax `path` record, UTF-8 or not: Go's archive/tar (and so Docker, containerd,
 * Podman, Skopeo) writes and reads them like this.
 */

import { tooLarge } from './failures.ts';
import { FIELDS, octalLimit, writeChecksum, writeOctal } from './fields.ts';
import { BLOCK_SIZE, MAX_SPECIAL_SIZE, padding, type TarHeader, type TarType } from './header.ts';
import { encodeXattrName, formatRecords, formatTime, XATTR_PREFIX } from './pax.ts';

const TYPE_FLAGS: Readonly<Record<TarType, string>> = {
  file: '0',
  hardlink: '1',
  symlink: '2',
  char: '3',
  block: '4',
  directory: '5',
  fifo: '6',
};

const PAX_FLAG = 'x';
const MAX_ID = octalLimit(FIELDS.uid);
const MAX_SIZE = octalLimit(FIELDS.size);
const MAX_DEVICE = octalLimit(FIELDS.devMajor);

/**
 * The blocks that precede the content of one member: a multiple of 512 bytes. Directories get a trailing slash; the
 * empty path is written as `./`. The content, if any, must follow with `padding(size)` zero bytes.
 * @throws AppError ARCHIVE_LIMIT if names and xattrs together exceed what tools can read
 * @throws Error for numbers out of the range of tar
 */
export function encodeHeader(header: TarHeader): Buffer {
  const name = archiveName(header);
  const size = header.type === 'file' ? header.size : 0;
  const records = new Map<string, string>();
  const split = splitName(name);
  if (split === undefined) records.set('path', name);
  const linkTarget = header.linkTarget ?? '';
  if (!fitsText(linkTarget, 100)) records.set('linkpath', linkTarget);
  if (size > MAX_SIZE) records.set('size', String(size));
  if (header.uid > MAX_ID) records.set('uid', String(header.uid));
  if (header.gid > MAX_ID) records.set('gid', String(header.gid));
  if (header.mtimeNs !== 0 || header.mtime < 0 || header.mtime > MAX_SIZE) {
    records.set('mtime', formatTime(header.mtime, header.mtimeNs));
  }
  for (const [key, value] of Object.entries(header.xattrs ?? {})) {
    records.set(XATTR_PREFIX + encodeXattrName(key), value);
  }
  const extension = records.size === 0 ? undefined : formatRecords(records);
  const mainStart = extension === undefined ? 0 : paddedExtensionSize(extension, name);
  const blocks = Buffer.alloc(mainStart + BLOCK_SIZE);
  if (extension !== undefined) writeExtension(blocks, extension, name);
  writeMain(blocks.subarray(mainStart), header, { name, split, linkTarget, size });
  return blocks;
}

function archiveName(header: TarHeader): string {
  if (header.path === '') return './';
  return header.type === 'directory' && !header.path.endsWith('/')
    ? `${header.path}/`
    : header.path;
}

function paddedExtensionSize(extension: Buffer, name: string): number {
  if (extension.length > MAX_SPECIAL_SIZE) {
    throw tooLarge(`the pax header of ${JSON.stringify(name.slice(0, 200))}`, MAX_SPECIAL_SIZE);
  }
  return BLOCK_SIZE + extension.length + padding(extension.length);
}

/** Readers ignore the name of an extended header; this is Go's. */
function writeExtension(blocks: Buffer, extension: Buffer, name: string): void {
  const bare = name.replace(/\/+$/, '');
  const slash = name.endsWith('/') ? bare.length : name.lastIndexOf('/');
  const directory = slash < 0 ? '' : `${name.slice(0, slash)}/`;
  const base = slash < 0 ? name : name.slice(slash + 1);
  const extensionName = ascii(`${directory}PaxHeaders.0/${base}`).slice(0, 100).replace(/\/+$/, '');
  const block = blocks.subarray(0, BLOCK_SIZE);
  block.write(extensionName, 0, 'latin1');
  for (const field of [FIELDS.mode, FIELDS.uid, FIELDS.gid, FIELDS.mtime])
    writeOctal(block, field, 0);
  writeOctal(block, FIELDS.size, extension.length);
  finish(block, PAX_FLAG);
  extension.copy(blocks, BLOCK_SIZE);
}

interface MainFields {
  readonly name: string;
  readonly split: NameParts | undefined;
  readonly linkTarget: string;
  readonly size: number;
}

function writeMain(block: Buffer, header: TarHeader, fields: MainFields): void {
  const { split } = fields;
  block.write(split === undefined ? ascii(fields.name).slice(0, 100) : split.name, 0, 'latin1');
  if (split !== undefined && split.prefix !== '')
    block.write(split.prefix, FIELDS.prefix[0], 'latin1');
  const target = fields.linkTarget;
  if (target !== '') block.write(ascii(target).slice(0, 100), FIELDS.linkName[0], 'latin1');
  writeOctal(block, FIELDS.mode, header.mode & 0o7777);
  writeOctal(block, FIELDS.uid, fitting(header.uid, MAX_ID, 'uid'));
  writeOctal(block, FIELDS.gid, fitting(header.gid, MAX_ID, 'gid'));
  writeOctal(block, FIELDS.size, fitting(fields.size, MAX_SIZE, 'size'));
  writeOctal(block, FIELDS.mtime, header.mtime < 0 ? 0 : fitting(header.mtime, MAX_SIZE, 'mtime'));
  writeOctal(block, FIELDS.devMajor, device(header.devMajor));
  writeOctal(block, FIELDS.devMinor, device(header.devMinor));
  finish(block, TYPE_FLAGS[header.type]);
}

function finish(block: Buffer, type: string): void {
  block.write(type, FIELDS.type[0], 'latin1');
  block.write('ustar\x0000', FIELDS.magic[0], 'latin1');
  writeChecksum(block);
}

/** The field is 0 if the value is in a pax record. */
function fitting(value: number, limit: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`no ${what} for a tar header: ${value}`);
  return value <= limit ? value : 0;
}

function device(value = 0): number {
  if (!Number.isSafeInteger(value) || value < 0 || value > MAX_DEVICE) {
    throw new Error(`no device number for a tar header: ${value}`);
  }
  return value;
}

interface NameParts {
  readonly prefix: string;
  readonly name: string;
}

/** Splits a name into ustar's name and prefix fields; undefined if it needs a pax record. */
function splitName(name: string): NameParts | undefined {
  if (!isPlain(name)) return undefined;
  if (name.length <= 100) return { prefix: '', name };
  if (name.length > 256) return undefined;
  // The last slash with at most 155 bytes before it, except a directory's trailing slash.
  const slash = name.lastIndexOf('/', Math.min(155, name.length - 2));
  if (slash <= 0 || name.length - slash - 1 > 100) return undefined;
  return { prefix: name.slice(0, slash), name: name.slice(slash + 1) };
}

function fitsText(text: string, length: number): boolean {
  return text.length <= length && isPlain(text);
}

function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code >= 0x80) return false;
    if (code === 0) throw new Error('a NUL byte in a name for a tar header');
  }
  return true;
}

function ascii(text: string): string {
  return text.replace(/[^\x01-\x7f]/g, '');
}
