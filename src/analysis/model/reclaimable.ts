/** Bytes that layers ship and the final file system does not show. */
import type { BytePath } from '../../files/index.ts';
import type { ImageModel } from './image-model.ts';
import { NONE } from './path-table.ts';
import type { HiddenReason, Version } from './version-table.ts';

export interface ReclaimableFile {
  readonly path: BytePath;
  readonly bytes: number;
  /** The layer that ships it. */
  readonly layer: number;
  /** The layer that hides it. */
  readonly hiddenBy: number;
  readonly reason: HiddenReason;
}

export interface Reclaimable {
  readonly bytes: number;
  /** Bytes by layer, bottom first. */
  readonly layers: readonly number[];
  /** Largest first; those of one size by layer and path. Empty files are left out. */
  readonly files: readonly ReclaimableFile[];
}

/**
 * The content of hard links is reclaimable when the last of them is hidden, and counts once, at the path that ships it.
 */
export function reclaimable(model: ImageModel): Reclaimable {
  const rewritten = metadataRewrites(model);
  const files: ReclaimableFile[] = [];
  const layers = model.layers.map(({ index }) => {
    let bytes = 0;
    for (const { version, last } of hiddenContents(model, index)) {
      const size = model.versions.size(version);
      bytes += size;
      files.push({
        path: model.path(version),
        bytes: size,
        layer: index,
        hiddenBy: model.versions.hiddenBy(last),
        reason: rewritten.has(last) ? 'metadata' : model.versions.hiddenReason(last),
      });
    }
    return bytes;
  });
  files.sort((a, b) => b.bytes - a.bytes || a.layer - b.layer || (a.path < b.path ? -1 : 1));
  return { bytes: layers.reduce((sum, bytes) => sum + bytes, 0), layers, files };
}

interface HiddenContent {
  /** Ships the bytes. */
  readonly version: Version;
  /** Was visible longest: itself, or a hard link of it. */
  readonly last: Version;
}

function* hiddenContents(model: ImageModel, layer: number): Generator<HiddenContent> {
  const { versions } = model;
  const groups = new Map<number, HiddenContent | undefined>();
  for (const version of model.versionsOf(layer)) {
    if (!versions.isFile(version) || versions.size(version) === 0) continue;
    if (versions.owner(version) !== version) continue;
    const names = [version, ...versions.linksAbove(version)];
    const isHidden = names.every((name) => versions.hiddenBy(name) !== NONE);
    const hidden = names.reduce((found, name) => later(model, found, name), {
      version,
      last: version,
    });
    const group = versions.linkGroup(version);
    if (group === NONE) {
      if (isHidden) yield hidden;
      continue;
    }
    const known = groups.get(group);
    if (!isHidden) groups.set(group, undefined);
    else if (!groups.has(group)) groups.set(group, hidden);
    else if (known !== undefined) groups.set(group, later(model, known, hidden.last));
  }
  for (const content of groups.values()) if (content !== undefined) yield content;
}

function later(model: ImageModel, known: HiddenContent, link: Version): HiddenContent {
  const { versions } = model;
  return versions.hiddenBy(link) > versions.hiddenBy(known.last) ? { ...known, last: link } : known;
}

/** Versions that a later layer ships again, for the sake of a mode, an owner, a time or an attribute. */
function metadataRewrites(model: ImageModel): ReadonlySet<Version> {
  const { versions } = model;
  const found = new Set<Version>();
  for (let version = 0; version < versions.length; version++) {
    const before = versions.before(version);
    if (before === NONE || versions.hiddenReason(before) !== 'overwritten') continue;
    if (model.change(version) === 'metadata') found.add(before);
  }
  return found;
}
