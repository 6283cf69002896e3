/** Cache records of vertices, by cache key. */
import type { Table } from './table.ts';
import type { CacheRecord, LayerId, LayerRow } from './types.ts';

/** An alias of a cache key: the record is stored under `key`. */
export interface CacheAlias {
  readonly key: string;
  readonly sourceResult: string;
}

export interface RecordTables {
  readonly records: Table<CacheRecord>;
  readonly aliases: Table<CacheAlias>;
  /** When a record was last used, to the day: milliseconds since the epoch. */
  readonly used: Table<number>;
  readonly layers: Table<LayerRow>;
}

const DAY = 86_400_000;

export class RecordStore {
  readonly #tables: RecordTables;
  readonly #now: () => number;
  readonly #seenLayers = new Set<LayerId>();

  constructor(tables: RecordTables, now: () => number) {
    this.#tables = tables;
    this.#now = now;
  }

  /** The record, if all its layers are in the store. */
  get(key: string): CacheRecord | undefined {
    const record = this.#tables.records.get(key);
    if (!record?.layers.every((id) => this.#hasLayer(id))) return undefined;
    this.#touch(key);
    return record;
  }

  /** Whether there is a record, also one that lacks layers. */
  has(key: string): boolean {
    return this.#tables.records.get(key) !== undefined;
  }

  /**
   * Visible in this process at once, to others soon after; durable after `Store.flush`.
   * @param settled called once others can see it
   */
  put(key: string, record: CacheRecord, settled?: () => void): void {
    const needs = { layers: record.layers, blobs: [], otherwise: 'forget' } as const;
    this.#tables.records.put(key, record, needs, settled);
    this.#touch(key);
  }

  /** Forgets which layers exist. */
  refresh(): void {
    this.#seenLayers.clear();
  }

  delete(key: string): void {
    this.#tables.records.delete(key);
    this.#tables.used.delete(key);
  }

  entries(): IterableIterator<[string, CacheRecord]> {
    return this.#tables.records.entries();
  }

  /** When a record was made or last found, to the day; milliseconds since the epoch. */
  lastUsed(key: string): number | undefined {
    return this.#tables.used.get(key);
  }

  alias(key: string): CacheAlias | undefined {
    return this.#tables.aliases.get(key);
  }

  putAlias(key: string, alias: CacheAlias): void {
    this.#tables.aliases.put(key, alias);
  }

  #hasLayer(id: LayerId): boolean {
    if (this.#seenLayers.has(id)) return true;
    if (this.#tables.layers.get(id) === undefined) return false;
    this.#seenLayers.add(id);
    return true;
  }

  /** Once a day, so that a fully cached build writes nothing. */
  #touch(key: string): void {
    const now = this.#now();
    const before = this.#tables.used.get(key);
    if (before === undefined || now - before >= DAY) this.#tables.used.put(key, now);
  }
}
