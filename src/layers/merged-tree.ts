/** The layers of an image in a store, merged without mounting or unpacking anything. */
import type { BytePath, ContentDigest, ContentRange, FileEntry, FileTree } from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import type { LayerStore } from './layer-store.ts';
import { LayerCache, type LayerView } from './layer-view.ts';
import { MergedIndexes } from './merged-indexes.ts';

/** A stack of layers as one tree, with the bytes of its files. */
export class MergedTree implements FileTree {
  readonly #cache: LayerCache;
  /** Bottom first. */
  readonly #ids: readonly LayerId[];
  readonly #merged: MergedIndexes;

  private constructor(cache: LayerCache, ids: readonly LayerId[]) {
    this.#cache = cache;
    this.#ids = ids;
    this.#merged = new MergedIndexes(ids.length, (layer) => this.#view(layer));
  }

  /**
   * @param ids bottom first
   * @param cache holds indexes that were read, for several trees over the same store
   */
  static of(
    store: LayerStore,
    ids: readonly LayerId[],
    cache: LayerCache = new LayerCache(store),
  ): MergedTree {
    return new MergedTree(cache, ids);
  }

  lookup(path: BytePath): FileEntry | undefined {
    return this.#merged.lookup(path);
  }

  list(path: BytePath): readonly FileEntry[] {
    return this.#merged.list(path);
  }

  content(entry: FileEntry): ContentRange {
    const { layer, file } = this.#merged.file(entry);
    return this.#view(layer).content(file);
  }

  knownDigest(entry: FileEntry): ContentDigest | undefined {
    const { layer, file } = this.#merged.file(entry);
    return this.#view(layer).digest(file);
  }

  rememberDigest(entry: FileEntry, digest: ContentDigest): void {
    const { layer, file } = this.#merged.file(entry);
    this.#view(layer).remember(file, digest);
  }

  #view(layer: number): LayerView {
    const id = this.#ids[layer];
    if (id === undefined) throw new Error(`there is no layer ${layer}`);
    return this.#cache.view(id);
  }
}
