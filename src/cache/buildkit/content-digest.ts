/**
 * BuildKit's digests of used files: over metadata (without times) and contents, with root as the owner, as for files
 * of a local directory.
 * https://github.com/moby/buildkit/blob/v0.32.2/cache/contenthash/checksum.go
 */
import { AppError } from '../../errors.ts';
import {
  compileGoPattern,
  type FileEntry,
  type FileTree,
  hasWildcard,
  PathPatterns,
  pathParts,
  resolveInTree,
  toBytes,
} from '../../files/index.ts';
import { compareBytes, sortedBytes } from '../../llb/index.ts';
import { entryDigest, NoDigest, plainName } from './entry-digest.ts';
import { type Filter, Inclusion } from './inclusion.ts';
import { pathsDigest } from './keys.ts';

export interface CopiedPath {
  /** Absolute, may have wildcards; links are followed. */
  readonly path: string;
  /** With --parents: a pattern of the files to take, relative to the path. */
  readonly include?: string | undefined;
}

export interface Copied {
  readonly paths: readonly CopiedPath[];
  /** Patterns of files to leave out, relative to each path. */
  readonly exclude: readonly string[];
}

/** From this many elements on, Go's sort does not keep equal ones in order. */
const MANY = 12;

/**
 * Of the files that a copy takes.
 *
 * @returns undefined if there is no reliable digest
 */
export function copiedDigest(
  tree: FileTree,
  { paths, exclude }: Copied,
): Promise<string | undefined> {
  return unlessNone(async () => {
    const isFiltered = ({ path, include }: CopiedPath) =>
      exclude.length > 0 || include !== undefined || hasWildcard(path);
    const plain = outermost(paths.filter((one) => !isFiltered(one)).map(({ path }) => path));
    const all = [...plain.map((path): CopiedPath => ({ path })), ...paths.filter(isFiltered)];
    const isUnsure = all.length > MANY && new Set(all.map(({ path }) => path)).size < all.length;
    if (isUnsure || all.some(({ path }) => path.includes('\\'))) throw new NoDigest();
    const digests: string[] = [];
    for (const one of all.sort((a, b) => compareBytes(a.path, b.path))) {
      digests.push(
        isFiltered(one)
          ? await filteredDigest(tree, one.path, filterOf(one.include, exclude))
          : await pathDigest(tree, one.path, true),
      );
    }
    return pathsDigest(digests);
  });
}

function filterOf(include: string | undefined, exclude: readonly string[]): Filter {
  // The combination of both is not supported.
  if (include !== undefined && exclude.length > 0) throw new NoDigest();
  return {
    include: patternsOf(include === undefined ? [] : [include]),
    exclude: patternsOf(exclude),
  };
}

/** Exclusions with exceptions, or of the source itself, are not supported. */
function patternsOf(patterns: readonly string[]): PathPatterns | undefined {
  if (patterns.length === 0) return undefined;
  if (patterns.some((pattern) => /^\s*!|^[*/.\s]*$/.test(pattern))) throw new NoDigest();
  return new PathPatterns(patterns);
}

/** Of the mounted files. */
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

/** Files that cannot be read, or links in circles: the step itself reports them. */
async function unlessNone(digest: () => Promise<string>): Promise<string | undefined> {
  try {
    return await digest();
  } catch (error) {
    const isOfFiles = error instanceof Error && 'syscall' in error;
    if (isOfFiles || error instanceof NoDigest || error instanceof AppError) return undefined;
    throw error;
  }
}

/** Without paths inside another of them. */
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

/** Of files taken one by one: matches of wildcards, or directories of which some files are left out. */
async function filteredDigest(tree: FileTree, path: string, filter: Filter): Promise<string> {
  const parts = pathParts(toBytes(path));
  const first = parts.findIndex(hasWildcard);
  const plain = first < 0 ? parts : parts.slice(0, first);
  const start = resolveInTree(tree, plain.join('/'), { followLast: first >= 0 });
  const inclusion = new Inclusion(tree, filter);
  if (first < 0) {
    if (start.entry === undefined) throw new NoDigest();
    await inclusion.take(start.entry, '');
  } else if (start.entry !== undefined) {
    const matches = compileGoPattern(parts.slice(first).join('/'));
    const above = start.path === '' ? 0 : start.path.length + 1;
    for (const match of entriesAt(tree, start.entry, parts.length - first)) {
      const below = match.path.slice(above);
      if (matches(below)) await inclusion.take(match, `\0${below.replaceAll('/', '\0')}`);
    }
  }
  return inclusion.digest(parts.at(-1) ?? '', plain.at(-1) ?? '');
}

/** Files a number of names below a directory, in the order of names. */
function entriesAt(tree: FileTree, directory: FileEntry, depth: number): readonly FileEntry[] {
  const children = tree.list(directory.path);
  for (const child of children) plainName(child);
  return depth === 1 ? children : children.flatMap((child) => entriesAt(tree, child, depth - 1));
}
