/** The parts of contexts that a build's steps read: nothing else is sent. */
import { type ContextTree, entriesOfSources } from '../../context/index.ts';
import { AppError } from '../../errors.ts';
import {
  type BytePath,
  cleanPath,
  expandWildcards,
  type FileEntry,
  hasWildcard,
  parentPath,
  toBytes,
} from '../../files/index.ts';
import type { SentTree } from '../../fleet/index.ts';

/** @param sources of COPY, ADD and mounts, as written */
export function sentTree(tree: ContextTree, sources: readonly string[]): SentTree {
  const wanted = wantedOf(tree, sources);
  if (wanted === undefined) return { tree, includes: () => true };
  const paths = new Set<BytePath>();
  for (const { path } of wanted) {
    for (let each = path; each !== '' && !paths.has(each); each = parentPath(each)) paths.add(each);
  }
  return { tree, includes: ({ path }) => paths.has(path) };
}

/** @returns undefined if all is needed: a link may lead anywhere, and the daemon reports wrong patterns */
function wantedOf(
  tree: ContextTree,
  sources: readonly string[],
): ReadonlySet<FileEntry> | undefined {
  try {
    return sources.some((source) => mayLeadAway(tree, source))
      ? undefined
      : new Set(entriesOfSources(tree, sources));
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function mayLeadAway(tree: ContextTree, source: string): boolean {
  // Patterns of --parents may name classes of characters.
  if (source.includes('[:')) return true;
  const clean = cleanPath(toBytes(source));
  const parts = clean.split('/');
  const deep = parts.findIndex((part) => part.includes('**'));
  if (deep >= 0) {
    const above = parts.slice(0, deep).join('/');
    return above === '' || passesLink(tree, above) || hasLink(tree, above);
  }
  const paths = hasWildcard(clean) ? expandWildcards(tree, clean) : [clean];
  return paths.some((path) => path === '' || passesLink(tree, path));
}

function passesLink(tree: ContextTree, path: BytePath): boolean {
  for (let each = path; each !== ''; each = parentPath(each)) {
    if (tree.lookup(each)?.type === 'symlink') return true;
  }
  return false;
}

function hasLink(tree: ContextTree, path: BytePath): boolean {
  return tree
    .list(path)
    .some(
      ({ type, path: below }) =>
        type === 'symlink' || (type === 'directory' && hasLink(tree, below)),
    );
}
