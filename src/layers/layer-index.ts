/**
 * The layer index: the contents of a layer, as data. The index *is* the layer; a tree (for overlayfs) and a tar (for
 * export) are derived from it, or it from them.
 */
import type { BytePath, ContentDigest, FileEntry } from '../files/index.ts';

/** A file that a layer adds. */
export interface LayerFile extends FileEntry {
  readonly kind: 'entry';
  /** On a directory: lower layers do not show through. */
  readonly opaque?: boolean | undefined;
  /** Of an opaque directory: it is opaque because the layer deletes the directory with a whiteout and recreates it. */
  readonly recreated?: boolean | undefined;
  /** Set once the whole file has been read. */
  readonly digest?: ContentDigest | undefined;
  /** Where the content starts in the layer's `layer.tar`, when the layer has one. */
  readonly tarOffset?: number | undefined;
  /** Of a hard link to a file of a lower layer, where the layer's tar was read: that file's path. The tar does not hold its content. */
  readonly linkBelow?: BytePath | undefined;
}

/** The path does not exist in the merged tree, whatever lower layers have. */
export interface Whiteout {
  readonly kind: 'whiteout';
  readonly path: BytePath;
}

/** What a layer has at one path. */
export type LayerEntry = LayerFile | Whiteout;

/** All that a layer has. */
export interface LayerIndex {
  /** Sorted by `comparePaths`, unique paths. The root entry (`''`) is present only if the layer sets its metadata. */
  readonly entries: readonly LayerEntry[];
  /**
   * Bytes of `layer.tar` that are the layer's tar, when the layer has one. Contents that the tar does not hold in one
   * piece (sparse files) follow after it; they are not part of the layer's bytes.
   */
  readonly tarSize?: number | undefined;
}

/** Names of files in a layer's directory. */
export const INDEX_FILE = 'index';
export const TAR_FILE = 'layer.tar';
export const TREE_DIRECTORY = 'tree';
