/** One layer's index, prepared for fast lookups, and the location of its files' bytes. */
import { join } from 'node:path';
import type { BytePath, ContentDigest, ContentRange } from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import { toBytePath } from './host-files.ts';
import { readIndex } from './index-codec.ts';
import { DIGEST_PREFIX } from './index-encoder.ts';
import { IndexView } from './index-view.ts';
import { type LayerFile, TAR_FILE, TREE_DIRECTORY } from './layer-index.ts';
import type { LayerStore } from './layer-store.ts';

/** Facts kind: content digests of files whose layer was indexed without reading them; one value for all of a layer. */
const DIGESTS_FACT = 'layer-digests';
const DIGEST_BYTES = 32;

export class LayerView extends IndexView {
  readonly #store: LayerStore;
  readonly #id: LayerId;
  readonly #directory: string;
  #digests: Map<BytePath, ContentDigest> | undefined;
  #changed = false;

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
    return file.digest ?? this.#remembered().get(file.path);
  }

  remember(file: LayerFile, digest: ContentDigest): void {
    if (this.digest(file) === digest) return;
    this.#remembered().set(file.path, digest);
    this.#changed = true;
  }

  /** Saves remembered digests for later builds. */
  save(): void {
    if (!this.#changed) return;
    this.#changed = false;
    const digests = this.#remembered();
    const files = this.#unread();
    const bytes = Buffer.alloc(files.length * DIGEST_BYTES);
    for (const [at, { path }] of files.entries()) {
      const hex = digests.get(path)?.slice(DIGEST_PREFIX.length);
      if (hex !== undefined) bytes.write(hex, at * DIGEST_BYTES, 'hex');
    }
    this.#store.facts.put(DIGESTS_FACT, this.#id, bytes.toString('base64'));
  }

  /** Files without a digest in the index, in its order. */
  #unread(): LayerFile[] {
    return this.index.entries.filter(
      (entry): entry is LayerFile =>
        entry.kind === 'entry' && entry.type === 'file' && entry.digest === undefined,
    );
  }

  #remembered(): Map<BytePath, ContentDigest> {
    this.#digests ??= this.#load();
    return this.#digests;
  }

  #load(): Map<BytePath, ContentDigest> {
    const digests = new Map<BytePath, ContentDigest>();
    const stored = this.#store.facts.get<unknown>(DIGESTS_FACT, this.#id);
    if (typeof stored !== 'string') return digests;
    const files = this.#unread();
    const hex = Buffer.from(stored, 'base64').toString('hex');
    const length = 2 * DIGEST_BYTES;
    if (hex.length !== files.length * length) return digests;
    const unknown = '0'.repeat(length);
    for (const [at, { path }] of files.entries()) {
      const digest = hex.slice(at * length, (at + 1) * length);
      if (digest !== unknown) digests.set(path, (DIGEST_PREFIX + digest) as ContentDigest);
    }
    return digests;
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
      old.save();
      this.#views.delete(oldest);
      this.#entries -= old.index.entries.length;
    }
    return view;
  }

  /** Saves digests of contents that were read, for later builds. */
  save(): void {
    for (const view of this.#views.values()) view.save();
  }
}
