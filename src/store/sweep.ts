/**
 * Moves content that nothing names out of the way, where it can be deleted at leisure. Runs while nobody else can say
 * what they need.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { type Digest, isDigest } from '../oci/index.ts';
import { hasErrorCode } from '../system/index.ts';
import { blobFile } from './blobs.ts';
import type { StoreLayout } from './layout.ts';
import type { LiveLeases } from './live-leases.ts';
import type { Tables } from './tables.ts';

export interface SweepInput {
  readonly layout: StoreLayout;
  readonly tables: Tables;
  readonly leases: LiveLeases;
  /** A new directory to move things into. */
  readonly trash: string;
}

/** Something that is in the trash now. */
export interface Moved {
  readonly kind: 'layer' | 'blob' | 'temporary';
  readonly id: string;
  readonly path: string;
}

/** @returns what was moved */
export function sweep(input: SweepInput): Moved[] {
  mkdirSync(input.trash, { mode: 0o700 });
  return [...sweepLayers(input), ...sweepBlobs(input), ...sweepTemporary(input)];
}

function sweepLayers({ layout, tables, leases, trash }: SweepInput): Moved[] {
  const moved: Moved[] = [];
  for (const id of readdirSync(layout.layers)) {
    if (leases.pins.has(id) || tables.layers.getCommitted(id) !== undefined) continue;
    const path = `${trash}/layer-${id}`;
    renameSync(`${layout.layers}/${id}`, path);
    moved.push({ kind: 'layer', id, path });
  }
  return moved;
}

function sweepBlobs({ layout, tables, leases, trash }: SweepInput): Moved[] {
  const folder = `${layout.blobs}/sha256`;
  const needed = namedBlobs(layout, tables);
  const moved: Moved[] = [];
  for (const name of readdirIfThere(folder)) {
    const digest = `sha256:${name}`;
    if (leases.pins.has(digest) || needed.has(digest)) continue;
    const path = `${trash}/blob-${name}`;
    renameSync(`${folder}/${name}`, path);
    moved.push({ kind: 'blob', id: digest, path });
  }
  return moved;
}

/** What dead processes left in `tmp/`: names there begin with the name of a lease. */
function sweepTemporary({ layout, leases, trash }: SweepInput): Moved[] {
  const moved: Moved[] = [];
  for (const name of readdirSync(layout.tmp)) {
    if (leases.names.has(name.split('.')[0] ?? '')) continue;
    const path = `${trash}/tmp-${name}`;
    renameSync(`${layout.tmp}/${name}`, path);
    moved.push({ kind: 'temporary', id: name, path });
  }
  return moved;
}

/** Configs and manifests of all images, and the blobs the manifests name. */
function namedBlobs(layout: StoreLayout, tables: Tables): Set<string> {
  const named = new Set<string>();
  for (const [, image] of tables.images.committedEntries()) {
    named.add(image.id);
    addManifest(layout, image.manifestDigest, named);
  }
  return named;
}

function addManifest(layout: StoreLayout, digest: Digest, named: Set<string>): void {
  if (named.has(digest)) return;
  named.add(digest);
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(blobFile(layout, digest), 'utf8'));
  } catch (error) {
    // An image whose manifest is gone or no JSON keeps what else it names.
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
