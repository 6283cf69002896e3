/** One layer's index, prepared for fast lookups, and the location of its files' bytes. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { BytePath, ContentDigest, ContentRange } from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import { toBytePath } from './host-files.ts';
import { readIndex } from './index-codec.ts';
import { IndexView } from './index-view.ts';
import { type LayerFile, TAR_FILE, TREE_DIRECTORY } from './layer-index.ts';
import type { LayerStore } from './layer-store.ts';

/** Facts kind: content digests of files whose layer was indexed without reading them. */
const DIGEST_FACT = 'layer-content';
/** Longer paths are hashed to be keys of facts. */
const LONG = 400;

export class LayerView extends IndexView {
  readonly #store: LayerStore;
  readonly #id: LayerId;
  readonly #directory: string;
  readonly #digests = new Map<BytePath, ContentDigest>();

  /** Reads the index of a layer. */
  constructor(store: LayerStore, id: LayerId) {
    const directory = store.layers.directory(id);
    super(readIndex(directory));
    this.#store = store;
    this.#id = id;
    this.#directory = directory;
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
}

/** Where the bytes of a file of a layer are: in the tar if there is one, else in the tree. */
export function contentOf(directory: string, file: LayerFile): ContentRange {
  const { tarOffset, size } = file;
  if (tarOffset !== undefined) {
    return { hostPath: toBytePath(join(directory, TAR_FILE)), offset: tarOffset, size };
  }
  const tree = toBytePath(join(directory, TREE_DIRECTORY));
  return { hostPath: `${tree}/${file.path}`, offset: 0, size };
}

function hashOf(path: BytePath): string {
  return createHash('sha256').update(path, 'latin1').digest('hex');
}

/**
 * Indexes that were read already. One for a build: many trees share layers, and reading the index of a base image
 * takes longer than most lookups in it.
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
