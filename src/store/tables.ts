import type { RootDatabase } from 'lmdb';
import type { Digest } from '../oci/index.ts';
import type { Journal } from './journal.ts';
import type { CacheAlias } from './records.ts';
import { Table } from './table.ts';
import type { CacheRecord, ImageRecord, LayerMeta } from './types.ts';

/** All that the database holds. */
export interface Tables {
  readonly layers: Table<LayerMeta>;
  readonly images: Table<ImageRecord>;
  readonly names: Table<Digest>;
  /** Full reference → ids, of names that mean images for several platforms. */
  readonly variants: Table<readonly Digest[]>;
  readonly records: Table<CacheRecord>;
  readonly aliases: Table<CacheAlias>;
  readonly used: Table<number>;
  readonly facts: Table<unknown>;
}

export function openTables(env: RootDatabase<unknown, string>, journal: Journal): Tables {
  return {
    layers: new Table(env, 'layers', journal),
    images: new Table(env, 'images', journal),
    names: new Table(env, 'names', journal),
    variants: new Table(env, 'variants', journal),
    records: new Table(env, 'records', journal),
    aliases: new Table(env, 'aliases', journal),
    used: new Table(env, 'used', journal),
    facts: new Table(env, 'facts', journal),
  };
}
