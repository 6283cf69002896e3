/** The files of a layer, or of the file system of a whole image, in one form for comparison. */
import { type ContentRange, comparePaths, type FileEntry, type FileTree } from '../files/index.ts';
import { effectiveTime, type LayerEntry, MergedTree, readIndex } from '../layers/index.ts';
import { type ImageLayer, layerGone, type Store } from '../store/index.ts';

export type ComparedFile = LayerEntry;

export interface ComparedFiles {
  /** Sorted by `comparePaths`. */
  readonly items: readonly ComparedFile[];
  /** Undefined: only digests are known, and every regular file has one. */
  readonly content: ((entry: FileEntry) => ContentRange) | undefined;
}

/** The entries of a layer, with the times that an export gives them. */
export function filesOfLayer(store: Store, layer: ImageLayer): ComparedFiles {
  const meta = store.layers.get(layer.id);
  if (meta === undefined) throw layerGone(layer.id);
  const { entries } = readIndex(store.layers.directory(layer.id));
  const tree = MergedTree.of(store, [layer.id]);
  return {
    items: entries.map((entry) => {
      if (entry.kind === 'whiteout') return entry;
      const mtime = effectiveTime(meta.times, layer.epoch, entry.mtime);
      return { ...entry, mtime, mtimeNs: mtime === entry.mtime ? entry.mtimeNs : 0 };
    }),
    content: (entry) => tree.content(entry),
  };
}

/** The files that a container of the image sees. */
export function filesOfImage(store: Store, layers: readonly ImageLayer[]): ComparedFiles {
  const tree = MergedTree.of(
    store,
    layers.map(({ id }) => id),
  );
  const items = [...walk(tree, '')].sort((a, b) => comparePaths(a.path, b.path));
  return { items, content: (entry) => tree.content(entry) };
}

function* walk(tree: FileTree, root: string): Generator<ComparedFile> {
  const open = [root];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const entry of tree.list(path)) {
      const digest = entry.type === 'file' ? tree.knownDigest(entry) : undefined;
      yield { kind: 'entry', ...entry, digest };
      if (entry.type === 'directory') open.push(entry.path);
    }
  }
}
