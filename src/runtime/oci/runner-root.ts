/**
 * Root filesystems, assembled in the runner's own mount namespace. Our own paths are relative to the runner's working
 * directory, a file system in memory that only the runner sees.
 */
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { AppError } from '../../errors.ts';
import { toBytes } from '../../files/index.ts';
import {
  hasErrorCode,
  isInUserNamespace,
  MountFlag,
  mount,
  mountErofs,
  mountOverlay,
  setOwnerHere,
  setTimes,
  setXattr,
  umount,
} from '../../system/index.ts';
import type { LowerDirectory, ProcessSpec, Stub } from '../process/spec.ts';
import type { CopyRequest, RunnerCopies } from './runner-copies.ts';

/** The mounts of one process; `close` unmounts them all, the last first. */
export class MountStack {
  readonly #undo: (() => void)[] = [];

  onClose(action: () => void): void {
    this.#undo.push(action);
  }

  /** @returns whether everything is unmounted, so that the directories may be deleted */
  close(): boolean {
    let clean = true;
    for (const action of this.#undo.splice(0).reverse()) {
      try {
        action();
      } catch {
        clean = false;
      }
    }
    return clean;
  }
}

/** The mounted lower layers: each only once, for all processes of the build. */
export class LowerMounts {
  readonly #mounted = new Map<string, string>();

  /** The directory for overlayfs. */
  directory(lower: LowerDirectory): string {
    if (lower.kind === 'directory') return toBytes(lower.path);
    const key = `${lower.meta}\0${lower.device}`;
    const known = this.#mounted.get(key);
    if (known !== undefined) return known;
    const target = `lowers/${this.#mounted.size}`;
    mkdirSync(target, { recursive: true });
    mountErofs({ meta: toBytes(lower.meta), device: toBytes(lower.device), target });
    this.#mounted.set(key, target);
    return target;
  }
}

export interface StackSurroundings {
  readonly stack: MountStack;
  /** Instead of overlayfs. */
  readonly copies: RunnerCopies | undefined;
}

export interface MountedRoot {
  readonly path: string;
  /** Completes the upper directory, when the process has ended. */
  readonly save: () => Promise<void>;
}

/**
 * Mounts the root filesystem at `<base>/rootfs`: image layers, the missing mount points on top of them, then the
 * directory that takes the changes.
 */
export async function mountRoot(
  spec: ProcessSpec,
  base: string,
  { lowers, ...around }: StackSurroundings & { readonly lowers: LowerMounts },
): Promise<MountedRoot> {
  const rootfs = `${base}/rootfs`;
  mkdirSync(rootfs);
  const directories = lowerDirectories(spec, lowers);
  if (spec.stubs.length > 0 || directories.length === 0) {
    const stubs = `${base}/stubs`;
    writeStubs(stubs, spec.root, spec.stubs);
    directories.push(stubs);
  }
  if (spec.upper !== undefined) applyMetadata(spec.upper, spec.root);
  const stacked = { directories, upper: spec.upper, target: rootfs };
  const finish = (path: string) => applyMetadata(path, spec.root);
  const save = await mountLayers({ ...stacked, finish }, around).catch((cause: unknown) => {
    throw mountFailure(cause);
  });
  for (const path of spec.newDirectories) {
    const directory = Buffer.from(`${rootfs}/${path}`, 'latin1');
    try {
      mkdirSync(directory, { mode: 0o755 });
    } catch (error) {
      // Made by an earlier attempt, which found that a mount needs unpacked layers.
      if (!hasErrorCode(error, 'EEXIST')) throw error;
    }
    setOwnerHere(directory, spec.user);
  }
  return { path: rootfs, save };
}

function lowerDirectories(spec: ProcessSpec, lowers: LowerMounts): string[] {
  try {
    return spec.lowers.map((lower) => lowers.directory(lower));
  } catch (cause) {
    throw mountFailure(cause);
  }
}

/** The error that makes lamina retry with unpacked layers. */
export function mountFailure(cause: unknown, what = 'the root filesystem'): AppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const hint = hasErrorCode(cause, 'EINVAL')
    ? 'the lamina store cannot be on an overlay file system: in a container, put it on a volume'
    : hasErrorCode(cause, 'EPERM')
      ? 'root of a user namespace cannot mount layers; inside a container, start that container with --privileged'
      : undefined;
  const message = `${what} could not be mounted: ${reason}`;
  return new AppError('RUNTIME_MOUNT_FAILED', message, { hint, cause });
}

/**
 * Mounts directories, bottom first, as one tree; changes go to `upper`; without one it is read-only.
 *
 * @returns completes `upper`, when no process uses the tree any more
 */
export async function mountLayers(
  request: CopyRequest,
  { stack, copies }: StackSurroundings,
): Promise<() => Promise<void>> {
  const { directories, upper, target } = request;
  const [only] = directories;
  if (copies !== undefined) {
    const { save, drop } = await copies.mount(request);
    stack.onClose(drop);
    stack.onClose(() => unmount(target));
    return save;
  }
  if (upper !== undefined) {
    const work = `${upper}.work`;
    mkdirSync(Buffer.from(work, 'latin1'), { recursive: true });
    stack.onClose(() => rmSync(Buffer.from(work, 'latin1'), { recursive: true, force: true }));
    const lowers = directories.toReversed();
    const volatile = kernelHasVolatile();
    mountOverlay({ lowers, upper, work, target, volatile, userXattrs: isInUserNamespace() });
  } else if (directories.length === 1 && only !== undefined) {
    const flags = MountFlag.bind;
    mount({ source: only, target, flags });
    mount({ source: only, target, flags: flags | MountFlag.remount | MountFlag.readonly });
  } else {
    mountOverlay({ lowers: directories.toReversed(), target, userXattrs: isInUserNamespace() });
  }
  stack.onClose(() => unmount(target));
  return async () => {};
}

/** Unmounts at once if nobody uses it any more, else when the last user has gone. */
export function unmount(target: string): void {
  try {
    umount(target);
  } catch (error) {
    if (!hasErrorCode(error, 'EBUSY')) throw error;
    umount(target, { detach: true });
  }
}

function writeStubs(directory: string, root: Stub, stubs: readonly Stub[]): void {
  mkdirSync(directory);
  for (const stub of stubs) {
    const path = Buffer.from(`${directory}/${stub.path}`, 'latin1');
    if (stub.type === 'directory') mkdirSync(path);
    else writeFileSync(path, Buffer.from(stub.content ?? '', 'base64'));
  }
  // Children first: making them changed the times of their parents.
  for (const stub of stubs.toReversed()) applyMetadata(`${directory}/${stub.path}`, stub);
  applyMetadata(directory, root);
}

function applyMetadata(path: string, { mode, uid, gid, mtime, mtimeNs, xattrs }: Stub): void {
  const bytes = Buffer.from(path, 'latin1');
  setOwnerHere(bytes, { uid, gid });
  chmodSync(bytes, mode);
  for (const [name, value] of Object.entries(xattrs ?? {})) {
    if (/^(trusted|user)\.overlay\./.test(name)) continue;
    try {
      setXattr(path, name, value);
    } catch (error) {
      // A file system in memory supports fewer kinds of attributes than a disk.
      if (!hasErrorCode(error, 'ENOTSUP', 'EOPNOTSUPP', 'EPERM')) throw error;
    }
  }
  setTimes(path, mtime, mtimeNs);
}

/**
 * Linux 5.10: an overlay that never syncs its disk. The store makes a step's files durable once, when it keeps them;
 * a crash before that loses the step anyway.
 */
function kernelHasVolatile(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number);
  return major > 5 || (major === 5 && minor >= 10);
}
