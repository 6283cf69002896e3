/** Several layers, one on top of the other, as one layer with the same effect on any layers below. */
import { createHash } from 'node:crypto';
import { shareWork } from '../concurrency/index.ts';
import { type BytePath, baseName, impliedDirectory, joinPath } from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import type { LayerFile } from './layer-index.ts';
import type { LayerItem } from './layer-item.ts';
import { type LayerStore, layerMeta } from './layer-store.ts';
import { effectiveTime } from './layer-tar.ts';
import { LayerView } from './layer-view.ts';
import { LayerWriter } from './layer-writer.ts';

/** Facts kind: the layers, their epochs and what is below → the layer made of them. */
const SQUASHED_FACT = 'squashedLayer';
const GROUPS_PER_LAYER = 2 ** 32;

export interface LayerToSquash {
  readonly id: LayerId;
  /** Seconds since the epoch; undefined: times as they are. */
  readonly epoch: number | undefined;
}

export interface SquashOptions {
  /** Whether no layer is below: then whiteouts of lower files are left out. */
  readonly isBottom: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes the layer, or finds the one made of the same layers before. Epochs are applied to its times, and no epoch
 * changes them any more.
 *
 * @param layers bottom first
 * @throws AppError LAYER_DAMAGED
 */
export async function squashLayers(
  store: LayerStore,
  layers: readonly LayerToSquash[],
  { isBottom, signal }: SquashOptions,
): Promise<LayerId> {
  const names = layers.map(({ id, epoch }) => `${id}@${epoch ?? ''}`);
  const key = createHash('sha256')
    .update(`${isBottom} ${names.join(' ')}`)
    .digest('hex');
  const known = store.facts.get<LayerId>(SQUASHED_FACT, key);
  if (known !== undefined && store.layers.get(known) !== undefined) return known;
  return shareWork(store, {
    name: `squash ${key}`,
    signal,
    work: async (end) => {
      const id = await write(store, layers, { isBottom, signal: end });
      store.facts.put(SQUASHED_FACT, key, id);
      return id;
    },
  });
}

async function write(
  store: LayerStore,
  layers: readonly LayerToSquash[],
  { isBottom, signal }: SquashOptions,
): Promise<LayerId> {
  const pile = new Pile();
  for (const [position, layer] of layers.entries()) pile.add(store, layer, position);
  const staged = await store.layers.stage();
  try {
    using writer = LayerWriter.create(staged.directory, { keepXattrs: true });
    await writer.addAll(pile.items(isBottom), { signal });
    const { size, files } = writer.finish();
    const created = Math.max(...layers.map(({ id }) => layerMeta(store, id).created));
    const { id } = await staged.commit({
      ...{ tree: false, tar: true, size, files, created },
      times: 'keep',
    });
    return id;
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** What the layers added so far have at a path. */
interface Node {
  file: { readonly entry: LayerFile; readonly view: LayerView } | undefined;
  /** Whether layers below the squashed ones are hidden at the path and below it. */
  hides: boolean;
  readonly children: Map<string, Node>;
}

class Pile {
  readonly #root: Node = emptyNode();

  add(store: LayerStore, { id, epoch }: LayerToSquash, position: number): void {
    const view = new LayerView(store, id);
    const { times } = layerMeta(store, id);
    for (const entry of view.entries) {
      if (entry.kind === 'whiteout') {
        const { siblings, name } = this.#locate(entry.path);
        siblings.set(name, { ...emptyNode(), hides: true });
        continue;
      }
      const mtime = effectiveTime(times, epoch, entry.mtime);
      const mtimeNs = mtime === entry.mtime ? entry.mtimeNs : 0;
      const linkGroup =
        entry.linkGroup === undefined ? undefined : position * GROUPS_PER_LAYER + entry.linkGroup;
      this.#put({ entry: { ...entry, mtime, mtimeNs, linkGroup }, view }, entry);
    }
  }

  #put(file: NonNullable<Node['file']>, { path, type, opaque }: LayerFile): void {
    if (path === '') {
      this.#root.file = file;
      if (opaque !== true) return;
      this.#root.hides = true;
      this.#root.children.clear();
      return;
    }
    const { siblings, name } = this.#locate(path);
    const old = siblings.get(name);
    if (type !== 'directory') {
      siblings.set(name, { file, hides: true, children: new Map() });
      return;
    }
    // A directory that replaces a file, or is new, begins empty.
    const wasHidden = old?.hides === true;
    const isKept = opaque !== true && old !== undefined && isDirectory(old);
    siblings.set(name, {
      file,
      hides: opaque === true || wasHidden,
      children: isKept ? old.children : new Map(),
    });
  }

  /** The directory above a path; a missing one is made, as unpackers do. */
  #locate(path: BytePath): { readonly siblings: Map<string, Node>; readonly name: string } {
    let node = this.#root;
    for (const part of path.split('/').slice(0, -1)) {
      const child = node.children.get(part) ?? emptyNode();
      // The parent is a file: it becomes a directory, which still hides what the file hid.
      if (child.file !== undefined && child.file.entry.type !== 'directory') child.file = undefined;
      node.children.set(part, child);
      node = child;
    }
    return { siblings: node.children, name: baseName(path) };
  }

  /** In no order. */
  *items(isBottom: boolean): Generator<LayerItem, void> {
    const { file, hides } = this.#root;
    if (file !== undefined) yield { kind: 'entry', entry: file.entry, opaque: hides && !isBottom };
    const open = [...this.#root.children].map(([name, node]) => ({ path: name, node }));
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const { path, node } = next;
      const item = itemOf(path, node, isBottom);
      if (item !== undefined) yield item;
      for (const [name, child] of node.children) {
        open.push({ path: joinPath(path, name), node: child });
      }
    }
  }
}

function itemOf(path: BytePath, node: Node, isBottom: boolean): LayerItem | undefined {
  const { file, hides, children } = node;
  if (file !== undefined) {
    const { entry, view } = file;
    if (entry.type === 'file') return { kind: 'entry', entry, content: view.content(entry) };
    const opaque = entry.type === 'directory' && hides && !isBottom;
    return { kind: 'entry', entry, opaque };
  }
  if (children.size === 0) return hides && !isBottom ? { kind: 'whiteout', path } : undefined;
  // An empty opaque directory would otherwise leave no entry.
  if (!hides && !isBottom) return undefined;
  return { kind: 'entry', entry: impliedDirectory(path), opaque: !isBottom };
}

function isDirectory({ file, hides, children }: Node): boolean {
  return file === undefined ? !hides || children.size > 0 : file.entry.type === 'directory';
}

function emptyNode(): Node {
  return { file: undefined, hides: false, children: new Map() };
}
