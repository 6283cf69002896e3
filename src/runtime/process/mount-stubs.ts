/**
 * Mount points that an image lacks. They are in a lower directory of their own on top of the image's layers, in memory,
 * so that they never become part of the step's layer. A directory that the image has is repeated there with its own
 * metadata: overlayfs shows that of the uppermost copy.
 */
import { AppError } from '../../errors.ts';
import {
  type BytePath,
  comparePaths,
  type FileEntry,
  type FileTree,
  parentPath,
  resolveInTree,
  toText,
} from '../../files/index.ts';
import { COVERED_DIRECTORIES, ContainerView } from './container-view.ts';
import { reservedTarget } from './reserved-targets.ts';
import type { LowerFile, Stub } from './spec.ts';

export interface MountTarget {
  /** Absolute path in the container as requested, latin1 bytes. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
  /** A file that every container gets: it replaces a link of the image to a reserved path. */
  readonly generated?: boolean | undefined;
}

export interface MountStubs {
  /** Sorted, parents first, without the root; empty when nothing is missing. */
  readonly stubs: readonly Stub[];
  /** The resolved path of each target, in the order given: absolute, free of symlinks. */
  readonly resolved: readonly string[];
}

/**
 * Resolves mount targets inside the tree, one after the other, and finds the mount points to add to it. Directories
 * cover whatever the image has at /dev, /proc and /sys, especially links. A target below an earlier target is inside
 * that mount and needs no mount point in the image.
 * @param view the same tree as a process sees it; gets the mounts
 * @throws AppError RUNTIME_MOUNT_TARGET when a target cannot be a mount point of its kind; SYMLINK_LOOP
 */
export function mountStubs(
  tree: FileTree,
  targets: readonly MountTarget[],
  view: ContainerView = new ContainerView(tree),
): MountStubs {
  const stubs = new Map<BytePath, Stub>();
  for (const path of COVERED_DIRECTORIES) {
    if (tree.lookup(path)?.type !== 'directory') addStub(stubs, tree, path, 'directory');
  }
  const resolved = targets.map((target) => {
    const path = mountPoint(target, { stubs, tree, view });
    view.mount(path, target.kind);
    return `/${path}`;
  });
  return {
    stubs: [...stubs.values()].sort((a, b) => comparePaths(a.path, b.path)),
    resolved,
  };
}

interface StubContext {
  readonly stubs: Map<BytePath, Stub>;
  readonly tree: FileTree;
  readonly view: ContainerView;
}

/** Finds the mount point, and adds it if the image lacks it. */
function mountPoint(target: MountTarget, { stubs, tree, view }: StubContext): BytePath {
  const { kind } = target;
  let { path, entry, existing } = resolveInTree(view, target.path);
  if (target.generated === true && reservedTarget(path, kind) !== undefined) {
    // The image links to a path of the kernel or the runtime: the file replaces the link.
    ({ path, existing } = resolveInTree(view, target.path, { followLast: false }));
    entry = undefined;
    existing = existing === path ? parentPath(path) : existing;
  }
  const reason = reservedTarget(path, kind);
  if (reason !== undefined) throw reserved(target, path, reason);
  if (view.mountAbove(path) !== undefined) return path;
  checkTarget(target, path, entry ?? view.lookup(existing));
  if (entry === undefined) addStub(stubs, tree, path, kind);
  return path;
}

function reserved(target: MountTarget, path: BytePath, reason: string): AppError {
  const asked = toText(target.path);
  const led = asked === `/${toText(path)}` ? '' : `, which links to '/${toText(path)}'`;
  return new AppError('RUNTIME_MOUNT_TARGET', `cannot mount at '${asked}'${led}: ${reason}`, {
    hint: 'choose another target',
    details: { target: asked },
  });
}

/** Adds files that cover the image's, which has their directories. Returns all stubs, sorted, parents first. */
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

/** Adds directories of an owner, given parents first. Returns all stubs, sorted, parents first. */
export function withDirectories(
  stubs: readonly Stub[],
  {
    directories,
    tree,
    owner,
  }: {
    readonly directories: readonly BytePath[];
    readonly tree: FileTree;
    readonly owner: { readonly uid: number; readonly gid: number };
  },
): readonly Stub[] {
  if (directories.length === 0) return stubs;
  const all = new Map(stubs.map((stub) => [stub.path, stub]));
  for (const path of directories) {
    if (all.has(path)) continue;
    addStub(all, tree, path, 'directory');
    all.set(path, { ...directoryStub(tree, path), uid: owner.uid, gid: owner.gid });
  }
  return [...all.values()].sort((a, b) => comparePaths(a.path, b.path));
}

/** @param there the entry at the path, or at the existing part of it */
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
    {
      hint: 'choose another target, or remove that path in an earlier step',
      details: { target: toText(target.path) },
    },
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

/** A directory as in the tree; a new one if the tree has none. */
export function directoryStub(tree: FileTree, path: BytePath): Stub {
  const entry = tree.lookup(path);
  if (entry?.type !== 'directory') {
    return { path, type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 };
  }
  const { mode, uid, gid, mtime, mtimeNs, xattrs } = entry;
  return { path, type: 'directory', mode, uid, gid, mtime, mtimeNs, ...(xattrs && { xattrs }) };
}
