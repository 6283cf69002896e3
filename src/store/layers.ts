/**
 * Layers as directories. A layer is created in a staging directory and committed by one rename. The content is up to
 * `layers/`.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { acquireLock, hasErrorCode, type Lock, removeTree } from '../system/index.ts';
import { unlock } from './claims.ts';
import { storeDamaged } from './database-error.ts';
import type { Journal } from './journal.ts';
import { LayerTable } from './layer-table.ts';
import type { StoreLayout } from './layout.ts';
import type { Lease } from './lease.ts';
import type { Table } from './table.ts';
import type { BlobSource, LayerId, LayerMeta, LayerRow, LazyLayer } from './types.ts';

/** A layer being created. End it with `commit` or `discard`; a prune removes those of killed processes. */
export interface StagedLayer {
  readonly id: LayerId;
  /** Initially empty; create the files in it. Invalid after `commit`: use `LayerStore.directory`. */
  readonly directory: string;
  /** Commits it as a layer of the store. */
  commit(meta: Omit<LayerMeta, 'id'>): Promise<LayerMeta>;
  /** Removes it; no effect after `commit`. */
  discard(): Promise<void>;
}

/** What is known of a layer that is not in the store yet. */
export type NewLazyLayer = Pick<LayerMeta, 'created' | 'times'> & { readonly lazy: LazyLayer };

/** The right to fetch a lazy layer. Only one process has it at a time. */
export interface LayerClaim {
  readonly lazy: LazyLayer;
  /** Begins the layer, which has the id of the lazy layer once committed. Call it again after a failed attempt. */
  stage(): Promise<StagedLayer>;
  /** Gives the right back as soon as other processes can see what was committed. */
  release(): void;
}

const LAYER_ID = /^[0-9a-f]{32}$/;

export class LayerStore {
  readonly #layout: StoreLayout;
  readonly #table: LayerTable;
  readonly #lease: Lease;
  readonly #journal: Journal;

  constructor(layout: StoreLayout, table: Table<LayerRow>, lease: Lease, journal: Journal) {
    this.#layout = layout;
    this.#table = new LayerTable(table);
    this.#lease = lease;
    this.#journal = journal;
  }

  /** Begins a layer. */
  async stage(): Promise<StagedLayer> {
    return this.#stage(newId(), (directory, meta) => this.#commit(directory, meta));
  }

  /**
   * Goes on with what a dead process has staged.
   * @param left its directory; the caller has locked the lease of that process
   */
  adopt(left: string): StagedLayer {
    const directory = `${this.#layout.tmp}/${this.#lease.hold()}.${newId()}`;
    renameSync(left, directory);
    return this.#staged(newId(), directory, (from, meta) => this.#commit(from, meta));
  }

  /** Adds a layer that is not in the store yet. It stays until this store is closed, and longer if something names it. */
  recordLazy({ lazy, created, times }: NewLazyLayer): LayerMeta {
    const meta = {
      id: newId(),
      tree: false,
      tar: false,
      size: 0,
      files: 0,
      created,
      times,
      lazy,
    };
    this.#lease.pinNew(meta.id);
    this.#table.put(meta.id, meta);
    return meta;
  }

  /** Adds a source of a lazy layer, which is tried first. */
  addSource(id: LayerId, source: BlobSource): void {
    const meta = this.get(id);
    if (meta?.lazy === undefined) return;
    const { lazy } = meta;
    const text = JSON.stringify(source);
    const others = lazy.sources.filter((known) => JSON.stringify(known) !== text);
    this.#table.put(id, { ...meta, lazy: { ...lazy, sources: [source, ...others] } });
  }

