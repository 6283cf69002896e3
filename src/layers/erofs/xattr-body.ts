/** Extended attributes as EROFS keeps them, right after the inode. */
import type { Xattrs } from '../../files/index.ts';

/** Each well-known prefix is a number; the kernel cannot return other attributes. */
const PREFIXES: readonly (readonly [prefix: string, index: number])[] = [
  ['user.', 1],
  ['system.posix_acl_access', 2],
  ['system.posix_acl_default', 3],
  ['trusted.', 4],
  ['security.', 6],
];
const HEADER = 12;
const ENTRY = 4;
const MAX_NAME = 255;
const MAX_VALUE = 65_535;

/**
 * @returns the bytes, a multiple of 4; empty when there is nothing to keep. Attributes of unknown kinds are left out,
 * as they are when a host's file system refuses them.
 */
export function encodeXattrs(xattrs: Xattrs | undefined): Buffer {
  const entries = Object.keys(xattrs ?? {})
    .sort()
    .flatMap((name) => encodeEntry(name, xattrs?.[name] ?? ''));
  if (entries.length === 0) return Buffer.alloc(0);
  return Buffer.concat([Buffer.alloc(HEADER), ...entries]);
}

/** The inode's field for the size of its attributes. */
export function xattrCount(body: Buffer): number {
  return body.length === 0 ? 0 : (body.length - HEADER) / 4 + 1;
}

function encodeEntry(name: string, value: string): Buffer[] {
  const known = PREFIXES.find(([prefix]) =>
    prefix.endsWith('.') ? name.startsWith(prefix) : name === prefix,
  );
  if (known === undefined) return [];
  const [prefix, index] = known;
  const rest = name.slice(prefix.length);
  if (rest.length > MAX_NAME || value.length > MAX_VALUE) return [];
  const length = ENTRY + rest.length + value.length;
  const bytes = Buffer.alloc(Math.ceil(length / 4) * 4);
  bytes.writeUInt8(rest.length, 0);
  bytes.writeUInt8(index, 1);
  bytes.writeUInt16LE(value.length, 2);
  bytes.write(rest + value, ENTRY, 'latin1');
  return [bytes];
}
