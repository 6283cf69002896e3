/**
 * What this process needs, in a form the collector believes: a file in `leases/` that is locked as long as the process
 * lives and lists the layers and blobs it uses. Nothing is made, and no native code loaded, before the first use:
 * a build that finds all in the cache holds no lease.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Digest } from '../oci/index.ts';
import { type Lock, tryLock } from '../system/index.ts';
import { readOnlyStore } from './database-error.ts';
import type { StoreLayout } from './layout.ts';
import { removeTemporaryOfDead } from './live-leases.ts';
import type { LayerId } from './types.ts';

interface HeldLease {
  readonly name: string;
  readonly path: string;
  readonly lock: Lock;
  readonly fd: number;
}

export class Lease {
  readonly #layout: StoreLayout;
  readonly #pins = new Set<string>();
  #held: HeldLease | undefined;
  #cleaned: Promise<void> = Promise.resolve();

  constructor(layout: StoreLayout) {
    this.#layout = layout;
  }

  /** Undefined as long as nothing was used. */
  get name(): string | undefined {
    return this.#held?.name;
  }

  /** What this process holds by now. */
  get pins(): ReadonlySet<string> {
    return this.#pins;
  }

  /** Ends when what dead processes left in `tmp/` is deleted, which taking the lease began. */
  get cleaned(): Promise<void> {
    return this.#cleaned;
  }

  /**
   * Takes the lease if that has not been done. Things in `tmp/` whose names begin with its name are safe.
   * @throws AppError STORE_READ_ONLY
   */
  hold(): string {
    if (this.#layout.isReadOnly) throw readOnlyStore(this.#layout.root);
    if (!this.#held) {
      this.#held = this.#take();
      // Beside our own work; what fails is left to the next prune.
      this.#cleaned = removeTemporaryOfDead(this.#layout).catch(() => {});
    }
    return this.#held.name;
  }

  /** Holds something that nobody else knows of yet. */
  pinNew(id: LayerId | Digest): void {
    if (this.#pins.has(id)) return;
    this.hold();
    this.#write(id);
  }

  /**
   * Holds something that is in the store, until the lease ends.
   * @param isThere asked while no collector can decide
   * @returns false when it has been collected
   */
  pin(id: LayerId | Digest, isThere: () => boolean): boolean {
    if (this.#pins.has(id)) return true;
    // Whoever may write can prune it at any time.
    if (this.#layout.isReadOnly) return isThere();
    this.hold();
    const lock = lockNow(this.#layout.collectorLock);
    try {
      if (!isThere()) return false;
      this.#write(id);
      return true;
    } finally {
      lock.release();
    }
  }

  /** Everything held may be collected from now on. */
  release(): void {
    if (!this.#held) return;
    closeSync(this.#held.fd);
    // Deleted while it is locked: nobody takes it for the file of a dead process.
    rmSync(this.#held.path, { force: true });
    this.#held.lock.release();
    this.#held = undefined;
    this.#pins.clear();
  }

  #take(): HeldLease {
    for (;;) {
      const name = randomBytes(8).toString('hex');
      const path = `${this.#layout.leases}/${name}`;
      // Refused only when a collector looks at the new file at this moment; the next name will do.
      const lock = tryLock(path, 'exclusive');
      if (lock) return { name, path, lock, fd: openSync(path, 'a', 0o600) };
    }
  }

  #write(id: string): void {
    if (!this.#held) throw new Error('the lease is not held');
    writeSync(this.#held.fd, `${id}\n`);
    this.#pins.add(id);
  }
}

/** Waits on this thread: a collector decides within milliseconds, and callers have a path to return. */
function lockNow(path: string): Lock {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let wait = 5; ; wait = Math.min(wait * 1.5, 100)) {
    const lock = tryLock(path, 'shared');
    if (lock) return lock;
    Atomics.wait(cell, 0, 0, wait);
  }
}
