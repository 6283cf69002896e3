/** What each part of the store takes on the disk. Every file is counted once, so that the parts add up to the whole. */
import { lstatSync, readdirSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Digest } from '../oci/index.ts';
import { diskUsageOf } from './disk-usage.ts';
import type { StoreLayout } from './layout.ts';
import { type OwnLease, readLiveLeases } from './live-leases.ts';
import { blobsNamedBy } from './sweep.ts';
import type { Tables } from './tables.ts';
import type { LayerId } from './types.ts';

export interface StoreUsage {
  /** Bytes of each layer's directory, with all its forms. */
  readonly layers: ReadonlyMap<LayerId, number>;
  readonly blobs: ReadonlyMap<Digest, number>;
  /** Blobs that each image needs: config, manifest, compressed layers. */
  readonly blobsOf: ReadonlyMap<Digest, ReadonlySet<Digest>>;
  /** Layers and blobs that live processes hold. */
  readonly pins: ReadonlySet<string>;
  /** What dead processes left in `tmp/`. */
  readonly abandoned: number;
  /** Everything else but cache mounts: the database, records of builds, locks, what live processes are making. */
  readonly rest: number;
}

export interface MeasureInput {
  readonly layout: StoreLayout;
  readonly tables: Tables;
  readonly lease: OwnLease;
}

/** Reads the metadata of all files of the store. */
export async function measureStore(input: MeasureInput): Promise<StoreUsage> {
  const { layout, tables, lease } = input;
  const seen = new Set<string>();
  const measured = async <T extends string>(folder: string, nameOf: (name: string) => T) => {
    const sizes = new Map<T, number>();
    for (const name of namesIn(folder)) {
      sizes.set(nameOf(name), diskUsageOf(`${folder}/${name}`, seen));
      await nextTurn();
    }
    return sizes;
  };
  // The names are made by this store alone.
  const layers = await measured(layout.layers, (name) => name as LayerId);
  const blobs = await measured(`${layout.blobs}/sha256`, (hex) => `sha256:${hex}` as Digest);
  const { names, pins } = layout.isReadOnly
    ? { names: new Set<string>(), pins: new Set<string>() }
    : readLiveLeases(layout, lease);
  let [abandoned, rest] = [0, 0];
  for (const name of namesIn(layout.tmp)) {
    const bytes = diskUsageOf(`${layout.tmp}/${name}`, seen);
    if (names.has(name.split('.')[0] ?? '')) rest += bytes;
    else abandoned += bytes;
  }
  const walked = new Set([layout.layers, layout.blobs, layout.mounts, layout.tmp]);
  for (const name of namesIn(layout.root)) {
    const path = `${layout.root}/${name}`;
    if (!walked.has(path)) rest += diskUsageOf(path, seen);
  }
  const folders = [layout.root, ...walked, `${layout.blobs}/sha256`];
  rest += folders.reduce((sum, path) => sum + ownBytes(path), 0);
  const images = [...tables.images.entries()];
  const blobsOf = new Map(
    images.map(([id, image]) => [id as Digest, blobsNamedBy(layout, image) as Set<Digest>]),
  );
  return { layers, blobs, blobsOf, pins, abandoned, rest };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Of the directory itself. */
function ownBytes(path: string): number {
  return (lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512;
}
