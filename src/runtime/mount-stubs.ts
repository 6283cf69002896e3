/**
 * Mount points that an image lacks. They are put into a lower directory of their own on top of the image's layers,
 * in memory, so that nothing of them is ever written into the layer that a step makes. A directory that the image
 * does have is repeated there with its own metadata: overlayfs shows that of the uppermost copy.
 */
import { AppError } from '../errors.ts';
import {
  type BytePath,
  comparePaths,
  type FileEntry,
  type FileTree,
  parentPath,
  resolveInTree,
  toText,
} from '../files/index.ts';
import type { LowerFile, Stub } from './spec.ts';

export interface MountTarget {
  /** Absolute path in the container as asked for, latin1 bytes. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
}

export interface MountStubs {
  /** Sorted, parents first, without the root; empty when nothing is missing. */
  readonly stubs: readonly Stub[];
  /** The place of each target, in the order given: absolute, free of symlinks. */
  readonly resolved: readonly string[];
}

/** Mounted in every container, so nothing of the image is seen below them. */
export const COVERED_DIRECTORIES: readonly BytePath[] = ['proc', 'dev', 'sys'];

/**
 * Resolves mount targets inside the tree and says which mount points have to be added to it. A target below
 * another target lies inside that mount and needs none in the image.
 * @throws AppError RUNTIME_MOUNT_TARGET when a target cannot be a mount point of its kind; SYMLINK_LOOP
 */
export function mountStubs(tree: FileTree, targets: readonly MountTarget[]): MountStubs {
  const stubs = new Map<BytePath, Stub>();
  for (const path of COVERED_DIRECTORIES) {
    if (tree.lookup(path) === undefined) addStub(stubs, tree, path, 'directory');
  }
  const places = targets.map((target) => ({ target, ...resolveInTree(tree, target.path) }));
  const mounted = [...COVERED_DIRECTORIES, ...places.map(({ path }) => path)];
  for (const { target, path, entry, existing } of places) {
    // Inside another mount the image's own files are hidden.
    if (mounted.some((other) => other !== '' && path.startsWith(`${other}/`))) continue;
    const there = entry ?? tree.lookup(existing);
    checkTarget(target, path, there);
    if (!entry) addStub(stubs, tree, path, target.kind);
  }
  return {
    stubs: [...stubs.values()].sort((a, b) => comparePaths(a.path, b.path)),
    resolved: places.map(({ path }) => `/${path}`),
  };
}

/** Adds files that lie over the image's, which has their directories. Returns all stubs, sorted, parents first. */
export function withLowerFiles(
  stubs: readonly Stub[],
  tree: FileTree,
  files: readonly LowerFile[],
): readonly Stub[] {
  if (files.length === 0) return stubs;
  const all = new Map(stubs.map((stub) => [stub.path, stub]));
  for (const { path, mode, uid, gid, mtime, mtimeNs, xattrs, content } of files) {
    addStub(all, tree, path, 'file');
    const file: Stub = { path, type: 'file', mode, uid, gid, mtime, mtimeNs, content };
    all.set(path, xattrs === undefined ? file : { ...file, xattrs });
  }
  return [...all.values()].sort((a, b) => comparePaths(a.path, b.path));
}

/** @param there what is at the path, or at the part of it that exists */
function checkTarget(target: MountTarget, path: BytePath, there: FileEntry | undefined): void {
  const isDirectory = there?.type === 'directory';
  const complete = there?.path === path;
  if (isDirectory ? !complete || target.kind === 'directory' : complete && target.kind === 'file') {
    return;
  }
  const what = target.kind === 'directory' ? 'directory' : 'file';
  const found = isDirectory ? 'directory' : 'file';
  throw new AppError(
    'RUNTIME_MOUNT_TARGET',
    `cannot mount a ${what} at '${toText(target.path)}': the image has a ${found} at '/${toText(there?.path ?? '')}'`,
    { hint: 'choose another target, or remove what the image has there in an earlier step' },
  );
}

function addStub(
  stubs: Map<BytePath, Stub>,
  tree: FileTree,
  path: BytePath,
  kind: 'file' | 'directory',
): void {
  const mode = kind === 'directory' ? 0o755 : 0o644;
  stubs.set(path, { path, type: kind, mode, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 });
  for (let at = parentPath(path); at !== '' && !stubs.has(at); at = parentPath(at)) {
    stubs.set(at, directoryStub(tree, at));
  }
}

/** A directory as the tree has it; a new one where it has none. */
export function directoryStub(tree: FileTree, path: BytePath): Stub {
  const entry = tree.lookup(path);
  if (entry?.type !== 'directory') {
    return { path, type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 };
  }
  const { mode, uid, gid, mtime, mtimeNs, xattrs } = entry;
  return { path, type: 'directory', mode, uid, gid, mtime, mtimeNs, ...(xattrs && { xattrs }) };
}
