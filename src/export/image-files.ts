/** The final file system of an image, file by file, with the times its layers give in the image. */
import type { BytePath, FileEntry, FileTree } from '../files/index.ts';
import { MergedTree, readIndex } from '../layers/index.ts';
import type { ImageRecord, LayerMeta, Store } from '../store/index.ts';

export interface ImageFiles {
  readonly tree: FileTree;
  /** Whole seconds since the epoch. */
  readonly mtime: (entry: FileEntry) => number;
}

/** @param image an image without lazy layers: see `ensureImageLayers` */
export function imageFiles(store: Store, image: ImageRecord): ImageFiles {
  const tree = MergedTree.of(
    store,
    image.layers.map((layer) => layer.id),
  );
  const rules = timeRules(store, image);
  return { tree, mtime: (entry) => rules.get(entry.path)?.(entry.mtime) ?? entry.mtime };
}

/** All entries below the root: names in byte order, each directory before its contents. */
export function* walk(tree: FileTree): Generator<FileEntry, void> {
  // An explicit stack, since hostile images nest directories deeper than the call stack allows.
  const open = [...tree.list('')].reverse();
  for (let entry = open.pop(); entry !== undefined; entry = open.pop()) {
    yield entry;
    if (entry.type !== 'directory') continue;
    for (const child of [...tree.list(entry.path)].reverse()) open.push(child);
  }
}

type TimeRule = (mtime: number) => number;

/** The time of a path under an epoch, which the topmost layer with the path decides. */
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
