/** What `LayerWriter` takes. */
import {
  type BytePath,
  type ContentDigest,
  type ContentRange,
  comparePaths,
  type FileEntry,
} from '../files/index.ts';

/** Something to put into a layer. */
export type LayerItem = EntryItem | { readonly kind: 'whiteout'; readonly path: BytePath };

export interface EntryItem {
  readonly kind: 'entry';
  readonly entry: FileEntry;
  /** Source of a regular file's bytes (default: empty); of a link group only the first one is read. */
  readonly content?: ContentRange | Uint8Array | undefined;
  /** Digest of content that cannot change, if it is known: it is not hashed again. */
  readonly digest?: ContentDigest | undefined;
  /** Digest of content that has not changed since it was read, as far as its file's metadata can tell. */
  readonly expected?: ContentDigest | undefined;
  /** On a directory: lower layers do not show through. */
  readonly opaque?: boolean | undefined;
}

/** A file's content as the layer has it. */
export interface StoredContent {
  readonly digest: ContentDigest;
  readonly size: number;
}

export interface AddAllOptions {
  readonly signal?: AbortSignal | undefined;
  /** Whether the items are in `comparePaths` order already: then they are taken one at a time. */
  readonly sorted?: boolean | undefined;
  /** Called for each regular file, with its number among the items; for large ones at the end. */
  readonly onStored?: ((item: number, stored: StoredContent) => void) | undefined;
  /** Called from time to time with the bytes of content copied so far. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** Items that are mostly in order already. */
export function inPathOrder(items: Iterable<LayerItem>): readonly LayerItem[] {
  const list = [...items];
  const sorted = list.every(
    (item, at) => at === 0 || comparePaths(itemPath(list[at - 1] ?? item), itemPath(item)) < 0,
  );
  return sorted ? list : list.sort((a, b) => comparePaths(itemPath(a), itemPath(b)));
}

function itemPath(item: LayerItem): BytePath {
  return item.kind === 'entry' ? item.entry.path : item.path;
}
