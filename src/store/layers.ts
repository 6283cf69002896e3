/**
 * Layers as directories. A layer is made in a staging directory, which becomes the layer by one rename; what is in
 * it is the affair of `layers/`.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import { removeTree } from '../system/index.ts';
import type { Journal } from './journal.ts';
import type { StoreLayout } from './layout.ts';
import type { Lease } from './lease.ts';
import type { Table } from './table.ts';
import type { LayerId, LayerMeta } from './types.ts';

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
    const id = randomBytes(16).toString('hex') as LayerId;
    const directory = `${this.#layout.tmp}/${this.#lease.hold()}.${id}`;
    await mkdir(directory, { mode: 0o700 });
    let done = false;
    return {
      id,
      directory,
      commit: async (meta) => {
        if (done) throw new Error(`layer ${id} was committed or discarded before`);
        done = true;
        return this.#commit(directory, { ...meta, id });
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
   * @throws AppError STORE_LAYER_GONE
   */
  directory(id: LayerId): string {
    const path = this.location(id);
    const isThere = (): boolean => existsSync(path) && this.#table.get(id) !== undefined;
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

/** Where a layer lies; the id is verified, since it becomes a path. */
export function layerPath(layout: StoreLayout, id: LayerId): string {
  if (!LAYER_ID.test(id)) throw new Error(`not a layer id: ${JSON.stringify(id)}`);
  return `${layout.layers}/${id}`;
}

function layerGone(id: LayerId): AppError {
  return new AppError('STORE_LAYER_GONE', `the store has no layer ${id}`, {
    hint: 'another process pruned the store meanwhile; run the command again',
  });
}
