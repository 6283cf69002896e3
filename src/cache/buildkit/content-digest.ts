/**
 * BuildKit's digests of files that are used: over metadata (times left out) and contents, the owner being root, as it is
 * for files of a local directory.
 * https://github.com/moby/buildkit/blob/v0.32.2/cache/contenthash/checksum.go
 */
import { createHash, hash } from 'node:crypto';
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import {
  baseName,
  type ContentDigest,
  compileGoPattern,
  type FileEntry,
  type FileTree,
  hasWildcard,
  resolveInTree,
  toBytes,
} from '../../files/index.ts';
import { pathsDigest, sortedBytes } from './keys.ts';

/** A file that has changed since its digest was taken, or that BuildKit treats in ways not known here. */
class NoDigest extends Error {}

/**
 * Of what a copy takes.
 *
 * @param paths absolute, may have wildcards; links are followed
 * @returns undefined where there is none that could be relied on
 */
export function copiedDigest(
  tree: FileTree,
  paths: readonly string[],
): Promise<string | undefined> {
  return unlessNone(async () => {
    const plain = outermost(paths.filter((path) => !hasWildcard(path)));
    const selected = sortedBytes([...plain, ...paths.filter(hasWildcard)]);
    const digests: string[] = [];
    for (const path of selected) {
      if (path.includes('\\')) throw new NoDigest();
      digests.push(
        hasWildcard(path) ? await wildcardDigest(tree, path) : await pathDigest(tree, path, true),
      );
    }
    return pathsDigest(digests);
  });
}

/** Of what is mounted. */
export function mountedDigest(
  tree: FileTree,
  paths: readonly string[],
): Promise<string | undefined> {
  return unlessNone(async () => {
    if (paths.includes('/')) return pathsDigest([await pathDigest(tree, '/', false)]);
    const digests: string[] = [];
    for (const path of outermost(paths)) digests.push(await pathDigest(tree, path, true));
    return pathsDigest(digests);
  });
}

async function unlessNone(digest: () => Promise<string>): Promise<string | undefined> {
  try {
    return await digest();
  } catch (error) {
    if (error instanceof NoDigest) return undefined;
    throw error;
  }
}

/** Without what lies in another of them. */
function outermost(paths: readonly string[]): string[] {
  const all = [...new Set(paths)];
  const below = (path: string, other: string) =>
    path !== other && path.startsWith(other.endsWith('/') ? other : `${other}/`);
  return sortedBytes(all.filter((path) => !all.some((other) => below(path, other))));
}

async function pathDigest(tree: FileTree, path: string, followLast: boolean): Promise<string> {
  const { entry } = resolveInTree(tree, toBytes(path), { followLast });
  if (entry === undefined) throw new NoDigest();
  return entryDigest(tree, entry);
}

/** Of a directory with all that is in it, or of a file. */
async function entryDigest(tree: FileTree, entry: FileEntry): Promise<string> {
  if (entry.type !== 'directory') return fileDigest(tree, entry);
  const digest = createHash('sha256').update(`\0${headerDigest(tree, entry)}`);
  for (const child of tree.list(entry.path)) {
    digest.update(`\0${plainName(child)}`, 'latin1').update(await entryDigest(tree, child));
  }
  return `sha256:${digest.digest('hex')}`;
}

/** The root has no metadata of its own. */
function headerDigest(tree: FileTree, entry: FileEntry): string {
  const text = entry.path === '' ? '' : header(tree, entry);
  return `sha256:${hash('sha256', Buffer.from(text, 'latin1'), 'hex')}`;
}

/** BuildKit's tree of names cannot tell one that begins with the highest byte from what is below another. */
function plainName({ path }: FileEntry): string {
  const name = baseName(path);
  if (name.startsWith('\xff')) throw new NoDigest();
  return name;
}

interface Included {
  readonly path: string;
  readonly digest: string;
}