  /**
   * Claims a lazy layer for fetching; other processes wait meanwhile.
   *
   * @returns undefined when the layer is in the store by now
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
      if (meta.lazy !== undefined) return this.#claimed(meta.id, meta.lazy, lock);
    } catch (error) {
      unlock(lock);
      throw error;
    }
    unlock(lock);
    return undefined;
  }

  #claimed(id: LayerId, lazy: LazyLayer, lock: Lock): LayerClaim {
    let visible: Promise<void> = Promise.resolve();
    const commit = async (directory: string, meta: LayerMeta): Promise<LayerMeta> => {
      await this.#clear(id);
      const { lazy: _, ...kept } = meta;
      await rename(directory, this.location(id));
      this.#journal.contentWritten();
      visible = new Promise((settled) => this.#table.putThen(id, kept, settled));
      return kept;
    };
    return {
      lazy,
      stage: () => this.#stage(id, commit),
      release: () => void visible.then(() => unlock(lock)),
    };
  }

  /** A process was killed between renaming a layer and recording it: perhaps not all of it is on the disk. */
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
    store: (directory: string, meta: LayerMeta) => Promise<LayerMeta>,
  ): Promise<StagedLayer> {
    const directory = `${this.#layout.tmp}/${this.#lease.hold()}.${newId()}`;
    // At once: a trip through the thread pool takes longer than the call.
    mkdirSync(directory, { mode: 0o700 });
    return this.#staged(id, directory, store);
  }

  #staged(
    id: LayerId,
    directory: string,
    store: (directory: string, meta: LayerMeta) => Promise<LayerMeta>,
  ): StagedLayer {
    let done = false;
    return {
      id,
      directory,
      commit: async (meta) => {
        if (done) throw new Error(`layer ${id} was committed or discarded before`);
        done = true;
        return store(directory, { ...meta, id });
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
   * @throws AppError STORE_LAYER_GONE, STORE_DAMAGED; Error for a lazy layer: see `ensureLayers` of `layers/`
   */
  directory(id: LayerId): string {
    const path = this.location(id);
    if (this.#table.get(id)?.lazy !== undefined) throw new Error(`layer ${id} is lazy`);
    const isThere = (): boolean => {
      const isKnown = this.#table.get(id) !== undefined;
      // Not a collector's work: it would have removed the record first.
      if (isKnown && !existsSync(path)) throw storeDamaged(`${path} is missing`);
      return isKnown;
    };
    if (!this.#lease.pin(id, isThere)) throw layerGone(id);
    return path;
  }

  /**
   * The path of the layer's directory, without holding it, since that loads native code. For opening a file at once:
   * ENOENT then means that the layer was collected.
   */
  location(id: LayerId): string {
    return layerPath(this.#layout, id);
  }

  /** Updates a layer's metadata, after a form was added. */
  update(meta: LayerMeta): void {
    if (this.#table.get(meta.id) === undefined) throw layerGone(meta.id);
    this.#journal.contentWritten();
    this.#table.put(meta.id, meta);
  }

  /** Makes a layer lazy again, since its content in the store cannot be used. It keeps its id. */
  loseContent(id: LayerId, lazy: LazyLayer): void {
    const meta = this.get(id);
    if (meta === undefined) throw layerGone(id);
    this.#table.put(id, { ...meta, tree: false, tar: false, size: 0, files: 0, lazy });
  }

  /** Adds a layer whose directory exists but whose record was lost. */
  restore(meta: LayerMeta): void {
    this.#lease.pinNew(meta.id);
    this.#table.put(meta.id, meta);
  }

  /** Ids of all directories, whether or not something names them. */
  directories(): LayerId[] {
    return readdirSync(this.#layout.layers).filter((name): name is LayerId => LAYER_ID.test(name));
  }

  /** Removes a layer's record. The next prune removes its directory. */
  remove(id: LayerId): void {
    this.#table.delete(id);
  }

  /** All layers of the store. */
  *list(): IterableIterator<LayerMeta> {
    yield* this.#table.values();
  }

  async #commit(directory: string, meta: LayerMeta): Promise<LayerMeta> {
    // Pin it before the rename: a collector lists the layers first and then reads the leases.
    this.#lease.pinNew(meta.id);
    renameSync(directory, this.location(meta.id));
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

/** The path of a layer; checks the id, since it becomes part of a path. */
export function layerPath(layout: StoreLayout, id: LayerId): string {
  if (!LAYER_ID.test(id)) throw new Error(`not a layer id: ${JSON.stringify(id)}`);
  return `${layout.layers}/${id}`;
}

/** The error for a layer that was removed since it was found. */
export function layerGone(id: LayerId): AppError {
  return new AppError('STORE_LAYER_GONE', `the store has no layer ${id}`, {
    hint: 'another process pruned the store; run the command again',
  });
}
