/** The layers of an image, merged as overlayfs would show them, by their indexes alone. */
import {
  type BytePath,
  type FileEntry,
  impliedDirectory,
  joinPath,
  parentPath,
} from '../files/index.ts';
import type { IndexView } from './index-view.ts';
import type { LayerFile } from './layer-index.ts';

/** Layers that show through in a directory, top first, and the entry with its metadata. */
interface Directory {
  /** Positions, from the bottom. */
  readonly layers: readonly number[];
  readonly entry: LayerFile | undefined;
}

/** A file and the layer that has it. */
export interface MergedFile {
  /** Position from the bottom; tells the hard-link groups of different layers apart. */
  readonly layer: number;
  readonly file: LayerFile;
}

const GROUPS_PER_LAYER = 2 ** 32;

/**
 * A stack of layers as one tree: which files exist. Creating one costs nothing; an index is read when a lookup first
 * reaches its layer. A directory without an entry in any layer, but with children, is `0755 0:0`.
 */
export class MergedIndexes {
  readonly #view: (layer: number) => IndexView;
  readonly #layers: readonly number[];
  readonly #directories = new Map<BytePath, Directory | undefined>();

  /** @param view the index of a layer, by its position from the bottom */
  constructor(count: number, view: (layer: number) => IndexView) {
    this.#view = view;
    this.#layers = Array.from({ length: count }, (_, position) => count - 1 - position);
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

  /** Where the content of a regular file is. */
  file(entry: Pick<FileEntry, 'path'>): MergedFile {
    const found = this.#find(entry.path);
    if (found === undefined || found === 'directory' || found.file.type !== 'file') {
      throw new Error(`no regular file at ${JSON.stringify(entry.path)}`);
    }
    return found;
  }

  /** The topmost entry for a path other than the root. */
  #find(path: BytePath): MergedFile | 'directory' | undefined {
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

  #stack(path: BytePath, above: readonly number[]): Directory | undefined {
    const layers: number[] = [];
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

function merged({ layer, file }: MergedFile): FileEntry {
  if (file.linkGroup === undefined) return file;
  return { ...file, linkGroup: layer * GROUPS_PER_LAYER + file.linkGroup };
}
