import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import { removeTree, syncFileSystem } from '../system/index.ts';
import { BlobStore, blobFile } from './blobs.ts';
import { BuildRecordStore } from './build-records.ts';
import { CacheMountStore } from './cache-mounts.ts';
import { collect, type PruneResult } from './collector.ts';
import { Database } from './database.ts';
import { FactStore } from './facts.ts';
import { ImageStore } from './images.ts';
import { Journal, type Needs } from './journal.ts';
import { LayerStore } from './layers.ts';
import { isStoreEmpty, openLayout, type StoreLayout } from './layout.ts';
import { Lease } from './lease.ts';
import { readLiveLeases } from './live-leases.ts';
import { RecordStore } from './records.ts';
import type { PruneOptions } from './selection.ts';
import { lockStep, type StepLock, type StepLockOptions } from './step-locks.ts';
import { openTables, type Tables } from './tables.ts';
import type { LayerProvider } from './types.ts';

export interface OpenStoreOptions {
  /** The directory; made when absent. */
  readonly root: string;
  /** The clock: milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
  /** Fetches lazy layers; disposed of when the store is closed. Undefined: they cannot be fetched. */
  readonly provider?: LayerProvider | undefined;
  /** Bytes that an archive may unpack to; undefined: nine tenths of what is free. */
  readonly unpackLimit?: number | undefined;
}

/**
 * All that lasts, in one directory. Several processes may use it at once.
 *
 *     await using store = await Store.open({ root });
 *     const staged = await store.layers.stage();
 *     …                                                   // make files in staged.directory
 *     const { id } = await staged.commit(meta);
 *     store.records.put(key, { layers: [...below, id], … });
 *
 * What was put is visible in this process at once, and to others and after a crash when `flush` or `close` has
 * ended. Whatever was read or made through a store stays there until it is closed.
 */
export class Store implements AsyncDisposable {
  readonly root: string;
  /** Nothing can be recorded. What is derived is kept in memory, and goes with this process. */
  readonly isReadOnly: boolean;
  readonly blobs: BlobStore;
  readonly layers: LayerStore;
  readonly images: ImageStore;
  readonly records: RecordStore;
  readonly facts: FactStore;
  readonly cacheMounts: CacheMountStore;
  readonly builds: BuildRecordStore;
  readonly provider: LayerProvider | undefined;
  readonly unpackLimit: number | undefined;
  readonly #layout: StoreLayout;
  readonly #database: Database;
  readonly #tables: Tables;
  readonly #lease: Lease;
  readonly #journal: Journal;
  readonly #now: () => number;
  /** Temporary directories outside a store that is read-only. */
  readonly #outside: string[] = [];
  #closed: Promise<void> | undefined;

