/** One layer's index, prepared for fast lookups, and the location of its files' bytes. */
import { join } from 'node:path';
import type { ContentDigest, ContentRange } from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import { toBytePath } from './host-files.ts';
import { openIndex } from './index-codec.ts';
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
  #digests: Buffer | undefined;
  #changed = false;

  /** Reads the index of a layer. */
  constructor(store: LayerStore, id: LayerId) {
    const directory = store.layers.directory(id);
    super(openIndex(directory));
    this.#store = store;
    this.#id = id;
    this.#directory = directory;
  }

  content(file: LayerFile): ContentRange {
    return contentOf(this.#directory, file);
  }

  digest(file: LayerFile): ContentDigest | undefined {
    if (file.digest !== undefined) return file.digest;
    const at = this.#place(file);
    const digests = this.#remembered();
    if (isZero(digests, at)) return undefined;
    return (DIGEST_PREFIX + digests.toString('hex', at, at + DIGEST_BYTES)) as ContentDigest;
  }

  remember(file: LayerFile, digest: ContentDigest): void {
    if (this.digest(file) === digest) return;
    this.#remembered().write(digest.slice(DIGEST_PREFIX.length), this.#place(file), 'hex');
    this.#changed = true;
  }

  /** Saves remembered digests for later builds. */
  save(): void {
    if (!this.#changed) return;
    this.#changed = false;
    const digests = this.#remembered();
    const unread = this.#unread();
    const bytes = Buffer.alloc(unread.length * DIGEST_BYTES);
    for (const [at, position] of unread.entries()) {
      const from = position * DIGEST_BYTES;
      digests.copy(bytes, at * DIGEST_BYTES, from, from + DIGEST_BYTES);
    }
    this.#store.facts.put(DIGESTS_FACT, this.#id, bytes.toString('base64'));
  }

  /** Positions of files without a digest in the index. */
  #unread(): number[] {
    const positions: number[] = [];
    let position = 0;
    for (const entry of this.entries) {
      const isFile = entry.kind === 'entry' && entry.type === 'file';
      if (isFile && entry.digest === undefined) positions.push(position);
      position++;
    }
    return positions;
  }

  /** Where the digest of a file is among the remembered ones. */
  #place({ path }: LayerFile): number {
    const position = this.position(path);
    if (position === undefined) throw new Error(`no entry at ${JSON.stringify(path)}`);
    return position * DIGEST_BYTES;
  }

  /** Of each entry; zeros where none is known. */
  #remembered(): Buffer {
    this.#digests ??= this.#load();
    return this.#digests;
  }

  #load(): Buffer {
    const digests = Buffer.alloc(this.entries.length * DIGEST_BYTES);
    const stored = this.#store.facts.get<unknown>(DIGESTS_FACT, this.#id);
    if (typeof stored !== 'string') return digests;
    const unread = this.#unread();
    const bytes = Buffer.from(stored, 'base64');
    if (bytes.length !== unread.length * DIGEST_BYTES) return digests;
    for (const [at, position] of unread.entries()) {
      const from = at * DIGEST_BYTES;
      bytes.copy(digests, position * DIGEST_BYTES, from, from + DIGEST_BYTES);
    }
    return digests;
  }
}

function isZero(bytes: Buffer, from: number): boolean {
  for (let at = from; at < from + DIGEST_BYTES; at++) if (bytes[at] !== 0) return false;
  return true;
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
    this.#entries += view.entries.length;
    for (const [oldest, old] of this.#views) {
      if (this.#entries <= this.#limit || oldest === id) break;
      old.save();
      this.#views.delete(oldest);
      this.#entries -= old.entries.length;
    }
    return view;
  }

  /** Saves digests of contents that were read, for later builds. */
  save(): void {
    for (const view of this.#views.values()) view.save();
  }
}
