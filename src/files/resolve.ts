/** Resolves paths inside a tree of files: symlinks, `..` and absolute targets never lead outside. */
import { AppError } from '../errors.ts';
import { type BytePath, type FileEntry, joinPath, parentPath } from './entry.ts';
import { toText } from './name-text.ts';

export interface ResolveOptions {
  /** Whether to follow a symlink in the last part; default true. */
  readonly followLast?: boolean | undefined;
  /** Number of symlinks to follow before it counts as a loop. */
  readonly maxLinks?: number | undefined;
}

export interface ResolvedPath {
  /** The whole path, with the symlinks of its existing part resolved. */
  readonly path: BytePath;
  /** The entry there, if it exists. */
  readonly entry: FileEntry | undefined;
  /** The part of `path` that exists: `path` itself or an ancestor (which may be no directory). */
  readonly existing: BytePath;
  /** What follows `existing`; empty when all of it exists. */
  readonly missing: BytePath;
}

/** The part of a tree that resolving needs. */
export interface Lookup {
  lookup(path: BytePath): FileEntry | undefined;
}

const MAX_LINKS = 255;

/**
 * Resolves a slash path (absolute or not: both start at the root) inside the tree. `..` stops at the root, also in link
 * targets; after a missing part it removes that part.
 * @throws AppError SYMLINK_LOOP
 */
export function resolveInTree(
  tree: Lookup,
  path: BytePath,
  options: ResolveOptions = {},
): ResolvedPath {
  const followLast = options.followLast ?? true;
  let links = options.maxLinks ?? MAX_LINKS;
  const pending = pathParts(path).reverse();
  let current: BytePath = '';
  let entry = tree.lookup('');
  let existing: BytePath = '';
  for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
    if (part === '..') {
      current = parentPath(current);
      if (current.length < existing.length) existing = current;
      entry = existing === current ? tree.lookup(current) : undefined;
      continue;
    }
    const reachable = existing === current && entry?.type === 'directory';
    const next = joinPath(current, part);
    const found = reachable ? tree.lookup(next) : undefined;
    if (found?.type === 'symlink' && (followLast || pending.length > 0)) {
      if (links-- <= 0) throw loop(path);
      const target = found.linkTarget ?? '';
      if (target.startsWith('/')) {
        current = '';
        existing = '';
        entry = tree.lookup('');
      }
      pending.push(...pathParts(target).reverse());
      continue;
    }
    current = next;
    entry = found;
    if (found !== undefined) existing = next;
  }
  const missing = existing === '' ? current : current.slice(existing.length + 1);
  return { path: current, entry, existing, missing };
}

/** The parts of a slash path without empty ones and `.`; `..` stays. */
export function pathParts(path: BytePath): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.');
}

/** A slash path as a clean path below the root: `..` removes the part before it and stops at the root. */
export function cleanPath(path: BytePath): BytePath {
  const clean: string[] = [];
  for (const part of pathParts(path)) {
    if (part === '..') clean.pop();
    else clean.push(part);
  }
  return clean.join('/');
}

/** The paths of all parent directories, from the root down, without the root. */
export function ancestors(path: BytePath): BytePath[] {
  const above: BytePath[] = [];
  for (let parent = parentPath(path); parent !== ''; parent = parentPath(parent))
    above.push(parent);
  return above.reverse();
}

function loop(path: BytePath): AppError {
  return new AppError('SYMLINK_LOOP', `too many symbolic links in '${toText(path)}'`, {
    hint: 'a symbolic link points to itself, directly or through other links',
  });
}
