/** The error for a missing source: why it is missing, and what was probably meant. */
import { AppError } from '../../errors.ts';
import {
  type BytePath,
  baseName,
  type FileTree,
  type HiddenBy,
  hasWildcard,
  joinPath,
  type ResolvedPath,
  resolveInTree,
  toText,
} from '../../files/index.ts';
import { nearestName } from '../../nearest-name.ts';

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
    hint:
      near === undefined
        ? directoryHint(tree, source, resolved)
        : `did you mean '${toText(near)}'?`,
    details: { source, path: toText(resolved.path) },
  });
}

function hiddenSource(source: string, hidden: HiddenBy): AppError {
  const { file, line, pattern } = hidden;
  return new AppError(
    'COPY_SOURCE_NOT_FOUND',
    `'${source}' is excluded from the build context by line ${line} of ${file}: ${pattern}`,
    {
      hint: `change that line, or re-include the path with a later line '!${source.replace(/^\/+/, '')}'`,
      details: { source, ignoreFile: file, line, pattern },
    },
  );
}

function danglingLink(tree: FileTree, path: BytePath): string | undefined {
  const { entry } = resolveInTree(tree, path, { followLast: false });
  return entry?.type === 'symlink' ? toText(entry.linkTarget ?? '') : undefined;
}

function directoryHint(tree: FileTree, source: string, resolved: ResolvedPath): string {
  if (/^\/*\.\.(\/|$)/.test(source)) {
    return 'COPY cannot leave the build context: build the parent directory (-f DIR/Dockerfile ..), or add a context (--build-context NAME=DIR, COPY --from=NAME)';
  }
  const elsewhere = sameNameElsewhere(tree, baseName(resolved.missing));
  if (elsewhere !== undefined) return `did you mean '${toText(elsewhere)}'?`;
  if (resolved.existing === '')
    return 'source paths start at the root of the build context or stage';
  return `'${toText(resolved.existing)}' exists, but has no '${toText(resolved.missing)}'`;
}

/** Directories searched for a hint; those of packages and versions are skipped. */
const MOST_DIRECTORIES = 200;
const NOT_LOOKED_INTO = new Set(['node_modules', '.git', 'vendor', '.venv', 'target', 'dist']);

/** The entry of this name closest to the root. */
function sameNameElsewhere(tree: FileTree, name: BytePath): BytePath | undefined {
  if (name === '' || hasWildcard(name)) return undefined;
  let level: readonly BytePath[] = [''];
  for (let looked = 0; level.length > 0 && looked < MOST_DIRECTORIES; ) {
    const below: BytePath[] = [];
    for (const directory of level.slice(0, MOST_DIRECTORIES - looked)) {
      looked++;
      for (const { path, type } of tree.list(directory)) {
        if (baseName(path) === name) return path;
        if (type === 'directory' && !NOT_LOOKED_INTO.has(baseName(path))) below.push(path);
      }
    }
    level = below;
  }
  return undefined;
}

/** The sibling of the missing entry with the most similar name. */
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
