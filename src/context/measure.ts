/** Measures the part of a context that the steps of a build may read, for "transferring context". */
import { AppError } from '../errors.ts';
import {
  type BytePath,
  cleanPath,
  comparePaths,
  expandWildcards,
  type FileEntry,
  type FileTree,
  hasWildcard,
  resolveInTree,
  toBytes,
} from '../files/index.ts';

export interface ContextSize {
  readonly files: number;
  /** Bytes of file content. */
  readonly bytes: number;
}

/**
 * Counts the files that the sources of COPY and ADD match, each once. Ignores missing sources. For a pattern with `**`,
 * counts everything below the part before it.
 * @param sources paths or wildcards as written (UTF-8 text)
 * @throws AppError CONTEXT_UNREADABLE, PATTERN_INVALID, SYMLINK_LOOP
 */
export function measureSources(tree: FileTree, sources: readonly string[]): ContextSize {
  let bytes = 0;
  let files = 0;
  for (const entry of entriesOfSources(tree, sources)) {
    if (entry.type === 'directory') continue;
    files++;
    bytes += entry.size;
  }
  return { files, bytes };
}

/**
 * The entries that the sources of COPY and ADD match, with everything below them.
 * @throws as `measureSources`
 */
export function* entriesOfSources(
  tree: FileTree,
  sources: readonly string[],
): Generator<FileEntry, void, undefined> {
  const found = new Map<BytePath, FileEntry>();
  for (const source of sources) {
    for (const path of sourcePaths(tree, toBytes(source))) {
      const entry = entryAt(tree, path);
      if (entry !== undefined) found.set(entry.path, entry);
    }
  }
  let last: BytePath | undefined;
  for (const [path, entry] of [...found].sort(([a], [b]) => comparePaths(a, b))) {
    // What is below a directory sorts right after it.
    const isSeen = last === '' || (last !== undefined && path.startsWith(`${last}/`));
    if (isSeen) continue;
    last = path;
    yield* below(tree, entry);
  }
}

/** The step reports a symlink loop, if it follows the links. */
function entryAt(tree: FileTree, path: BytePath): FileEntry | undefined {
  try {
    return resolveInTree(tree, path).entry;
  } catch (error) {
    if (error instanceof AppError && error.code === 'SYMLINK_LOOP') return undefined;
    throw error;
  }
}

function sourcePaths(tree: FileTree, source: BytePath): readonly BytePath[] {
  const clean = cleanPath(source);
  const deep = clean.split('/').findIndex((part) => part.includes('**'));
  if (deep >= 0) return sourcePaths(tree, clean.split('/').slice(0, deep).join('/'));
  return hasWildcard(clean) ? expandWildcards(tree, clean) : [clean];
}

/** A file, and everything below it. */
function* below(tree: FileTree, entry: FileEntry): Generator<FileEntry, void, undefined> {
  yield entry;
  if (entry.type !== 'directory') return;
  for (const child of tree.list(entry.path)) yield* below(tree, child);
}
