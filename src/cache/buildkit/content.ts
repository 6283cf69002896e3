/**
 * The digest that BuildKit has of files of a build context: of a file its attributes, but no times, and its bytes, of a
 * directory what is in it.
 */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { FileEntry, FileTree } from '../../files/index.ts';
import { type Digest, digestOf } from '../../oci/index.ts';

/** BuildKit is not told of the attributes of a context's own directory. */
const ROOT_HEADER = digestOf(Buffer.alloc(0));

const TYPE_FLAGS: Readonly<Record<FileEntry['type'], string | undefined>> = {
  ...{ file: '0', symlink: '2', char: '3', block: '4', directory: '5', fifo: '6' },
  socket: undefined,
};

export interface ContextContent {
  readonly tree: FileTree;
  readonly signal?: AbortSignal | undefined;
}

/**
 * @param paths of the tree; `''`: all of it
 * @returns undefined for what BuildKit may see in another way: links, extended attributes, sockets
 */
export async function contextDigest(
  content: ContextContent,
  paths: readonly string[],
): Promise<Digest | undefined> {
  const digests: Digest[] = [];
  for (const path of withoutInner(paths)) {
    const entry = content.tree.lookup(path);
    if (entry === undefined || entry.type === 'symlink') return undefined;
    const digest = await entryDigest(content, entry);
    if (digest === undefined) return undefined;
    digests.push(digest);
  }
  return digestOf(Buffer.from(digests.join('\0')));
}

/** In order, each once, and none that lies in another. */
function withoutInner(paths: readonly string[]): readonly string[] {
  const all = [...new Set(paths)].sort();
  const isInner = (path: string) =>
    all.some((other) => other !== path && (other === '' || path.startsWith(`${other}/`)));
  return all.filter((path) => !isInner(path));
}

async function entryDigest(content: ContextContent, entry: FileEntry): Promise<Digest | undefined> {
  const { tree, signal } = content;
  signal?.throwIfAborted();
  const whole = tree.complete?.(entry) ?? entry;
  const hash = header(whole);
  if (hash === undefined) return undefined;
  if (whole.type === 'file') return fileDigest(tree, whole, hash);
  if (whole.type !== 'directory') return `sha256:${hash.digest('hex')}` as Digest;
  const own = whole.path === '' ? ROOT_HEADER : `sha256:${hash.digest('hex')}`;
  const all = createHash('sha256').update('\0').update(own);
  for (const child of tree.list(whole.path)) {
    const digest = await entryDigest(content, child);
    if (digest === undefined) return undefined;
    all.update('\0').update(nameOf(child), 'latin1').update(digest);
  }
  return `sha256:${all.digest('hex')}` as Digest;
}

async function fileDigest(tree: FileTree, entry: FileEntry, hash: Hash): Promise<Digest> {
  const { hostPath, offset, size } = tree.content(entry);
  if (size > 0) {
    const range = { start: offset, end: offset + size - 1 };
    const bytes = createReadStream(Buffer.from(hostPath, 'latin1'), range);
    for await (const chunk of bytes) hash.update(chunk);
  }
  return `sha256:${hash.digest('hex')}` as Digest;
}

/** Contexts belong to root. */
function header(entry: FileEntry): Hash | undefined {
  const typeFlag = TYPE_FLAGS[entry.type];
  if (typeFlag === undefined || entry.linkGroup !== undefined || entry.xattrs !== undefined) {
    return undefined;
  }
  const mode = entry.type === 'symlink' ? 0o777 : entry.mode;
  const fields = [
    ...[`name`, `mode${mode}`, 'uid0', 'gid0', `size${entry.size}`, `typeflag${typeFlag}`],
    ...[`linkname${entry.linkTarget ?? ''}`, 'uname', 'gname'],
    ...[`devmajor${entry.devMajor ?? 0}`, `devminor${entry.devMinor ?? 0}`],
  ];
  return createHash('sha256').update(fields.join(''), 'latin1');
}

function nameOf({ path }: FileEntry): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
