/**
 * An image as seen by a process in it: every container gets its own /dev, /proc and /sys, and each mount hides what the
 * image has below its target. Paths are resolved in this view, so a link of the image can neither replace a mount point
 * nor lead into one unnoticed.
 */
import { ancestors, type BytePath, type FileEntry, type Lookup } from '../../files/index.ts';

/** Mounted in every container, over the image's directories. */
export const COVERED_DIRECTORIES: readonly BytePath[] = ['proc', 'dev', 'sys'];

export class ContainerView implements Lookup {
  readonly #image: Lookup;
  readonly #mounts = new Map<BytePath, FileEntry>();

  constructor(image: Lookup) {
    this.#image = image;
    for (const path of COVERED_DIRECTORIES) this.mount(path, 'directory');
  }

  /** A mount point looks like the mounted file or directory; its contents are unknown. */
  lookup(path: BytePath): FileEntry | undefined {
    const mounted = this.#mounts.get(path);
    if (mounted !== undefined) return mounted;
    return this.mountAbove(path) === undefined ? this.#image.lookup(path) : undefined;
  }

  /** Adds a mount, which hides this resolved path of the image and everything below it. */
  mount(path: BytePath, type: 'file' | 'directory'): void {
    const metadata = { mode: 0o755, uid: 0, gid: 0, size: 0, mtime: 0, mtimeNs: 0 };
    this.#mounts.set(path, { path, type, ...metadata });
  }

  /** The innermost mount that contains a path; undefined when the path is in the image. */
  mountAbove(path: BytePath): BytePath | undefined {
    return ancestors(path).findLast((above) => this.#mounts.has(above));
  }
}
