import type { BytePath } from '../../files/index.ts';
import { type ImageModel, NONE } from '../model/index.ts';
import { type LeftoverKind, leftoverOf } from './leftover-kind.ts';

export interface Leftovers {
  readonly kind: LeftoverKind;
  /** Bytes of the visible files; hard links count once. */
  readonly bytes: number;
  /** Directories that can go as a whole, and single files. Sorted. */
  readonly paths: readonly BytePath[];
}

/** @returns largest first; only kinds of which there is something */
export function findLeftovers(model: ImageModel): Leftovers[] {
  const { versions } = model;
  const found = new Map<LeftoverKind, { bytes: number; readonly paths: Set<BytePath> }>();
  const links = new Set<string>();
  for (const version of model.visible()) {
    if (versions.isDirectory(version)) continue;
    const leftover = leftoverOf(model.path(version));
    if (leftover === undefined) continue;
    const kind = found.get(leftover.kind) ?? { bytes: 0, paths: new Set() };
    found.set(leftover.kind, kind);
    kind.paths.add(leftover.root);
    const group = versions.linkGroup(version);
    const link = `${versions.layer(version)}:${group}`;
    if (group !== NONE && links.has(link)) continue;
    if (group !== NONE) links.add(link);
    kind.bytes += versions.size(version);
  }
  return [...found]
    .map(([kind, { bytes, paths }]) => ({ kind, bytes, paths: [...paths].sort() }))
    .sort((a, b) => b.bytes - a.bytes || (a.kind < b.kind ? -1 : 1));
}
