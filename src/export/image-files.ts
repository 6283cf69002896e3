/** The final file system of an image, file by file, with the times its layers give in the image. */
import type { BytePath, FileEntry, FileTree } from '../files/index.ts';
import { MergedTree, readIndex } from '../layers/index.ts';
import type { ImageRecord, LayerMeta, Store } from '../store/index.ts';

export interface ImageFiles {
  readonly tree: FileTree;
  /** Whole seconds since the epoch. */
  readonly mtime: (entry: FileEntry) => number;
}

/** @param image whose layers are all here: see `ensureImageLayers` */
export function imageFiles(store: Store, image: ImageRecord): ImageFiles {
  const tree = MergedTree.of(
    store,
    image.layers.map((layer) => layer.id),
  );
  const rules = timeRules(store, image);
  return { tree, mtime: (entry) => rules.get(entry.path)?.(entry.mtime) ?? entry.mtime };
}

/** All entries below the root: names in the order of their bytes, a directory before what is in it. */
export function* walk(tree: FileTree): Generator<FileEntry, void> {
  // A stack of its own, since hostile images nest directories deeper than calls may be.
  const open = [...tree.list('')].reverse();
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    yield entry;
    if (entry.type !== 'directory') continue;
    for (const child of [...tree.list(entry.path)].reverse()) open.push(child);
  }
}

type TimeRule = (mtime: number) => number;

/** How the time of a path follows from an epoch: by the topmost layer that has the path. */
function timeRules(store: Store, image: ImageRecord): Map<BytePath, TimeRule> {
  const rules = new Map<BytePath, TimeRule>();
  if (image.layers.every((layer) => layer.epoch === undefined)) return rules;
  for (const { id, epoch } of image.layers) {
    const rule = timeRule(store.layers.get(id)?.times ?? 'keep', epoch);
    for (const { path } of readIndex(store.layers.directory(id)).entries) rules.set(path, rule);
  }
  return rules;
}

function timeRule(times: LayerMeta['times'], epoch: number | undefined): TimeRule {
  if (epoch === undefined || times === 'keep') return (mtime) => mtime;
  return times === 'set' ? () => epoch : (mtime) => Math.min(mtime, epoch);
}
