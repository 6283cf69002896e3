import type { Digest } from '../oci/index.ts';
import type { Database } from './database.ts';
import type { Journal } from './journal.ts';
import type { CacheAlias } from './records.ts';
import { Table } from './table.ts';
import type { CacheRecord, ImageRecord, LayerRow } from './types.ts';

/** The tables of the database. */
export interface Tables {
  readonly layers: Table<LayerRow>;
  readonly images: Table<ImageRecord>;
  readonly names: Table<Digest>;
  /** Full reference → ids, for names of multi-platform images. */
  readonly variants: Table<readonly Digest[]>;
  readonly records: Table<CacheRecord>;
  readonly aliases: Table<CacheAlias>;
  readonly used: Table<number>;
  readonly facts: Table<unknown>;
}

export function openTables(database: Database, journal: Journal): Tables {
  return {
    layers: new Table(database.table('layers'), journal),
    images: new Table(database.table('images'), journal),
    names: new Table(database.table('names'), journal),
    variants: new Table(database.table('variants'), journal),
    records: new Table(database.table('records'), journal),
    aliases: new Table(database.table('aliases'), journal, true),
    used: new Table(database.table('used'), journal, true),
    facts: new Table(database.table('facts'), journal, true),
  };
}