async function wildcardDigest(tree: FileTree, pattern: string): Promise<string> {
  const parts = toBytes(pattern).split('/').slice(1);
  const first = parts.findIndex(hasWildcard);
  const written = parts.slice(0, first).join('/');
  const start = resolveInTree(tree, written);
  const included: Included[] = [];
  if (start.entry !== undefined) {
    const matches = compileGoPattern(parts.slice(first).join('/'));
    const depth = parts.length - first;
    const prefix = start.path === '' ? '' : `${start.path}/`;
    for (const match of entriesAt(tree, start.entry, depth)) {
      const below = match.path.slice(prefix.length);
      if (matches(below)) await include(tree, match, { path: `\0${below}`, included });
    }
  }
  const [only, ...others] = included;
  if (only === undefined) return pathsDigest([]);
  if (others.length === 0 && baseName(only.path.replaceAll('\0', '/')) === parts.at(-1)) {
    return only.digest;
  }
  const digest = createHash('sha256');
  for (const { path, digest: own } of included) digest.update(path, 'latin1').update(own);
  return `sha256:${digest.digest('hex')}`;
}

/** What lies so many names below a directory, in the order of names. */
function entriesAt(tree: FileTree, directory: FileEntry, depth: number): readonly FileEntry[] {
  const children = tree.list(directory.path);
  for (const child of children) plainName(child);
  return depth === 1 ? children : children.flatMap((child) => entriesAt(tree, child, depth - 1));
}

/** A match is taken with what its link points to; what is below a matching directory is taken one by one. */
async function include(
  tree: FileTree,
  entry: FileEntry,
  { path, included }: { readonly path: string; readonly included: Included[] },
): Promise<void> {
  if (entry.type === 'directory') {
    included.push({ path, digest: headerDigest(tree, entry) });
    return includeBelow(tree, entry, { path, included });
  }
  const { entry: behind } = entry.type === 'symlink' ? resolveInTree(tree, entry.path) : { entry };
  if (behind === undefined) throw new NoDigest();
  included.push({ path, digest: await entryDigest(tree, behind) });
}

async function includeBelow(
  tree: FileTree,
  directory: FileEntry,
  { path, included }: { readonly path: string; readonly included: Included[] },
): Promise<void> {
  for (const child of tree.list(directory.path)) {
    const below = `${path}\0${plainName(child)}`;
    if (child.type === 'directory') {
      included.push({ path: below, digest: headerDigest(tree, child) });
      await includeBelow(tree, child, { path: below, included });
    } else included.push({ path: below, digest: await fileDigest(tree, child) });
  }
}

const TYPEFLAGS: Partial<Record<FileEntry['type'], string>> = {
  file: '0',
  symlink: '2',
  directory: '5',
};

/** As Docker's tarsum has it; latin1 bytes. */
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

const CHUNK = 1 << 20;

async function fileDigest(tree: FileTree, entry: FileEntry): Promise<string> {
  const digest = createHash('sha256').update(header(tree, entry), 'latin1');
  if (entry.type === 'file') await readInto(tree, entry, digest);
  return `sha256:${digest.digest('hex')}`;
}

/** What is read has to be what the step's own key is made of: a context is alive. */
async function readInto(
  tree: FileTree,
  entry: FileEntry,
  digest: ReturnType<typeof createHash>,
): Promise<void> {
  const { hostPath, offset, size } = tree.content(entry);
  const own = createHash('sha512-256');
  const buffer = Buffer.allocUnsafe(Math.min(size, CHUNK));
  const file = await open(
    Buffer.from(hostPath, 'latin1'),
    constants.O_RDONLY | constants.O_NOFOLLOW,
  );
  try {
    let done = 0;
    while (done < size) {
      const length = Math.min(CHUNK, size - done);
      const { bytesRead } = await file.read(buffer, 0, length, offset + done);
      if (bytesRead === 0) throw new NoDigest();
      digest.update(buffer.subarray(0, bytesRead));
      own.update(buffer.subarray(0, bytesRead));
      done += bytesRead;
    }
  } finally {
    await file.close();
  }
  const known = tree.knownDigest(entry);
  const read = `sha512-256:${own.digest('hex')}` as ContentDigest;
  if (known !== undefined && known !== read) throw new NoDigest();
}
