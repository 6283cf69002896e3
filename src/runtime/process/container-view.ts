/**
 * An image as a process in it sees it: every container gets its own /dev, /proc and /sys, and each mount hides what the image
 * has below its target. Paths are resolved in this view, so a link of the image can neither stand in for a mount point nor
 * lead into one without being noticed.
 */
import { ancestors, type BytePath, type FileEntry, type Lookup } from '../../files/index.ts';

/** Mounted in every container, whatever the image has there. */
export const COVERED_DIRECTORIES: readonly BytePath[] = ['proc', 'dev', 'sys'];

export class ContainerView implements Lookup {
  readonly #image: Lookup;
  readonly #mounts = new Map<BytePath, FileEntry>();

  constructor(image: Lookup) {
    this.#image = image;
    for (const path of COVERED_DIRECTORIES) this.mount(path, 'directory');
  }

  /** A mount point looks like what is mounted there; what is in it is not known. */
  lookup(path: BytePath): FileEntry | undefined {
    const mounted = this.#mounts.get(path);
    if (mounted !== undefined) return mounted;
    return this.mountAbove(path) === undefined ? this.#image.lookup(path) : undefined;
  }

  /** From now on a mount hides what the image has at this resolved path and below it. */
  mount(path: BytePath, type: 'file' | 'directory'): void {
    const metadata = { mode: 0o755, uid: 0, gid: 0, size: 0, mtime: 0, mtimeNs: 0 };
    this.#mounts.set(path, { path, type, ...metadata });
  }

  /** The innermost mount in which a path lies; undefined when it lies in the image. */
  mountAbove(path: BytePath): BytePath | undefined {
    return ancestors(path).findLast((above) => this.#mounts.has(above));
  }
}
