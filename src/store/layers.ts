/**
 * Layers as directories. A layer is made in a staging directory, which becomes the layer by one rename; what is in
 * it is the affair of `layers/`.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { acquireLock, hasErrorCode, type Lock, removeTree } from '../system/index.ts';
import { unlock } from './claims.ts';
import { storeDamaged } from './database-error.ts';
import type { Journal } from './journal.ts';
import type { StoreLayout } from './layout.ts';
import type { Lease } from './lease.ts';
import type { Table } from './table.ts';
import type { BlobSource, LayerId, LayerMeta, LayerPromise } from './types.ts';

/** A layer being made. Ends with `commit` or `discard`; what a killed process leaves is removed by a prune. */
export interface StagedLayer {
  readonly id: LayerId;
  /** Empty at first; files are made in it. Not valid after `commit`: use `LayerStore.directory`. */
  readonly directory: string;
  /** Makes it a layer of the store. */
  commit(meta: Omit<LayerMeta, 'id'>): Promise<LayerMeta>;
  /** Removes it; does nothing after `commit`. */
  discard(): Promise<void>;
}

/** What is said of a layer that is not here yet. */
export type NewPromise = Pick<LayerMeta, 'created' | 'times'> & { readonly promise: LayerPromise };

/** The right to keep a promise. No other process has it at the same time. */
export interface LayerClaim {
  readonly promise: LayerPromise;
  /** Begins the layer, which has the promised id once it is committed; again after a failed attempt. */
  stage(): Promise<StagedLayer>;
  /** Gives the right back, as soon as other processes can see what was committed. */
  release(): void;
}

const LAYER_ID = /^[0-9a-f]{32}$/;

export class LayerStore {
  readonly #layout: StoreLayout;
  readonly #table: Table<LayerMeta>;
  readonly #lease: Lease;
  readonly #journal: Journal;

  constructor(layout: StoreLayout, table: Table<LayerMeta>, lease: Lease, journal: Journal) {
    this.#layout = layout;
    this.#table = table;
    this.#lease = lease;
    this.#journal = journal;
  }

  /** Begins a layer. */
  async stage(): Promise<StagedLayer> {
    return this.#stage(newId(), (directory, meta) => this.#commit(directory, meta));
  }

  /** Adds a layer that is not here yet. Stays until this store is closed, and longer if something names it. */
  promise({ promise, created, times }: NewPromise): LayerMeta {
    const meta = {
      id: newId(),
      tree: false,
      tar: false,
      size: 0,
      files: 0,
      created,
      times,
      promise,
    };
    this.#lease.pinNew(meta.id);
    this.#table.put(meta.id, meta);
    return meta;
  }

  /** Adds a place where a promised layer can be had, to be tried first. */
  addSource(id: LayerId, source: BlobSource): void {
    const meta = this.get(id);
    if (meta?.promise === undefined) return;
    const { promise } = meta;
    const text = JSON.stringify(source);
    const others = promise.sources.filter((known) => JSON.stringify(known) !== text);
    this.#table.put(id, { ...meta, promise: { ...promise, sources: [source, ...others] } });
  }

