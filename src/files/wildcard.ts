/** Expands a wildcard pattern to paths of a tree. */
import { type BytePath, type FileTree, joinPath } from './entry.ts';
import { compileGoPattern, hasWildcard } from './go-pattern.ts';
import { cleanPath, pathParts, resolveInTree } from './resolve.ts';

/**
 * The paths a pattern matches, sorted. Parts before the first wildcard are followed through symlinks; from there
 * on only real directories are entered. A symlink that matches is returned, not followed.
 * @throws AppError PATTERN_INVALID
 */
export function expandWildcards(tree: FileTree, pattern: BytePath): BytePath[] {
  const parts = pathParts(cleanPath(pattern));
  const first = parts.findIndex(hasWildcard);
  if (first < 0) return tree.lookup(parts.join('/')) === undefined ? [] : [parts.join('/')];
  const matchers = parts.slice(first).map(partMatcher);
  const base = resolveInTree(tree, parts.slice(0, first).join('/'));
  if (base.entry?.type !== 'directory') return [];
  let found: BytePath[] = [base.path];
  matchers.forEach((matcher, index) => {
    const last = index === matchers.length - 1;
    found = found.flatMap((directory) => matchIn(tree, directory, matcher, last));
  });
  return found;
}

/** Removes the escaping backslashes of a literal part. */
export function unescapePattern(pattern: BytePath): BytePath {
  return pattern.replace(/\\(.)/gs, '$1');
}

type PartMatcher =
  | { readonly literal: BytePath }
  | { readonly matches: (name: BytePath) => boolean };

function partMatcher(part: BytePath): PartMatcher {
  if (!hasWildcard(part)) return { literal: unescapePattern(part) };
  return { matches: compileGoPattern(part) };
}

function matchIn(
  tree: FileTree,
  directory: BytePath,
  matcher: PartMatcher,
  last: boolean,
): BytePath[] {
  const candidates =
    'literal' in matcher
      ? [tree.lookup(joinPath(directory, matcher.literal))]
      : tree
          .list(directory)
          .filter((entry) => matcher.matches(entry.path.slice(nameStart(directory))));
  const paths: BytePath[] = [];
  for (const entry of candidates) {
    if (entry === undefined) continue;
    if (last || entry.type === 'directory') paths.push(entry.path);
  }
  return paths;
}

function nameStart(directory: BytePath): number {
  return directory === '' ? 0 : directory.length + 1;
}
