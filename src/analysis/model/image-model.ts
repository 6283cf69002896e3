/**
 * The files of an image through all of its layers: what each layer adds, changes, removes and hides. Layers are added
 * bottom first; nothing is read from disk.
 */
import type { BytePath, FileEntry } from '../../files/index.ts';
import type { LayerEntry } from '../../layers/index.ts';
import { integers } from './columns.ts';
import { NONE, type PathNode, PathTable, ROOT } from './path-table.ts';
import { type HiddenReason, type Version, VersionTable } from './version-table.ts';

/**
 * What a layer does to a path. `metadata`: same type and content, but another mode, owner, time, link target or
 * extended attribute. `unchanged`: the layer repeats what was there.
 */
export type ChangeKind = 'added' | 'changed' | 'metadata' | 'unchanged' | 'removed';

/** A layer, with the sums of its files. */
export interface LayerTotals {
  /** Counts from 0 at the bottom. */
  readonly index: number;
  /** Bytes of regular files the layer ships: apparent sizes, each group of hard links once. */
  readonly unpacked: number;
  /** Regular files the layer ships; each name of a hard link counts. */
  readonly files: number;
}

/** Versions `start` to `end` (exclusive) of the table. */
interface LayerRows extends LayerTotals {
  readonly start: Version;
  readonly end: Version;
}

/** All files of an image through all its layers. */
export class ImageModel {
  readonly paths = new PathTable();
  readonly versions = new VersionTable();
  /** The topmost version at each path, visible or not. */
  readonly #latest = integers();
  /** By version: the one added before it at the same path, or NONE. */
  readonly #previous = integers();
  readonly #layers: LayerRows[] = [];

  get layers(): readonly LayerTotals[] {
    return this.#layers;
  }

  /**
   * Adds a layer on top of the others.
   *
   * @param entries sorted by path, parents first, each path once, as in a layer index
   */
  addLayer(entries: Iterable<LayerEntry>): void {
    const index = this.#layers.length;
    const start = this.versions.length;
    const groups = new Set<number>();
    let [unpacked, files] = [0, 0];
    let directory: BytePath | undefined;
    let parent: PathNode = ROOT;
    for (const entry of entries) {
      const slash = entry.path.lastIndexOf('/');
      const above = slash < 0 ? '' : entry.path.slice(0, slash);
      if (above !== directory) {
        parent = this.paths.add(above);
        directory = above;
        this.#makeDirectories(parent, index);
      }
      const isRoot = entry.path === '';
      const node = isRoot ? ROOT : this.paths.child(parent, entry.path.slice(slash + 1));
      const version = this.#add(entry, node, index);
      if (!this.versions.isFile(version)) continue;
      files++;
      const group = this.versions.linkGroup(version);
      if (group !== NONE && groups.has(group)) continue;
      if (group !== NONE) groups.add(group);
      unpacked += this.versions.shipped(version);
    }
    this.#layers.push({ index, unpacked, files, start, end: this.versions.length });
  }

  /** The versions of one layer, in the order of their paths. */
  *versionsOf(layer: number): Generator<Version> {
    const rows = this.#layers[layer];
    if (rows === undefined) return;
    for (let version = rows.start; version < rows.end; version++) yield version;
  }

  /** The path of a version, without a leading slash. */
  path(version: Version): BytePath {
    return this.paths.path(this.versions.node(version));
  }

  /** @returns undefined while it depends on a digest that is missing */
  change(version: Version): ChangeKind | undefined {
    const { versions } = this;
    const before = versions.before(version);
    if (versions.isWhiteout(version)) return 'removed';
    if (before === NONE) return 'added';
    const same = versions.sameContent(before, version);
    if (same === undefined) return undefined;
    if (!same) return 'changed';
    return versions.sameMetadata(before, version) ? 'unchanged' : 'metadata';
  }

  /**
   * What is visible at a path when the layers up to `layer` are stacked.
   *
   * @returns NONE where there is nothing, or a directory that no layer has an entry for
   */
  visibleAt(node: PathNode, layer: number): Version {
    let version = this.#latestAt(node);
    while (version !== NONE) {
      const { versions } = this;
      const hidden = versions.hiddenBy(version);
      const isThere = versions.layer(version) <= layer && !versions.isWhiteout(version);
      if (isThere && (hidden === NONE || hidden > layer)) return version;
      version = this.#previous.at(version);
    }
    return NONE;
  }

