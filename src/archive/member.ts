/** Combines a header block with the extended headers before it into the metadata of one member. */
import { checkEntry } from './entry-limits.ts';
import { corrupt, unsupported } from './failures.ts';
import { FIELDS, type Field, readNumber, readText } from './fields.ts';
import type { TarHeader, TarType } from './header.ts';
import { decodeXattrName, parseTime, XATTR_PREFIX } from './pax.ts';
import { binarySparseMap, paxSparseMap, type SparseMap } from './sparse.ts';

/** Extended headers for the next member. */
export interface Extensions {
  /** Records of pax headers, global ones first. */
  records: ReadonlyMap<string, string>;
  /** GNU long name and long link target. */
  longName: string | undefined;
  longLink: string | undefined;
  /** Whether an extended header is waiting for its member. */
  pending: boolean;
}

const NO_RECORDS: ReadonlyMap<string, string> = new Map();

export function noExtensions(): Extensions {
  return { records: NO_RECORDS, longName: undefined, longLink: undefined, pending: false };
}

export interface RawMember {
  readonly header: TarHeader;
  /** Bytes stored in the archive for this member; less than the size for sparse files. */
  readonly storedSize: number;
  readonly sparse?: SparseMap | undefined;
}

const TYPES: Readonly<Record<string, TarType>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  S: 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'directory',
  '6': 'fifo',
  D: 'directory',
};

/**
 * @param position of the block in the archive, for messages
 * @throws AppError ARCHIVE_CORRUPT, ARCHIVE_UNSUPPORTED, ENTRY_UNSTORABLE
 */
export function readMember(block: Buffer, extensions: Extensions, position: number): RawMember {
  const { records } = extensions;
  const typeFlag = typeFlagOf(block);
  const path = memberPath(block, extensions);
  const type = memberType(typeFlag, path, position);
  const size = numberOf(block, 'size', records, position);
  if (size < 0) throw corrupt('negative size', position);
  const time = memberTime(block, records, position);
  const linkTarget =
    records.get('linkpath') || extensions.longLink || readText(block, FIELDS.linkName);
  if (path.includes('\0') || linkTarget.includes('\0')) {
    throw corrupt('NUL byte in a name', position);
  }
  const isLink = type === 'symlink' || type === 'hardlink';
  const isDevice = type === 'char' || type === 'block';
  const header: TarHeader = {
    path,
    type,
    mode: (readNumber(block, FIELDS.mode) ?? badField('mode', position)) & 0o7777,
    uid: numberOf(block, 'uid', records, position),
    gid: numberOf(block, 'gid', records, position),
    size: type === 'file' ? size : 0,
    mtime: time.seconds,
    mtimeNs: time.nanoseconds,
    // Every key is there, so that all headers share one shape.
    linkTarget: isLink ? linkTarget : undefined,
    devMajor: isDevice ? deviceNumber(block, FIELDS.devMajor, position) : undefined,
    devMinor: isDevice ? deviceNumber(block, FIELDS.devMinor, position) : undefined,
    xattrs: memberXattrs(records),
  };
  checkEntry(header);
  const storedSize = type === 'file' || typeFlag === 'D' ? size : 0;
  if (type !== 'file') return { header, storedSize };
  return { header, storedSize, sparse: sparseMap(block, { typeFlag, records }, position) };
}

function sparseMap(
  block: Buffer,
  { typeFlag, records }: { typeFlag: string; records: ReadonlyMap<string, string> },
  position: number,
): SparseMap | undefined {
  if (typeFlag === 'S') return binarySparseMap(block, position);
  return records.size > 0 ? paxSparseMap(records, position) : undefined;
}

function deviceNumber(block: Buffer, field: Field, position: number): number {
  return readNumber(block, field) ?? badField('device number', position);
}

function badField(what: string, position: number): never {
  throw corrupt(`unreadable ${what}`, position);
}

/** The type of a member, as a character. */
export function typeFlagOf(block: Buffer): string {
  return String.fromCharCode(block[FIELDS.type[0]] ?? 0);
}

/** In old archives and GNU tar's, a trailing slash may be the only mark of a directory. */
function memberType(typeFlag: string, path: string, position: number): TarType {
  const type = TYPES[typeFlag];
  if (type === undefined) {
    const shown = JSON.stringify(typeFlag);
    throw unsupported(`the archive has an entry of the unknown type ${shown} at byte ${position}`);
  }
  return typeFlag === '\0' && path.endsWith('/') ? 'directory' : type;
}

function memberPath(block: Buffer, { records, longName }: Extensions): string {
  const sparseName = records.get('GNU.sparse.name');
  const extended = sparseName || records.get('path') || longName;
  if (extended) return extended;
  const name = readText(block, FIELDS.name);
  const prefix = namePrefix(block);
  return prefix === '' ? name : `${prefix}/${name}`;
}

function namePrefix(block: Buffer): string {
  if (block[FIELDS.prefix[0]] === 0) return '';
  const magic = block.toString('latin1', 257, 265);
  if (magic.startsWith('ustar\0')) {
    const isStar = readText(block, FIELDS.starTrailer) === 'tar';
    return readText(block, isStar ? FIELDS.starPrefix : FIELDS.prefix);
  }
  // GNU tar stores times in this field; Go before 1.9 marked blocks as GNU's and still wrote a prefix.
  if (magic !== 'ustar  \0') return '';
  const holdsTimes =
    readNumber(block, FIELDS.gnuAtime) !== undefined &&
    readNumber(block, FIELDS.gnuCtime) !== undefined;
  return holdsTimes ? '' : readText(block, FIELDS.prefix);
}

function numberOf(
  block: Buffer,
  field: 'size' | 'uid' | 'gid',
  records: ReadonlyMap<string, string>,
  position: number,
): number {
  const record = records.get(field);
  if (record === undefined || record === '') {
    return readNumber(block, FIELDS[field]) ?? badField(field, position);
  }
  const value = /^-?[0-9]{1,16}$/.test(record) ? Number(record) : Number.NaN;
  return Number.isSafeInteger(value) ? value : badField(field, position);
}

function memberTime(
  block: Buffer,
  records: ReadonlyMap<string, string>,
  position: number,
): { seconds: number; nanoseconds: number } {
  const record = records.get('mtime');
  if (record !== undefined && record !== '')
    return parseTime(record) ?? badField('mtime', position);
  return {
    seconds: readNumber(block, FIELDS.mtime) ?? badField('mtime', position),
    nanoseconds: 0,
  };
}

function memberXattrs(records: ReadonlyMap<string, string>): Record<string, string> | undefined {
  if (records.size === 0) return undefined;
  const pairs: [string, string][] = [];
  for (const [key, value] of records) {
    if (key.startsWith(XATTR_PREFIX))
      pairs.push([decodeXattrName(key.slice(XATTR_PREFIX.length)), value]);
  }
  return pairs.length === 0 ? undefined : Object.fromEntries(pairs);
}
