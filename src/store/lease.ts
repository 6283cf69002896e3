/**
 * The lease of this process: a file in `leases/`, locked as long as the process lives, that lists the layers and blobs
 * it uses, for the collector. Created on first use, since it loads native code: a fully cached build has no lease.
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
  #keepsStep = true;

  constructor(layout: StoreLayout) {
    this.#layout = layout;
  }

  /** Undefined before the first use. */
  get name(): string | undefined {
    return this.#held?.name;
  }

  /** Content that this process holds. */
  get pins(): ReadonlySet<string> {
    return this.#pins;
  }

  /** Resolves when the temporary files of dead processes are deleted, which starts with the lease. */
  get cleaned(): Promise<void> {
    return this.#cleaned;
  }

  /**
   * Takes the lease, once. Entries of `tmp/` whose names start with its name are safe.
   * @throws AppError STORE_READ_ONLY
   */
  hold(): string {
    if (this.#layout.isReadOnly) throw readOnlyStore(this.#layout.root);
    if (!this.#held) {
      this.#held = this.#take();
      this.#clean();
    }
    return this.#held.name;
  }

  /** The step that a killed build was running goes, too, when this process takes its lease. */
  forgetInterruptedStep(): void {
    if (!this.#keepsStep) return;
    this.#keepsStep = false;
    if (this.#held !== undefined) this.#clean();
  }

  /** Pins new content that no other process knows yet. */
  pinNew(id: LayerId | Digest): void {
    if (this.#pins.has(id)) return;
    this.hold();
    this.#write(id);
  }

  /**
   * Pins content of the store until the lease ends.
   * @param isThere called while no collector runs
   * @returns false if it was collected
   */
  pin(id: LayerId | Digest, isThere: () => boolean): boolean {
    if (this.#pins.has(id)) return true;
    // A process with write access may prune it at any time.
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

  /** Releases all content to the collector. */
  release(): void {
    if (!this.#held) return;
    closeSync(this.#held.fd);
    // Deleted while locked, so that no process takes it for the file of a dead one.
    rmSync(this.#held.path, { force: true });
    this.#held.lock.release();
    this.#held = undefined;
    this.#pins.clear();
  }

  /** In the background; the next prune handles failures. */
  #clean(): void {
    const keepsStep = this.#keepsStep;
    this.#cleaned = this.#cleaned
      .then(() => removeTemporaryOfDead(this.#layout, { keepsStep }))
      .catch(() => {});
  }

  #take(): HeldLease {
    for (;;) {
      const name = randomBytes(8).toString('hex');
      const path = `${this.#layout.leases}/${name}`;
      // Fails only if a collector checks the new file at this moment; try the next name.
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

/** Waits synchronously: a collector takes milliseconds, and callers return a path. */
function lockNow(path: string): Lock {
  const cell = new Int32Array(new SharedArrayBuffer(4));
  for (let wait = 5; ; wait = Math.min(wait * 1.5, 100)) {
    const lock = tryLock(path, 'shared');
    if (lock) return lock;
    Atomics.wait(cell, 0, 0, wait);
  }
}