  private constructor(
    layout: StoreLayout,
    database: Database,
    { now = Date.now, provider, unpackLimit }: Omit<OpenStoreOptions, 'root'>,
  ) {
    this.root = layout.root;
    this.isReadOnly = layout.isReadOnly;
    this.provider = provider;
    this.unpackLimit = unpackLimit;
    this.#layout = layout;
    this.#now = now;
    this.#database = database;
    this.#lease = new Lease(layout);
    this.#journal = new Journal(database, {
      isReadOnly: layout.isReadOnly,
      makeDurable: () => makeDurable(layout.root),
      isThere: (needs) => this.#isThere(needs),
    });
    this.#tables = openTables(database, this.#journal);
    this.blobs = new BlobStore(layout, {
      lease: this.#lease,
      journal: this.#journal,
      isNamed: (digest) => this.images.isNamed(digest),
      temporaryDirectory: () => this.temporaryDirectory(),
    });
    this.layers = new LayerStore(layout, this.#tables.layers, this.#lease, this.#journal);
    this.images = new ImageStore(this.#tables);
    this.records = new RecordStore(this.#tables, now);
    this.facts = new FactStore(this.#tables.facts);
    this.cacheMounts = new CacheMountStore(layout, this.#lease);
    this.builds = new BuildRecordStore(layout);
  }

  /**
   * Opens a store, making it when absent.
   * @throws AppError STORE_UNWRITABLE, STORE_FOREIGN, STORE_VERSION, STORE_NOT_A_STORE, STORE_DAMAGED,
   *   STORE_BUSY
   */
  static async open({ root, ...options }: OpenStoreOptions): Promise<Store> {
    const layout = openLayout(root);
    const database = layout.isReadOnly
      ? Database.openReadOnly(layout.db)
      : await Database.open(layout.db, () => isStoreEmpty(layout));
    return new Store(layout, database, options);
  }

  /** A new directory inside the store, or elsewhere if that is read-only; removed when the store is closed. */
  async temporaryDirectory(): Promise<string> {
    if (this.isReadOnly) {
      const outside = await mkdtemp(join(tmpdir(), 'lamina-'));
      this.#outside.push(outside);
      return outside;
    }
    const random = randomBytes(8).toString('hex');
    const path = `${this.#layout.tmp}/${this.#lease.hold()}.${random}`;
    await mkdir(path, { mode: 0o700 });
    return path;
  }

  /**
   * Removes records as the options say, and then all content that nothing names and no live process holds.
   * Without options: only what killed processes and removed images left.
   */
  prune(
    options: PruneOptions & { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<PruneResult> {
    const { signal, ...selection } = options;
    return collect(
      {
        layout: this.#layout,
        database: this.#database,
        tables: this.#tables,
        lease: this.#lease,
        journal: this.#journal,
        now: this.#now,
      },
      selection,
      signal,
    );
  }

  /** Waits until no other process makes the step of a cache key, and sees what others have written by then. */
  lockStep(key: string, options: StepLockOptions): Promise<StepLock> {
    return lockStep(this.#layout, key, options);
  }

  /** Whether another process uses content of this store at this moment. */
  isInUse(): boolean {
    if (this.isReadOnly) return false;
    return readLiveLeases(this.#layout, this.#lease).names.size > (this.#lease.name ? 1 : 0);
  }

  /**
   * Holds what is made from now on, and looks at everything again: for somebody who begins anew because another process
   * has removed what they had found.
   */
  refresh(): void {
    if (!this.isReadOnly) this.#lease.hold();
    this.records.refresh();
  }

  /**
   * Waits until all that was put is visible to other processes and durable.
   * @throws AppError STORE_WRITE_FAILED, STORE_CONTENT_GONE
   */
  flush(): Promise<void> {
    return this.#journal.flush();
  }

  /** Flushes, gives up what this process held, and closes. Nothing may be asked of the store afterwards. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    try {
      await this.#journal.flush();
    } finally {
      this.#journal.stop();
      await this.provider?.[Symbol.asyncDispose]?.();
      await this.#removeTemporary();
      this.#lease.release();
      this.#database.close();
    }
  }

  async #removeTemporary(): Promise<void> {
    for (const path of this.#outside) await removeTree(path);
    const lease = this.#lease.name;
    if (lease === undefined) return;
    for (const name of readdirSync(this.#layout.tmp)) {
      if (!name.startsWith(`${lease}.`)) continue;
      await removeTree(`${this.#layout.tmp}/${name}`);
    }
  }

  #isThere({ layers, blobs, images = [] }: Needs): boolean {
    return (
      images.every((id) => this.#tables.images.getCommitted(id) !== undefined) &&
      layers.every((id) => this.#tables.layers.getCommitted(id) !== undefined) &&
      blobs.every((digest) => existsSync(blobFile(this.#layout, digest)))
    );
  }
}

/** Where the C library cannot be called, the system's own habit of writing within seconds must do. */
async function makeDurable(root: string): Promise<void> {
  try {
    await syncFileSystem(Buffer.from(root).toString('latin1'));
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'SYSTEM_UNSUPPORTED')) throw error;
  }
}
