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
import { isCollectionDue, noteCollection } from './collection-due.ts';
import { collect, type PruneResult } from './collector.ts';
import { Database } from './database.ts';
import { FactStore } from './facts.ts';
import { ImageStore } from './images.ts';
import { awaitHelpers, interruptedStep, readNote } from './interrupted-step.ts';
import { Journal, type Needs } from './journal.ts';
import { KeptStepStore } from './kept-step.ts';
import { LayerStore, type StagedLayer } from './layers.ts';
import { isStoreEmpty, openLayout, type StoreLayout } from './layout.ts';
import { Lease } from './lease.ts';
import { deadLeases, readLiveLeases } from './live-leases.ts';
import { RecordStore } from './records.ts';
import type { PruneOptions } from './selection.ts';
import { noteSound } from './sound-files.ts';
import { lockStep, type StepLock, type StepLockOptions } from './step-locks.ts';
import { measureStore, type StoreUsage } from './store-usage.ts';
import { openTables, type Tables } from './tables.ts';
import type { LayerProvider } from './types.ts';

export interface OpenStoreOptions {
  /** The directory; created if missing. */
  readonly root: string;
  /** The clock: milliseconds since the epoch. */
  readonly now?: (() => number) | undefined;
  /** Fetches lazy layers; disposed of when the store is closed. Undefined: they cannot be fetched. */
  readonly provider?: LayerProvider | undefined;
  /** Bytes that an archive may unpack to; undefined: nine tenths of the free space. */
  readonly unpackLimit?: number | undefined;
}

/**
 * All persistent state, in one directory. Several processes may use it at once.
 *
 *     await using store = await Store.open({ root });
 *     const staged = await store.layers.stage();
 *     …                                                   // make files in staged.directory
 *     const { id } = await staged.commit(meta);
 *     store.records.put(key, { layers: [...below, id], … });
 *
 * Writes are visible in this process at once, and to others and after a crash once `flush` or `close` has returned.
 * Content that was read or created through a store stays until it is closed.
 */
export class Store implements AsyncDisposable {
  readonly root: string;
  /** Nothing can be recorded. Derived data is kept in memory, for this process only. */
  readonly isReadOnly: boolean;
  readonly blobs: BlobStore;
  readonly layers: LayerStore;
  readonly images: ImageStore;
  readonly records: RecordStore;
  readonly facts: FactStore;
  readonly keptStep: KeptStepStore;
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
  /** Temporary directories outside a read-only store. */
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
      written: (path, info) => noteSound(this.facts, { name: info.digest, path, ...info }),
    });
    this.layers = new LayerStore(layout, this.#tables.layers, this.#lease, this.#journal);
    this.images = new ImageStore(this.#tables);
    this.records = new RecordStore(this.#tables, now);
    this.facts = new FactStore(this.#tables.facts);
    this.keptStep = new KeptStepStore(this.records, this.facts);
    this.cacheMounts = new CacheMountStore(layout, this.#lease);
    this.builds = new BuildRecordStore(layout);
  }

  /**
   * Opens a store; creates it if missing.
   * @throws AppError STORE_UNWRITABLE, STORE_FOREIGN, STORE_VERSION, STORE_NOT_A_STORE, STORE_DAMAGED, STORE_BUSY
   */
  static async open({ root, ...options }: OpenStoreOptions): Promise<Store> {
    const layout = openLayout(root);
    const database = layout.isReadOnly
      ? Database.openReadOnly(layout.db)
      : await Database.open(layout.db, () => isStoreEmpty(layout));
    return new Store(layout, database, options);
  }

  /** Creates a directory inside the store, or elsewhere if the store is read-only; removed when the store is closed. */
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
   * Takes over the step that a killed process was running, as far as it got. The caller commits or discards the layer.
   * @returns undefined if there is none, or nothing can be written
   */
  async adoptInterruptedStep(): Promise<
    { readonly staged: StagedLayer; readonly note: unknown } | undefined
  > {
    if (this.isReadOnly) return undefined;
    for (const { name, lock } of deadLeases(this.#layout)) {
      try {
        const left = interruptedStep(this.#layout, name);
        if (left === undefined) continue;
        // Without its helper nobody knows what the step changed.
        if ((await awaitHelpers(this.#layout, name)) !== 'finished') continue;
        const directory = `${this.#layout.tmp}/${left.staged}`;
        const note = readNote(directory, left);
        return { staged: this.layers.adopt(directory), note };
      } finally {
        lock.release();
      }
    }
    return undefined;
  }

  /** Call at the start of a build: an interrupted step is kept until then. */
  forgetInterruptedStep(): void {
    this.#lease.forgetInterruptedStep();
  }

  /**
   * Removes the records that the options select, and then all content that no record references and no live process
   * holds. Without options: only remains of killed processes and removed images.
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

  /** Whether it is time to collect. A process that has made nothing leaves that to others. */
  isCollectionDue(): boolean {
    if (this.isReadOnly || this.#lease.name === undefined) return false;
    return isCollectionDue(this.#layout.db, this.#now());
  }

  /** Notes that the store is being collected. */
  noteCollection(): void {
    if (!this.isReadOnly) noteCollection(this.#layout.db, this.#now());
  }

  /** What each part takes on the disk. */
  measure(): Promise<StoreUsage> {
    return measureStore({ layout: this.#layout, tables: this.#tables, lease: this.#lease });
  }

  /** Waits until no other process runs the step of a cache key, then sees what others have written by then. */
  lockStep(key: string, options: StepLockOptions): Promise<StepLock> {
    return lockStep(this.#layout, key, options);
  }

  /** Whether another process is using content of this store. */
  isInUse(): boolean {
    if (this.isReadOnly) return false;
    return readLiveLeases(this.#layout, this.#lease).names.size > (this.#lease.name ? 1 : 0);
  }

  /**
   * Takes a lease for new content and rereads everything: for a caller that starts over because another process removed
   * content that it had found.
   */
  refresh(): void {
    if (!this.isReadOnly) this.#lease.hold();
    this.records.refresh();
  }

  /**
   * Waits until all writes are visible to other processes and durable.
   * @throws AppError STORE_WRITE_FAILED, STORE_CONTENT_GONE
   */
  flush(): Promise<void> {
    return this.#journal.flush();
  }

  /** Flushes, releases this process's lease, and closes. The store must not be used afterwards. */
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

/** Without calls into the C library, rely on the system, which writes within seconds. */
async function makeDurable(root: string): Promise<void> {
  try {
    await syncFileSystem(Buffer.from(root).toString('latin1'));
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'SYSTEM_UNSUPPORTED')) throw error;
  }
}
