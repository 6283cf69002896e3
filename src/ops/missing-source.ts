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
import { nearestName } from '../nearest-name.ts';

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
  const near = nearestName(wanted, siblings, { caseSensitive: true });
  if (near === undefined) return undefined;
  const rest = resolved.missing.split('/').slice(1).join('/');
  const whole = joinPath(joinPath(resolved.existing, near), rest);
  if (rest === '') return whole;
  return resolveInTree(tree, whole).entry === undefined ? joinPath(resolved.existing, near) : whole;
}
