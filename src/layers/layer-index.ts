/**
 * The layer index: what a layer says, as data. The index *is* the layer; a tree (for overlayfs) and a tar (for
 * export) are derived from it, or it from them.
 */
import type { BytePath, ContentDigest, FileEntry } from '../files/index.ts';

/** A file that a layer brings. */
export interface LayerFile extends FileEntry {
  readonly kind: 'entry';
  /** On a directory: nothing of the same path in lower layers shows through. */
  readonly opaque?: boolean | undefined;
  /** Absent until somebody has read the whole file. */
  readonly digest?: ContentDigest | undefined;
  /** Where the content starts in the layer's `layer.tar`, when the layer has one. */
  readonly tarOffset?: number | undefined;
}

/** The path does not exist in the merged tree, whatever lower layers say. */
export interface Whiteout {
  readonly kind: 'whiteout';
  readonly path: BytePath;
}

/** What a layer says of one path. */
export type LayerEntry = LayerFile | Whiteout;

/** All that a layer says. */
export interface LayerIndex {
  /** Sorted by `comparePaths`, unique paths. The root entry (`''`) is present only if the layer sets its metadata. */
  readonly entries: readonly LayerEntry[];
  /**
   * Bytes of `layer.tar` that are the layer's tar, when the layer has one. Contents which that tar does not hold
   * in one piece (sparse files) follow after it; they are no part of the layer's bytes.
   */
  readonly tarSize?: number | undefined;
}

/** Names of what lies in a layer's directory. */
export const INDEX_FILE = 'index';
export const TAR_FILE = 'layer.tar';
export const TREE_DIRECTORY = 'tree';