  /** The entry at a path when the layers up to `layer` are stacked. */
  lookup(path: BytePath, layer = this.#layers.length - 1): FileEntry | undefined {
    const node = this.paths.find(path);
    const version = node === NONE ? NONE : this.visibleAt(node, layer);
    return version === NONE ? undefined : this.entry(version);
  }

  /** What a version says, as a file; its link group means something within its layer only. */
  entry(version: Version): FileEntry {
    const { versions } = this;
    const { device, ...metadata } = versions.metadata(version);
    const type = versions.type(version);
    if (type === 'whiteout') throw new Error('a whiteout is no file');
    const [devMajor, devMinor] = device?.split(':').map(Number) ?? [];
    const group = versions.linkGroup(version);
    return {
      ...{ path: this.path(version), type, size: versions.size(version), ...metadata },
      ...(group !== NONE && { linkGroup: group }),
      ...(devMajor !== undefined && { devMajor, devMinor }),
    };
  }

  /** Versions that a layer hides, whether it puts something else at their paths or not. In no order of paths. */
  *hiddenBy(layer: number): Generator<Version> {
    const end = this.#layers[layer]?.start ?? 0;
    for (let version = 0; version < end; version++) {
      if (this.versions.hiddenBy(version) === layer) yield version;
    }
  }

  /** Versions visible in the end, in no order. */
  *visible(): Generator<Version> {
    for (let node = 0; node < this.paths.size; node++) {
      const version = this.#visible(node);
      if (version !== NONE) yield version;
    }
  }

  /** Pairs of versions, the lower first, where only their digests tell whether the content changed. */
  *undecided(): Generator<readonly [Version, Version]> {
    for (let version = 0; version < this.versions.length; version++) {
      const before = this.versions.before(version);
      if (before === NONE || this.versions.isWhiteout(version)) continue;
      if (this.versions.sameContent(before, version) === undefined) yield [before, version];
    }
  }

  #add(entry: LayerEntry, node: PathNode, layer: number): Version {
    const { versions } = this;
    const visible = this.#visible(node);
    const version = versions.add(entry, node, layer, this.visibleAt(node, layer - 1));
    if (entry.kind === 'entry' && entry.linkBelow !== undefined) {
      const target = this.paths.find(entry.linkBelow);
      const lower = target === NONE ? NONE : this.visibleAt(target, layer - 1);
      if (lower !== NONE && versions.isFile(lower)) versions.linkTo(version, lower);
    }
    this.#previous.push(this.#latestAt(node));
    this.#setLatest(node, version);
    if (versions.isWhiteout(version)) {
      if (visible !== NONE) versions.hide(visible, layer, 'deleted');
      this.#hideBelow(node, layer, 'deleted');
      return version;
    }
    if (visible !== NONE) versions.hide(visible, layer, 'overwritten');
    if (!versions.isDirectory(version)) this.#hideBelow(node, layer, 'overwritten');
    else if (versions.isOpaque(version)) {
      this.#hideBelow(node, layer, versions.isRecreated(version) ? 'deleted' : 'opaque');
    }
    return version;
  }

  /** A layer that has something below a path makes it a directory, whether it says so or not. */
  #makeDirectories(parent: PathNode, layer: number): void {
    for (let node = parent; node !== ROOT; node = this.paths.parent(node)) {
      const version = this.#visible(node);
      if (version === NONE || this.versions.isDirectory(version)) continue;
      if (this.versions.layer(version) < layer) this.versions.hide(version, layer, 'overwritten');
    }
  }

  #hideBelow(top: PathNode, layer: number, reason: HiddenReason): void {
    const open: PathNode[] = [this.paths.firstChild(top)];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node === NONE) continue;
      open.push(this.paths.nextSibling(node), this.paths.firstChild(node));
      const version = this.#visible(node);
      if (version !== NONE) this.versions.hide(version, layer, reason);
    }
  }

  /** A version that is hidden, or a whiteout, has nothing visible under it. */
  #visible(node: PathNode): Version {
    const version = this.#latestAt(node);
    if (version === NONE || this.versions.isWhiteout(version)) return NONE;
    return this.versions.hiddenBy(version) === NONE ? version : NONE;
  }

  #latestAt(node: PathNode): Version {
    return node < this.#latest.length ? this.#latest.at(node) : NONE;
  }

  #setLatest(node: PathNode, version: Version): void {
    while (this.#latest.length <= node) this.#latest.push(NONE);
    this.#latest.set(node, version);
  }
}
