/**
 * BuildKit's digests of files and directories: a header as Docker's tarsum has it, then the contents.
 * https://github.com/moby/buildkit/blob/v0.32.2/cache/contenthash/tarsum.go
 */
import { createHash, type Hash, hash } from 'node:crypto';
import { closeSync, read, readSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { baseName, type ContentRange, type FileEntry, type FileTree } from '../../files/index.ts';
import { sortedBytes } from '../../llb/index.ts';
import { openContent } from '../../system/index.ts';

/** A file that changed after its digest was taken, or that BuildKit treats in ways not known here. */
export class NoDigest extends Error {}

/** Of a directory with all that is in it, or of a file. */
export async function entryDigest(tree: FileTree, entry: FileEntry): Promise<string> {
  if (entry.type !== 'directory') return fileDigest(tree, entry);
  const digest = createHash('sha256').update(`\0${headerDigest(tree, entry)}`);
  for (const child of tree.list(entry.path)) {
    digest.update(`\0${plainName(child)}`, 'latin1').update(await entryDigest(tree, child));
  }
  return `sha256:${digest.digest('hex')}`;
}

/** The root has no metadata of its own. */
export function headerDigest(tree: FileTree, entry: FileEntry): string {
  const text = entry.path === '' ? '' : header(tree, entry);
  return `sha256:${hash('sha256', Buffer.from(text, 'latin1'), 'hex')}`;
}

/** In BuildKit's tree, a name that begins with the highest byte looks like a child of another name. */
export function plainName({ path }: FileEntry): string {
  const name = baseName(path);
  if (name.startsWith('\xff')) throw new NoDigest();
  return name;
}

const TYPEFLAGS: Partial<Record<FileEntry['type'], string>> = {
  file: '0',
  symlink: '2',
  directory: '5',
};

/** As in Docker's tarsum; latin1 bytes. */
function header(tree: FileTree, entry: FileEntry): string {
  const { type, mode, size, linkTarget = '', xattrs = {} } = tree.complete?.(entry) ?? entry;
  const typeflag = TYPEFLAGS[type];
  if (typeflag === undefined) throw new NoDigest();
  const names = sortedBytes(Object.keys(xattrs)).filter(
    (name) => name === 'security.capability' || !/^(security|system)\./.test(name),
  );
  return [
    'name',
    `mode${type === 'symlink' ? 0o777 : mode}`,
    ...['uid0', 'gid0'],
    `size${type === 'file' ? size : 0}`,
    `typeflag${typeflag}`,
    `linkname${type === 'symlink' ? linkTarget : ''}`,
    ...['uname', 'gname', 'devmajor0', 'devminor0'],
    ...names.map((name) => `${name}${xattrs[name]}`),
  ].join('');
}

const SMALL = 256 * 1024;
const CHUNK = 1 << 20;
const readAsync = promisify(read);

export async function fileDigest(tree: FileTree, entry: FileEntry): Promise<string> {
  const digest = createHash('sha256').update(header(tree, entry), 'latin1');
  if (entry.type === 'file') await readInto(tree, entry, digest);
  return `sha256:${digest.digest('hex')}`;
}

/** The file must not have changed since the step's own key was made: a context is alive. */
async function readInto(tree: FileTree, entry: FileEntry, digest: Hash): Promise<void> {
  await nextTurn();
  const range = tree.content(entry);
  const own = createHash('sha512-256');
  const take = (bytes: Uint8Array) => {
    digest.update(bytes);
    own.update(bytes);
  };
  if (range.size <= SMALL) readSmall(range, take);
  else await readLarge(range, take);
  const known = tree.knownDigest(entry);
  const read = `sha512-256:${own.digest('hex')}`;
  if (known !== undefined && known !== read) throw new NoDigest();
}

type Take = (bytes: Uint8Array) => void;

/** Synchronous, since the trips through the thread pool cost more than the reading. */
function readSmall(range: ContentRange, take: Take): void {
  const { offset, size } = range;
  const file = openContent(range);
  try {
    const buffer = Buffer.allocUnsafe(size);
    let done = 0;
    while (done < size) {
      const count = readSync(file, buffer, done, size - done, offset + done);
      if (count === 0) throw new NoDigest();
      done += count;
    }
    take(buffer);
  } finally {
    closeSync(file);
  }
}

async function readLarge(range: ContentRange, take: Take): Promise<void> {
  const { offset, size } = range;
  const file = openContent(range);
  try {
    const buffer = Buffer.allocUnsafe(CHUNK);
    let done = 0;
    while (done < size) {
      const length = Math.min(CHUNK, size - done);
      const { bytesRead } = await readAsync(file, buffer, 0, length, offset + done);
      if (bytesRead === 0) throw new NoDigest();
      take(buffer.subarray(0, bytesRead));
      done += bytesRead;
    }
  } finally {
    closeSync(file);
  }
}
