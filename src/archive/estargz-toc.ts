/** The table of contents of an eStargz layer. Keys and their order are those of its reference implementation. */
import type { TarHeader, TarType } from './header.ts';

/** The name of the table in the tar. */
export const TOC_NAME = 'stargz.index.json';

/** One file, or a further piece of a large one. Texts are bytes in latin1 strings. */
export interface TocEntry {
  readonly name: string;
  readonly type: 'dir' | 'reg' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo' | 'chunk';
  readonly size?: number | undefined;
  readonly modtime?: string | undefined;
  readonly linkName?: string | undefined;
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Where the gzip member with the content starts in the blob. */
  offset?: number | undefined;
  readonly devMajor?: number | undefined;
  readonly devMinor?: number | undefined;
  readonly xattrs?: Readonly<Record<string, string>> | undefined;
  digest?: string | undefined;
  chunkOffset?: number | undefined;
  /** Absent: to the end of the file. */
  chunkSize?: number | undefined;
  chunkDigest?: string | undefined;
}

const TYPES: Readonly<Record<TarType, TocEntry['type']>> = {
  file: 'reg',
  directory: 'dir',
  symlink: 'symlink',
  hardlink: 'hardlink',
  char: 'char',
  block: 'block',
  fifo: 'fifo',
};

/** What the table says of a member; for a file, its content is still to be described. */
export function tocEntry(header: TarHeader): TocEntry {
  const isLink = header.type === 'symlink' || header.type === 'hardlink';
  const isDevice = header.type === 'char' || header.type === 'block';
  return {
    name: header.path,
    type: TYPES[header.type],
    size: header.type === 'file' ? header.size : undefined,
    modtime: modificationTime(header),
    linkName: isLink ? header.linkTarget : undefined,
    mode: header.mode,
    uid: header.uid,
    gid: header.gid,
    devMajor: isDevice ? header.devMajor : undefined,
    devMinor: isDevice ? header.devMinor : undefined,
    xattrs: header.xattrs,
  };
}

/** To the nearest second; nothing for the epoch itself, as for a time that is not known. */
function modificationTime({ mtime, mtimeNs }: TarHeader): string | undefined {
  if (mtime === 0 && mtimeNs === 0) return undefined;
  const seconds = mtimeNs >= 500_000_000 ? mtime + 1 : mtime;
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  // Other years have no form in RFC 3339.
  if (!(year >= 0 && year <= 9999)) return undefined;
  return date.toISOString().replace('.000Z', 'Z');
}

export function encodeToc(entries: readonly TocEntry[]): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, entries: entries.map(jsonEntry) }));
}

/** Zeros and empty texts are left out. */
function jsonEntry(entry: TocEntry): Record<string, unknown> {
  const { name, type, size, modtime, linkName, mode, uid, gid, offset, devMajor, devMinor } = entry;
  const { xattrs, digest, chunkOffset, chunkSize, chunkDigest } = entry;
  const members = {
    ...{ name: text(name), type, size, modtime, linkName: text(linkName ?? '') },
    ...{ mode, uid, gid, offset, devMajor, devMinor, xattrs: xattrs && base64Values(xattrs) },
    ...{ digest, chunkOffset, chunkSize, chunkDigest },
  };
  const isSaid = ([key, value]: [string, unknown]): boolean =>
    key === 'name' || (value !== undefined && value !== 0 && value !== '');
  return Object.fromEntries(Object.entries(members).filter(isSaid));
}

function base64Values(xattrs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(xattrs).map(([key, value]) => [
      text(key),
      Buffer.from(value, 'latin1').toString('base64'),
    ]),
  );
}

function text(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
