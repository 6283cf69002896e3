/** The table of contents of an eStargz layer. Keys and their order follow the reference implementation. */
import type { TarHeader, TarType } from './header.ts';

/** The name of the table in the tar. */
export const TOC_NAME = 'stargz.index.json';

/** One file, or a further chunk of a large one. Strings are latin1 bytes. */
export interface TocEntry {
  readonly name: string;
  readonly type: 'dir' | 'reg' | 'symlink' | 'hardlink' | 'char' | 'block' | 'fifo' | 'chunk';
  readonly size?: number | undefined;
  readonly modtime?: string | undefined;
  readonly linkName?: string | undefined;
  readonly mode?: number | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  /** Offset in the blob of the gzip member with the content. */
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

/** The table's entry for a member, without the chunks of its content. */
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

/** To the nearest second; undefined for the epoch, which means an unknown time. */
function modificationTime({ mtime, mtimeNs }: TarHeader): string | undefined {
  if (mtime === 0 && mtimeNs === 0) return undefined;
  const seconds = mtimeNs >= 500_000_000 ? mtime + 1 : mtime;
  const date = new Date(seconds * 1000);
  const year = date.getUTCFullYear();
  // RFC 3339 has no other years.
  if (!(year >= 0 && year <= 9999)) return undefined;
  return date.toISOString().replace('.000Z', 'Z');
}

export function encodeToc(entries: readonly TocEntry[]): Buffer {
  return Buffer.from(JSON.stringify({ version: 1, entries: entries.map(jsonEntry) }));
}

/** Omits zeros and empty strings. */
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
