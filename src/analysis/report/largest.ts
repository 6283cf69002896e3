/** The largest files and directories of the final file system. */
import type { BytePath } from '../../files/index.ts';
import { type ImageModel, LinkGroups, type PathNode, ROOT, type Version } from '../model/index.ts';

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
  /** Smaller files are none of them. */
  let least = 1;
  for (const version of model.visible()) {
    if (!versions.isFile(version) || versions.size(version) < least) continue;
    found.push(version);
    if (found.length <= count * 10) continue;
    found = largest(model, found, count);
    least = versions.size(found.at(-1) ?? version);
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
  const links = new LinkGroups(versions);
  for (const version of model.visible()) {
    const bytes = versions.size(version);
    if (bytes === 0 || links.isFurther(version)) continue;
    const directory = paths.parent(versions.node(version));
    sizes[directory] = (sizes[directory] ?? 0) + bytes;
  }
  // What is in a directory has a higher number than the directory.
  for (let node = paths.size - 1; node > ROOT; node--) {
    const parent = paths.parent(node);
    sizes[parent] = (sizes[parent] ?? 0) + (sizes[node] ?? 0);
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
