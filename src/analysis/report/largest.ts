/** The largest files and directories of the final file system. */
import type { BytePath } from '../../files/index.ts';
import { type ImageModel, NONE, type PathNode, ROOT, type Version } from '../model/index.ts';

export interface LargeFile {
  readonly path: BytePath;
  readonly bytes: number;
  readonly layer: number;
}

export interface LargeDirectory {
  readonly path: BytePath;
  readonly bytes: number;
}

/** @param count at most so many */
export function largestFiles(model: ImageModel, count: number): LargeFile[] {
  const { versions } = model;
  let found: Version[] = [];
  for (const version of model.visible()) {
    if (!versions.isFile(version) || versions.size(version) === 0) continue;
    found.push(version);
    if (found.length > count * 100) found = largest(model, found, count);
  }
  return largest(model, found, count).map((version) => ({
    path: model.path(version),
    bytes: versions.size(version),
    layer: versions.layer(version),
  }));
}

function largest({ versions }: ImageModel, found: Version[], count: number): Version[] {
  return found.sort((a, b) => versions.size(b) - versions.size(a) || a - b).slice(0, count);
}

/** Bytes below each directory, by path; hard links count where the first of them is. */
export function directorySizes(model: ImageModel): Float64Array {
  const { versions, paths } = model;
  const sizes = new Float64Array(paths.size);
  const links = new Set<string>();
  for (const version of model.visible()) {
    const bytes = versions.size(version);
    const group = versions.linkGroup(version);
    const link = `${versions.layer(version)}:${group}`;
    if (bytes === 0 || (group !== NONE && links.has(link))) continue;
    if (group !== NONE) links.add(link);
    for (
      let node = paths.parent(versions.node(version));
      node !== NONE;
      node = paths.parent(node)
    ) {
      sizes[node] = (sizes[node] ?? 0) + bytes;
    }
  }
  return sizes;
}

/**
 * A directory whose bytes are nearly all in one directory below it is left out: that one says more.
 *
 * @param count at most so many
 */
export function largestDirectories(model: ImageModel, count: number): LargeDirectory[] {
  const sizes = directorySizes(model);
  const nodes: PathNode[] = [];
  for (const [node, bytes] of sizes.entries()) {
    if (node === ROOT || bytes === 0) continue;
    let heaviest = 0;
    for (const child of model.paths.children(node))
      heaviest = Math.max(heaviest, sizes[child] ?? 0);
    if (heaviest < bytes * MOSTLY) nodes.push(node);
  }
  return nodes
    .map((node) => ({ path: model.paths.path(node), bytes: sizes[node] ?? 0 }))
    .sort((a, b) => b.bytes - a.bytes || (a.path < b.path ? -1 : 1))
    .slice(0, count);
}

const MOSTLY = 0.95;
