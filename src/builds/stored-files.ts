/** The lists of files that the store has kept, and the contents of those whose layers are still here. */
import { closeSync, readSync } from 'node:fs';
import type { BytePath, FileEntry } from '../files/index.ts';
import { MergedTree } from '../layers/index.ts';
import {
  decodeFileList,
  type FileFinder,
  isListedDigest,
  type ListedFile,
} from '../records/index.ts';
import type { LayerId, Store } from '../store/index.ts';
import { openContent } from '../system/index.ts';

/** Larger files are not compared line by line. */
const LARGEST = 512 * 1024;

export function storedFiles(store: Store): FileFinder {
  const lists = new Map<string, readonly ListedFile[] | undefined>();
  return {
    list: (digest) => {
      if (lists.has(digest)) return lists.get(digest);
      const text = store.builds.readList(digest);
      const list = text === undefined ? undefined : decodeFileList(text);
      lists.set(digest, list);
      return list;
    },
    textIn: (layer, file) => textIn(store, layer as LayerId, file),
  };
}

/** The text of a file that a layer has; undefined where it has none, or none that is a text. */
function textIn(store: Store, layer: LayerId, { digest, size }: ListedFile): string | undefined {
  const meta = store.layers.get(layer);
  if (meta === undefined || meta.lazy !== undefined || size > LARGEST) return undefined;
  const tree = MergedTree.of(store, [layer]);
  for (const entry of filesBelow(tree, '')) {
    if (entry.size !== size || !isListedDigest(digest, tree.knownDigest(entry) ?? '')) continue;
    const range = tree.content(entry);
    const fd = openContent(range);
    try {
      const bytes = Buffer.alloc(size);
      const length = readSync(fd, bytes, 0, size, range.offset);
      return bytes.includes(0) ? undefined : bytes.toString('utf8', 0, length);
    } finally {
      closeSync(fd);
    }
  }
  return undefined;
}

function* filesBelow(tree: MergedTree, directory: BytePath): Iterable<FileEntry> {
  for (const entry of tree.list(directory)) {
    if (entry.type === 'file') yield entry;
    else if (entry.type === 'directory') yield* filesBelow(tree, entry.path);
  }
}
