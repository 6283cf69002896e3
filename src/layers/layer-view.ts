/** One layer's index, made quick to ask, and where the bytes of its files lie. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import {
  type BytePath,
  type ContentDigest,
  type ContentRange,
  comparePaths,
  parentPath,
} from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import { toBytePath } from './host-files.ts';
import { readIndex } from './index-codec.ts';
import {
  type LayerEntry,
  type LayerFile,
  type LayerIndex,
  TAR_FILE,
  TREE_DIRECTORY,
} from './layer-index.ts';
import type { LayerStore } from './layer-store.ts';

/** Facts kind: content digests of files whose layer was indexed without reading them. */
const DIGEST_FACT = 'layer-content';
/** Questions answered by binary search before a table of the whole layer is made. */
const FEW = 64;
/** Longer paths are hashed to serve as keys of facts. */
const LONG = 400;

/** What a layer says of a path; `implied`: it has no entry for it, but for something below it. */
export type Finding = LayerEntry | 'implied' | undefined;

export class LayerView {
  readonly index: LayerIndex;
  readonly #store: LayerStore;
  readonly #id: LayerId;
  readonly #directory: string;
  readonly #digests = new Map<BytePath, ContentDigest>();
  #questions = 0;
  #table: Map<BytePath, LayerEntry | 'implied'> | undefined;

  /** Reads the index of a layer. */
  constructor(store: LayerStore, id: LayerId) {
    this.#store = store;
    this.#id = id;
    this.#directory = store.layers.directory(id);
    this.index = readIndex(this.#directory);
  }

  find(path: BytePath): Finding {
    if (this.#table !== undefined) return this.#table.get(path);
    if (this.#questions++ >= FEW) return this.#makeTable().get(path);
    const { entries } = this.index;
    const at = firstNotBefore(entries, path);
    const entry = entries[at];
    if (entry === undefined) return undefined;
    if (entry.path === path) return entry;
    return isBelow(entry.path, path) ? 'implied' : undefined;
  }

  /** Names directly in a directory, in order, with what the layer says of each. */
  *children(directory: BytePath): Generator<readonly [name: string, Exclude<Finding, undefined>]> {
    const { entries } = this.index;
    const start = directory === '' ? 0 : directory.length + 1;
    let at = firstNotBefore(entries, directory);
    if (entries[at]?.path === directory) at++;
    for (;;) {
      const entry = entries[at];
      if (entry === undefined || !isBelow(entry.path, directory)) return;
      const slash = entry.path.indexOf('/', start);
      if (slash < 0) {
        yield [entry.path.slice(start), entry];
        at = endOfSubtree(entries, at, entry.path);
      } else {
        const path = entry.path.slice(0, slash);
        yield [path.slice(start), 'implied'];
        at = endOfSubtree(entries, at, path);
      }
    }
  }

  content(file: LayerFile): ContentRange {
    return contentOf(this.#directory, file);
  }

  digest(file: LayerFile): ContentDigest | undefined {
    if (file.digest !== undefined) return file.digest;
    const known = this.#digests.get(file.path);
    if (known !== undefined) return known;
    const stored = this.#store.facts.get<ContentDigest>(DIGEST_FACT, this.#key(file.path));
    if (stored !== undefined) this.#digests.set(file.path, stored);
    return stored;
  }

  remember(file: LayerFile, digest: ContentDigest): void {
    if (this.digest(file) === digest) return;
    this.#digests.set(file.path, digest);
    this.#store.facts.put(DIGEST_FACT, this.#key(file.path), digest);
  }

  #key(path: BytePath): string {
    const short = path.length <= LONG;
    return short ? `${this.#id}/${path}` : `${this.#id}#${hashOf(path)}`;
  }

  #makeTable(): Map<BytePath, LayerEntry | 'implied'> {
    const table = new Map<BytePath, LayerEntry | 'implied'>();
    if (this.index.entries.length > 0) table.set('', 'implied');
    for (const entry of this.index.entries) table.set(entry.path, entry);
    let known: BytePath = '';
    for (const { path } of this.index.entries) {
      const slash = path.lastIndexOf('/');
      if (slash < 0 || (slash === known.length && path.startsWith(known))) continue;
      known = path.slice(0, slash);
      for (let parent = known; parent !== '' && !table.has(parent); parent = parentPath(parent)) {
        table.set(parent, 'implied');
      }
    }
    this.#table = table;
    return table;
  }
}

/** Where a file of a layer has its bytes: in the tar if there, else in the tree. */
export function contentOf(directory: string, file: LayerFile): ContentRange {
  const { tarOffset, size } = file;
  if (tarOffset !== undefined) {
    return { hostPath: toBytePath(join(directory, TAR_FILE)), offset: tarOffset, size };
  }
  const tree = toBytePath(join(directory, TREE_DIRECTORY));
  return { hostPath: `${tree}/${file.path}`, offset: 0, size };
}

/** Position of the first entry that does not come before the path. */
function firstNotBefore(entries: readonly LayerEntry[], path: BytePath): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const entry = entries[middle];
    if (entry !== undefined && comparePaths(entry.path, path) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Position of the first entry after `at` that is not below the path. */
function endOfSubtree(entries: readonly LayerEntry[], at: number, path: BytePath): number {
  const within = (position: number): boolean => {
    const entry = entries[position];
    return entry !== undefined && isBelow(entry.path, path);
  };
  if (!within(at + 1)) return at + 1;
  let step = 1;
  while (within(at + step)) step *= 2;
  let inside = at + step / 2;
  let outside = at + step;
  while (outside - inside > 1) {
    const middle = (inside + outside) >>> 1;
    if (within(middle)) inside = middle;
    else outside = middle;
  }
  return outside;
}

function isBelow(path: BytePath, directory: BytePath): boolean {
  if (directory === '') return path !== '';
  const { length } = directory;
  return path.length > length && path.charCodeAt(length) === 0x2f && path.startsWith(directory);
}

function hashOf(path: BytePath): string {
  return createHash('sha256').update(path, 'latin1').digest('hex');
}

/**
 * Indexes that were read already. One for a build: layers are shared by many trees, and reading the index of a
 * base image takes longer than most questions about it.
 */
export class LayerCache {
  readonly #store: LayerStore;
  readonly #limit: number;
  /** Least recently used first. */
  readonly #views = new Map<LayerId, LayerView>();
  #entries = 0;

  /** @param limit entries of all indexes kept together */
  constructor(store: LayerStore, limit = 400_000) {
    this.#store = store;
    this.#limit = limit;
  }

  view(id: LayerId): LayerView {
    const known = this.#views.get(id);
    if (known !== undefined) {
      this.#views.delete(id);
      this.#views.set(id, known);
      return known;
    }
    const view = new LayerView(this.#store, id);
    this.#views.set(id, view);
    this.#entries += view.index.entries.length;
    for (const [oldest, old] of this.#views) {
      if (this.#entries <= this.#limit || oldest === id) break;
      this.#views.delete(oldest);
      this.#entries -= old.index.entries.length;
    }
    return view;
  }
}
