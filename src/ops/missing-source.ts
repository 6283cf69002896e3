/** The error for a source that is not there: why, and what was probably meant. */
import { AppError } from '../errors.ts';
import {
  type BytePath,
  baseName,
  type FileTree,
  type HiddenBy,
  joinPath,
  type ResolvedPath,
  resolveInTree,
  toText,
} from '../files/index.ts';

/**
 * @param source as written
 * @param path clean path in the tree
 */
export function sourceNotFound(tree: FileTree, source: string, path: BytePath): AppError {
  const resolved = resolveInTree(tree, path);
  const hidden = tree.hiddenBy?.(resolved.path) ?? tree.hiddenBy?.(path);
  if (hidden !== undefined) return hiddenSource(source, hidden);
  const link = danglingLink(tree, path);
  const message =
    link === undefined
      ? `'${source}' does not exist`
      : `'${source}' is a symbolic link to '${link}', which does not exist`;
  const near = link === undefined ? nearestSibling(tree, resolved) : undefined;
  return new AppError('COPY_SOURCE_NOT_FOUND', message, {
    hint: near === undefined ? placeHint(resolved) : `did you mean '${toText(near)}'?`,
    details: { source, path: toText(resolved.path) },
  });
}

function hiddenSource(source: string, hidden: HiddenBy): AppError {
  const { file, line, pattern } = hidden;
  return new AppError(
    'COPY_SOURCE_NOT_FOUND',
    `'${source}' is left out of the build context by line ${line} of ${file}: ${pattern}`,
    {
      hint: `change that line, or take the path back with a later line '!${source.replace(/^\/+/, '')}'`,
      details: { source, ignoreFile: file, line, pattern },
    },
  );
}

function danglingLink(tree: FileTree, path: BytePath): string | undefined {
  const { entry } = resolveInTree(tree, path, { followLast: false });
  return entry?.type === 'symlink' ? toText(entry.linkTarget ?? '') : undefined;
}

function placeHint(resolved: ResolvedPath): string {
  if (resolved.existing === '')
    return 'paths of sources start at the root of the build context or stage';
  return `'${toText(resolved.existing)}' exists, but there is no '${toText(resolved.missing)}' in it`;
}

/** The entry beside the missing one whose name is most like it. */
function nearestSibling(tree: FileTree, resolved: ResolvedPath): BytePath | undefined {
  const wanted = resolved.missing.split('/')[0] ?? '';
  const siblings = tree.list(resolved.existing).map((entry) => baseName(entry.path));
  const near = nearestName(wanted, siblings);
  if (near === undefined) return undefined;
  const rest = resolved.missing.split('/').slice(1).join('/');
  const whole = joinPath(joinPath(resolved.existing, near), rest);
  if (rest === '') return whole;
  return resolveInTree(tree, whole).entry === undefined ? joinPath(resolved.existing, near) : whole;
}

const MOST_COMPARED = 2000;

function nearestName(wanted: string, names: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(wanted.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const name of names.slice(0, MOST_COMPARED)) {
    if (name.toLowerCase() === wanted.toLowerCase()) return name;
    if (Math.abs(name.length - wanted.length) >= bestDistance) continue;
    const distance = editDistance(wanted, name);
    if (distance >= bestDistance) continue;
    best = name;
    bestDistance = distance;
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one name into the other. */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? 0;
}
