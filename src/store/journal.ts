/**
 * Writes are visible to this process at once and to others in batches. Content is made durable before a batch refers to
 * it, so no record survives a killed process or a power cut without its content.
 */
import { AppError } from '../errors.ts';
import type { Digest } from '../oci/index.ts';
import type { Database } from './database.ts';
import { readOnlyStore, writeFailed } from './database-error.ts';
import type { TableDatabase } from './table-database.ts';
import type { LayerId } from './types.ts';

/** Content that must be in the store when the write becomes visible. */
export interface Needs {
  readonly layers: readonly LayerId[];
  readonly blobs: readonly Digest[];
  readonly images?: readonly Digest[] | undefined;
  /** If it was collected meanwhile: forget the write, or make `flush` fail. */
  readonly otherwise: 'forget' | 'fail';
}

export interface Write {
  readonly table: TableDatabase;
  readonly key: string;
  /** Undefined: remove. */
  readonly value: unknown;
  readonly needs: Needs | undefined;
  /** Whether the value can be computed again. */
  readonly isDerived: boolean;
  /** Called inside the transaction; false: skip the write. */
  readonly onlyIf?: (() => boolean) | undefined;
  /** Called once others can see the write, or it was forgotten. */
  settled(): void;
}

export interface JournalOptions {
  /** Never write; pending writes stay visible in this process. */
  readonly isReadOnly?: boolean | undefined;
  /** Makes all content written so far durable. */
  makeDurable(): Promise<void>;
  /** Called inside the transaction, after the earlier writes of the batch. */
  isThere(needs: Needs): boolean;
}

/**
 * Milliseconds: long enough that syncs do not slow a build, short enough that a killed build keeps its finished steps.
 */
const DELAY = 2000;

export class Journal {
  readonly #database: Database;
  readonly #options: JournalOptions;
  #pending: Write[] = [];
  #running: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #delay = DELAY;
  #contentIsNew = false;
  #unflushed = false;

  constructor(database: Database, options: JournalOptions) {
    this.#database = database;
    this.#options = options;
  }

  add(write: Write): void {
    if (this.#options.isReadOnly === true) {
      if (!write.isDerived) throw readOnlyStore(write.table.file);
      return;
    }
    this.#pending.push(write);
    this.#schedule();
  }

  /** Call after a blob or layer was renamed to its final path. */
  contentWritten(): void {
    this.#contentIsNew = true;
  }

  /**
   * Waits until every write added so far is visible to others and durable.
   * @throws AppError STORE_WRITE_FAILED, STORE_DISK_FULL, STORE_BUSY (the writes stay pending), STORE_CONTENT_GONE
   */
  async flush(): Promise<void> {
    while (this.isBusy) await this.#commit();
    if (!this.#unflushed) return;
    this.#unflushed = false;
    await this.#database.flushed();
  }

  /** Whether `flush` would have to wait. */
  get isBusy(): boolean {
    return this.#pending.length > 0 || this.#running !== undefined;
  }

  /** Stops writing in the background; pending writes stay pending. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // Failed writes stay pending, and flush reports their failure.
      this.#commit().catch(() => {});
    }, this.#delay);
    this.#timer.unref();
  }

  #commit(): Promise<void> {
    this.#running ??= this.#writeBatch().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #writeBatch(): Promise<void> {
    this.stop();
    const batch = this.#pending;
    if (batch.length === 0) return;
    this.#pending = [];
    const lost: Write[] = [];
    try {
      await this.#syncContent();
      await this.#database.transaction(() => {
        for (const write of batch) if (!this.#apply(write)) lost.push(write);
      });
      this.#unflushed = true;
    } catch (error) {
      this.#pending = [...batch, ...this.#pending];
      throw error instanceof AppError ? error : writeFailed(error);
    }
    for (const write of batch) write.settled();
    if (lost.some(({ needs }) => needs?.otherwise === 'fail')) throw contentGone();
  }

  #apply({ table, key, value, needs, onlyIf }: Write): boolean {
    if (onlyIf?.() === false) return true;
    if (needs && !this.#options.isThere(needs)) return false;
    if (value === undefined) table.remove(key);
    else table.put(key, value);
    return true;
  }

  async #syncContent(): Promise<void> {
    if (!this.#contentIsNew) return;
    this.#contentIsNew = false;
    const start = performance.now();
    try {
      await this.#options.makeDurable();
    } catch (error) {
      this.#contentIsNew = true;
      throw error;
    }
    // Do not flood a slow disk.
    this.#delay = Math.max(DELAY, 4 * (performance.now() - start));
  }
}

function contentGone(): AppError {
  return new AppError(
    'STORE_CONTENT_GONE',
    'parts of the image were removed while it was being created',
    {
      hint: 'another process pruned the store; run the command again',
    },
  );
}
