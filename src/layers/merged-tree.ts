/** The layers of an image, merged as overlayfs would show them, without mounting or unpacking anything. */
import {
  type BytePath,
  type ContentDigest,
  type ContentRange,
  type FileEntry,
  type FileTree,
  impliedDirectory,
  joinPath,
  parentPath,
} from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import type { LayerFile } from './layer-index.ts';
import type { LayerStore } from './layer-store.ts';
import { LayerCache, type LayerView } from './layer-view.ts';

/** Layers that show through in a directory, top first, and the entry that gives it its metadata. */
interface Directory {
  readonly layers: readonly Layer[];
  readonly entry: LayerFile | undefined;
}

/** A layer of the stack, read when it is first asked. */
interface Layer {
  /** From the bottom; tells the hard-link groups of different layers apart. */
  readonly position: number;
  readonly id: LayerId;
}

interface Found {
  readonly layer: Layer;
  readonly file: LayerFile;
}

const GROUPS_PER_LAYER = 2 ** 32;

/**
 * A stack of layers as one tree. Making one costs nothing; an index is read when a question first gets down to
 * its layer. A directory that no layer has an entry for, but which holds something, is `0755 0:0`.
 */
export class MergedTree implements FileTree {
  readonly #cache: LayerCache;
  readonly #layers: readonly Layer[];
  readonly #directories = new Map<BytePath, Directory | undefined>();

  private constructor(cache: LayerCache, ids: readonly LayerId[]) {
    this.#cache = cache;
    this.#layers = ids.map((id, position) => ({ id, position })).reverse();
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
    if (path === '') return this.#directoryEntry(path);
    const found = this.#find(path);
    if (found === undefined || found === 'directory') {
      return found === undefined ? undefined : this.#directoryEntry(path);
    }
    return merged(found);
  }

  list(path: BytePath): readonly FileEntry[] {
    const directory = this.#directory(path);
    if (directory === undefined) return [];
    const names = new Map<string, FileEntry | undefined>();
    for (const layer of directory.layers) {
      for (const [name, finding] of this.#view(layer).children(path)) {
        if (names.has(name)) continue;
        if (finding === 'implied') names.set(name, this.#directoryEntry(joinPath(path, name)));
        else if (finding.kind === 'whiteout') names.set(name, undefined);
        else names.set(name, merged({ layer, file: finding }));
      }
    }
    const present = [...names].filter((item): item is [string, FileEntry] => item[1] !== undefined);
    return present.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
  }

  content(entry: FileEntry): ContentRange {
    const { layer, file } = this.#file(entry);
    return this.#view(layer).content(file);
  }

  knownDigest(entry: FileEntry): ContentDigest | undefined {
    const { layer, file } = this.#file(entry);
    return this.#view(layer).digest(file);
  }

  rememberDigest(entry: FileEntry, digest: ContentDigest): void {
    const { layer, file } = this.#file(entry);
    this.#view(layer).remember(file, digest);
  }

  #view(layer: Layer): LayerView {
    return this.#cache.view(layer.id);
  }

  #file(entry: FileEntry): Found {
    const found = this.#find(entry.path);
    if (found === undefined || found === 'directory' || found.file.type !== 'file') {
      throw new Error(`no regular file at ${JSON.stringify(entry.path)}`);
    }
    return found;
  }

  /** The topmost word on a path other than the root. */
  #find(path: BytePath): Found | 'directory' | undefined {
    for (const layer of this.#directory(parentPath(path))?.layers ?? []) {
      const finding = this.#view(layer).find(path);
      if (finding === undefined) continue;
      if (finding === 'implied') return 'directory';
      if (finding.kind === 'whiteout') return undefined;
      return finding.type === 'directory' ? 'directory' : { layer, file: finding };
    }
    return undefined;
  }

  /** Undefined when there is no directory at the path. */
  #directory(path: BytePath): Directory | undefined {
    if (this.#directories.has(path)) return this.#directories.get(path);
    const above = path === '' ? this.#layers : this.#directory(parentPath(path))?.layers;
    const directory = above && this.#stack(path, above);
    this.#directories.set(path, directory);
    return directory;
  }

  #stack(path: BytePath, above: readonly Layer[]): Directory | undefined {
    const layers: Layer[] = [];
    let entry: LayerFile | undefined;
    for (const layer of above) {
      const finding = this.#view(layer).find(path);
      if (finding === 'implied') layers.push(layer);
      if (finding === undefined || finding === 'implied') continue;
      if (finding.kind === 'whiteout' || finding.type !== 'directory') break;
      layers.push(layer);
      entry ??= finding;
      if (finding.opaque === true) break;
    }
    return layers.length === 0 && path !== '' ? undefined : { layers, entry };
  }

  #directoryEntry(path: BytePath): FileEntry | undefined {
    const directory = this.#directory(path);
    return directory && (directory.entry ?? impliedDirectory(path));
  }
}

function merged({ layer, file }: Found): FileEntry {
  if (file.linkGroup === undefined) return file;
  return { ...file, linkGroup: layer.position * GROUPS_PER_LAYER + file.linkGroup };
}
