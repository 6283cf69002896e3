/**
 * A layer that an earlier build made for the same step. Files that have not changed since then are copied from its tar,
 * with their headers and many at a time, instead of being opened, read, hashed and packed one by one.
 */
import { closeSync, fstatSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import type { ContentRange } from '../files/index.ts';
import type { LayerId } from '../store/index.ts';
import { hasErrorCode } from '../system/index.ts';
import { openForReading, readFully, toBytePath } from './host-files.ts';
import { openIndex } from './index-codec.ts';
import type { LayerEntries } from './layer-entries.ts';
import { type LayerFile, TAR_FILE } from './layer-index.ts';
import type { EntryItem } from './layer-item.ts';
import { damaged, type LayerStore } from './layer-store.ts';
import { contentOf } from './layer-view.ts';
import { memberHeader, SMALL_SIZE, type TarPacker } from './tar-packer.ts';

/** Consecutive entries that are the same in both layers. The first one is a file. */
export interface SameEntries {
  readonly start: number;
  end: number;
}

/** Asked for entries in `comparePaths` order. Owns a descriptor. */
export class EarlierLayer implements Disposable {
  readonly #directory: string;
  readonly #entries: LayerEntries;
  readonly #fd: number;
  #at = 0;

  private constructor(directory: string, entries: LayerEntries, fd: number) {
    this.#directory = directory;
    this.#entries = entries;
    this.#fd = fd;
  }

  /** @returns undefined when the layer is not in the store any more, or has no tar */
  static open(store: LayerStore, id: LayerId): EarlierLayer | undefined {
    const meta = store.layers.get(id);
    if (meta?.tar !== true || meta.lazy !== undefined) return undefined;
    try {
      const directory = store.layers.directory(id);
      const { entries, tarSize } = openIndex(directory);
      const fd = openForReading(toBytePath(join(directory, TAR_FILE)));
      const layer = new EarlierLayer(directory, entries, fd);
      if (tarSize !== undefined && fstatSync(fd).size >= tarSize) return layer;
      layer[Symbol.dispose]();
      return undefined;
    } catch (error) {
      // Whatever is wrong with it is no fault of this step.
      if (error instanceof AppError || hasErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** The position of an equal entry, whose content the writer would store with the same bytes. */
  find({ entry, expected, opaque }: EntryItem): number | undefined {
    while (this.#pathIsBefore(entry.path)) this.#at++;
    const same = this.#isThere(entry.path) ? this.#entries.at(this.#at) : undefined;
    if (same?.kind !== 'entry' || opaque === true) return undefined;
    if (!haveSameMetadata(entry, same)) return undefined;
    if (same.type !== 'file') return this.#at;
    const isSame = expected !== undefined && expected === same.digest && entry.size === same.size;
    return isSame && same.tarOffset !== undefined ? this.#at : undefined;
  }

  /** Whether the bytes of the entry may be copied with those of its neighbours: large files can have holes. */
  isSmall(position: number): boolean {
    return this.#file(position).size <= SMALL_SIZE;
  }

  /** Where the content of a file is. */
  content(position: number): ContentRange {
    return contentOf(this.#directory, this.#file(position));
  }

  entries({ start, end }: SameEntries): LayerFile[] {
    return Array.from({ length: end - start }, (_, at) => this.#file(start + at));
  }

  /**
   * Puts headers and contents of entries, of which the first and the last are files. Yields where it may be interrupted.
   *
   * @returns how much farther from the start of the new tar they are; undefined if the earlier tar was packed in another
   *   way: nothing was put
   */
  *put(packer: TarPacker, { start, end }: SameEntries): Generator<void, number | undefined> {
    const first = this.#file(start);
    const last = this.#file(end - 1);
    const header = memberHeader(first, { mtime: first.mtime });
    const from = (first.tarOffset ?? 0) - header.length;
    const found = Buffer.alloc(header.length);
    readFully(this.#fd, { buffer: found, start: 0, length: found.length }, from);
    if (!found.equals(header)) return undefined;
    const distance = packer.position - from;
    const to = (last.tarOffset ?? 0) + last.size;
    for (let done = from; done < to; ) {
      const length = Math.min(packer.free, to - done);
      const target = { buffer: packer.chunk, start: packer.used, length };
      if (readFully(this.#fd, target, done) < length)
        throw damaged('its tar is shorter than it was');
      packer.advance(length);
      done += length;
      yield;
    }
    packer.pad(last.size);
    return distance;
  }

  [Symbol.dispose](): void {
    closeSync(this.#fd);
  }

  #pathIsBefore(path: string): boolean {
    return this.#at < this.#entries.length && this.#entries.compare(this.#at, path) < 0;
  }

  #isThere(path: string): boolean {
    return this.#at < this.#entries.length && this.#entries.compare(this.#at, path) === 0;
  }

  #file(position: number): LayerFile {
    const entry = this.#entries.at(position);
    if (entry?.kind !== 'entry') throw new Error(`no file at position ${position}`);
    return entry;
  }
}

/** Hard links and attributes are left to the writer. */
function haveSameMetadata(a: EntryItem['entry'], b: LayerFile): boolean {
  return (
    a.type === b.type &&
    a.mode === b.mode &&
    a.uid === b.uid &&
    a.gid === b.gid &&
    a.mtime === b.mtime &&
    a.mtimeNs === b.mtimeNs &&
    a.linkTarget === b.linkTarget &&
    a.devMajor === b.devMajor &&
    a.devMinor === b.devMinor &&
    a.linkGroup === undefined &&
    b.linkGroup === undefined &&
    a.xattrs === undefined &&
    b.xattrs === undefined &&
    b.opaque !== true
  );
}
