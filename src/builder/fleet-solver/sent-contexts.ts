/** The parts of contexts that a build's steps read: nothing else is sent. */
import { type ContextTree, entriesOfSources } from '../../context/index.ts';
import { AppError } from '../../errors.ts';
import {
  type BytePath,
  cleanPath,
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
      : entriesOfSources(tree, sources);
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function mayLeadAway(tree: ContextTree, source: string): boolean {
  const parts = cleanPath(toBytes(source)).split('/');
  const wild = parts.findIndex((part) => hasWildcard(part));
  const fixed = (wild < 0 ? parts : parts.slice(0, wild)).join('/');
  if (fixed === '') return true;
  for (let path = fixed; path !== ''; path = parentPath(path)) {
    if (tree.lookup(path)?.type === 'symlink') return true;
  }
  return wild >= 0 && hasLink(tree, fixed);
}

function hasLink(tree: ContextTree, path: BytePath): boolean {
  return tree
    .list(path)
    .some(
      ({ type, path: below }) =>
        type === 'symlink' || (type === 'directory' && hasLink(tree, below)),
    );
}
