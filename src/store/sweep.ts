/**
 * Moves unreferenced content to a trash directory, to delete it later. Runs while no other process can add to its
 * lease.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { type Digest, isDigest } from '../oci/index.ts';
import { hasErrorCode } from '../system/index.ts';
import { blobFile } from './blobs.ts';
import type { StoreLayout } from './layout.ts';
import type { LiveLeases } from './live-leases.ts';
import type { Tables } from './tables.ts';
import type { ImageRecord } from './types.ts';

export interface SweepInput {
  readonly layout: StoreLayout;
  readonly tables: Tables;
  /** Called once, after the content is listed: what is listed was pinned before. */
  readLeases(): LiveLeases;
  /** A new directory for the content to delete. */
  readonly trash: string;
}

/** Content moved to the trash. */
export interface Moved {
  readonly kind: 'layer' | 'blob' | 'temporary';
  readonly id: string;
  readonly path: string;
}

/** @returns the moved content */
export function sweep({ layout, tables, readLeases, trash }: SweepInput): Moved[] {
  mkdirSync(trash, { mode: 0o700 });
  const layers = readdirSync(layout.layers);
  const blobs = readdirIfThere(`${layout.blobs}/sha256`).map((hex) => `sha256:${hex}`);
  const temporary = readdirSync(layout.tmp);
  const leases = readLeases();
  const named = namedBlobs(layout, tables);
  const moved: Moved[] = [];
  const move = (kind: Moved['kind'], id: string, from: string): void => {
    const path = `${trash}/${kind}-${moved.length}`;
    try {
      renameSync(from, path);
      moved.push({ kind, id, path });
    } catch (error) {
      // An ending process has removed its own temporary files.
      if (!hasErrorCode(error, 'ENOENT')) throw error;
    }
  };
  for (const id of layers) {
    if (leases.pins.has(id) || tables.layers.getCommitted(id) !== undefined) continue;
    move('layer', id, `${layout.layers}/${id}`);
  }
  for (const digest of blobs) {
    if (leases.pins.has(digest) || named.has(digest)) continue;
    move('blob', digest, `${layout.blobs}/${digest.replace(':', '/')}`);
  }
  for (const name of temporary) {
    // Names in `tmp/` start with the name of a lease.
    if (leases.names.has(name.split('.')[0] ?? '')) continue;
    move('temporary', name, `${layout.tmp}/${name}`);
  }
  return moved;
}

/** Configs and manifests of all images, and the blobs that the manifests reference. */
function namedBlobs(layout: StoreLayout, tables: Tables): Set<string> {
  const named = new Set<string>();
  for (const [, image] of tables.images.committedEntries()) {
    for (const digest of blobsNamedBy(layout, image)) named.add(digest);
  }
  return named;
}

/** The config and manifest of an image, and the blobs that the manifest references. */
export function blobsNamedBy(
  layout: StoreLayout,
  { id, manifestDigest }: Pick<ImageRecord, 'id' | 'manifestDigest'>,
): Set<string> {
  const named = new Set<string>([id]);
  addManifest(layout, manifestDigest, named);
  return named;
}

function addManifest(layout: StoreLayout, digest: Digest, named: Set<string>): void {
  if (named.has(digest)) return;
  named.add(digest);
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(blobFile(layout, digest), 'utf8'));
  } catch (error) {
    // An image whose manifest is missing or invalid still keeps its other content.
    if (error instanceof SyntaxError || hasErrorCode(error, 'ENOENT')) return;
    throw error;
  }
  const { config, layers, manifests } = Object(manifest) as Record<string, unknown>;
  for (const descriptor of [config, layers, manifests].flat()) {
    const target = (Object(descriptor) as Record<string, unknown>).digest;
    if (typeof target !== 'string' || !isDigest(target)) continue;
    if ([manifests].flat().includes(descriptor)) addManifest(layout, target, named);
    else named.add(target);
  }
}

function readdirIfThere(path: string): string[] {
  try {
    return readdirSync(path);
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return [];
    throw error;
  }
}