  /**
   * Takes a promised layer to make it, which keeps other processes from doing so meanwhile.
   *
   * @returns undefined when the layer is here by now
   * @throws AppError STORE_LAYER_GONE; AbortedError
   */
  async claim(
    id: LayerId,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<LayerClaim | undefined> {
    if (!this.#lease.pin(id, () => this.#table.get(id) !== undefined)) throw layerGone(id);
    const lock = await acquireLock(lockPath(this.#layout, id), 'exclusive', { signal });
    try {
      const meta = this.get(id);
      if (meta === undefined) throw layerGone(id);
      if (meta.promise !== undefined) return this.#claimed(meta.id, meta.promise, lock);
    } catch (error) {
      unlock(lock);
      throw error;
    }
    unlock(lock);
    return undefined;
  }

  #claimed(id: LayerId, promise: LayerPromise, lock: Lock): LayerClaim {
    let visible: Promise<void> = Promise.resolve();
    const commit = async (directory: string, meta: LayerMeta): Promise<LayerMeta> => {
      await this.#clear(id);
      const { promise: _, ...kept } = meta;
      await rename(directory, this.location(id));
      this.#journal.contentWritten();
      visible = new Promise((settled) => this.#table.putThen(id, kept, settled));
      return kept;
    };
    return {
      promise,
      stage: () => this.#stage(id, commit),
      release: () => void visible.then(() => unlock(lock)),
    };
  }

  /** A process was killed between putting a layer in place and recording it: perhaps not all of it is on the disk. */
  async #clear(id: LayerId): Promise<void> {
    const aside = `${this.#layout.tmp}/${this.#lease.hold()}.${newId()}`;
    try {
      await rename(this.location(id), aside);
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return;
      throw error;
    }
    await removeTree(aside);
  }

  async #stage(
    id: LayerId,
    place: (directory: string, meta: LayerMeta) => Promise<LayerMeta>,
  ): Promise<StagedLayer> {
    const directory = `${this.#layout.tmp}/${this.#lease.hold()}.${newId()}`;
    await mkdir(directory, { mode: 0o700 });
    let done = false;
    return {
      id,
      directory,
      commit: async (meta) => {
        if (done) throw new Error(`layer ${id} was committed or discarded before`);
        done = true;
        return place(directory, { ...meta, id });
      },
      discard: async () => {
        if (done) return;
        done = true;
        await removeTree(directory);
      },
    };
  }

  get(id: LayerId): LayerMeta | undefined {
    return this.#table.get(id);
  }

  /**
   * The directory of a layer, which stays until this store is closed.
   * @throws AppError STORE_LAYER_GONE, STORE_DAMAGED; Error for a layer that is only promised: see `present` of `layers/`
   */
  directory(id: LayerId): string {
    const path = this.location(id);
    if (this.#table.get(id)?.promise !== undefined) throw new Error(`layer ${id} is only promised`);
    const isThere = (): boolean => {
      const isKnown = this.#table.get(id) !== undefined;
      // No collector is at work: it would have removed the record first.
      if (isKnown && !existsSync(path)) throw storeDamaged(`${path} is missing`);
      return isKnown;
    };
    if (!this.#lease.pin(id, isThere)) throw layerGone(id);
    return path;
  }

  /**
   * Where the layer's directory is, without holding it (which costs the loading of native code): for opening a file
   * in it at once. ENOENT then means that the layer was collected.
   */
  location(id: LayerId): string {
    return layerPath(this.#layout, id);
  }

  /** Changes what is known of a layer: a form was added. */
  update(meta: LayerMeta): void {
    if (this.#table.get(meta.id) === undefined) throw layerGone(meta.id);
    this.#journal.contentWritten();
    this.#table.put(meta.id, meta);
  }

  /** Makes a layer one that is only promised, since what is here of it cannot be used. It keeps its id. */
  loseContent(id: LayerId, promise: LayerPromise): void {
    const meta = this.get(id);
    if (meta === undefined) throw layerGone(id);
    this.#table.put(id, { ...meta, tree: false, tar: false, size: 0, files: 0, promise });
  }

  /** Adds a layer whose directory is there, and whose record was lost. */
  restore(meta: LayerMeta): void {
    this.#lease.pinNew(meta.id);
    this.#table.put(meta.id, meta);
  }

  /** Ids of all directories, whether or not something names them. */
  directories(): LayerId[] {
    return readdirSync(this.#layout.layers).filter((name): name is LayerId => LAYER_ID.test(name));
  }

  /** Forgets a layer. Its directory goes with the next prune. */
  remove(id: LayerId): void {
    this.#table.delete(id);
  }

  /** Every layer of the store. */
  *list(): IterableIterator<LayerMeta> {
    for (const [, meta] of this.#table.entries()) yield meta;
  }

  async #commit(directory: string, meta: LayerMeta): Promise<LayerMeta> {
    // Held before it is there: a collector lists the layers first and reads the leases after.
    this.#lease.pinNew(meta.id);
    await rename(directory, this.location(meta.id));
    this.#journal.contentWritten();
    this.#table.put(meta.id, meta);
    return meta;
  }
}

function newId(): LayerId {
  return randomBytes(16).toString('hex') as LayerId;
}

function lockPath(layout: StoreLayout, id: LayerId): string {
  return `${layout.locks}/${id}`;
}

/** Where a layer lies; the id is verified, since it becomes a path. */
export function layerPath(layout: StoreLayout, id: LayerId): string {
  if (!LAYER_ID.test(id)) throw new Error(`not a layer id: ${JSON.stringify(id)}`);
  return `${layout.layers}/${id}`;
}

/** What a layer is called that was there when somebody looked before. */
export function layerGone(id: LayerId): AppError {
  return new AppError('STORE_LAYER_GONE', `the store has no layer ${id}`, {
    hint: 'another process pruned the store; run the command again',
  });
}
