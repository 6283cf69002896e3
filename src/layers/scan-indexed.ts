/** Reads a layer of the store by its index, as `scanTar` reads a stream: only the wanted contents are opened. */
import { createHash, hash } from 'node:crypto';
import { TimeSlice } from '../concurrency/index.ts';
import type { BytePath, ContentDigest } from '../files/index.ts';
import type { ImageLayer } from '../store/index.ts';
import { hasErrorCode } from '../system/index.ts';
import type { ContentReader, InspectContent } from './content-digests.ts';
import { FileOpener, readFully } from './host-files.ts';
import { DIGEST_PREFIX } from './index-encoder.ts';
import type { LayerEntry, LayerFile } from './layer-index.ts';
import { damaged, type LayerStore, layerMeta } from './layer-store.ts';
import { effectiveEpoch, effectiveTime } from './layer-tar.ts';
import { LayerView } from './layer-view.ts';

export interface ScanIndexedOptions {
  readonly inspect: InspectContent;
  readonly signal?: AbortSignal | undefined;
}

const CHUNK = 1 << 18;

/** A layer of the store that is not lazy. */
export class IndexedLayer {
  readonly #view: LayerView;
  readonly #time: (mtime: number) => number;
  /** Whether the times of the image's tar are whole seconds. */
  readonly #isWhole: boolean;
  readonly #buffer = Buffer.allocUnsafeSlow(CHUNK);
  #hasContentsApart = false;

  /** @throws AppError LAYER_INDEX_UNREADABLE, STORE_LAYER_GONE */
  constructor(store: LayerStore, { id, epoch }: Pick<ImageLayer, 'id' | 'epoch'>) {
    const { times } = layerMeta(store, id);
    this.#view = new LayerView(store, id);
    const effective = effectiveEpoch(times, epoch);
    this.#isWhole = effective !== undefined || this.#view.tarSize === undefined;
    this.#time = (mtime) => effectiveTime(times, effective, mtime);
  }

  /** Whether the last scan met contents that are not in the layer's tar in one piece: of sparse files, and of hard links to lower files. */
  get hasContentsApart(): boolean {
    return this.#hasContentsApart;
  }

  /**
   * The entries, with times as the image has them. Reads the contents that `inspect` wants, each group of hard links
   * once; their digests, and those known already, are in the entries.
   *
   * @throws AppError LAYER_DAMAGED
   */
  async scan({ inspect, signal }: ScanIndexedOptions): Promise<readonly LayerEntry[]> {
    const slice = new TimeSlice(signal);
    const digests = new Map<number, ContentDigest>();
    const entries: LayerEntry[] = [];
    const { tarSize = Number.POSITIVE_INFINITY } = this.#view;
    this.#hasContentsApart = false;
    using opener = new FileOpener();
    for (const entry of this.#view.entries) {
      if (entry.kind === 'whiteout') {
        entries.push(entry);
        continue;
      }
      if ((entry.tarOffset ?? 0) >= tarSize) this.#hasContentsApart = true;
      const known = entry.linkGroup === undefined ? undefined : digests.get(entry.linkGroup);
      const digest = known ?? this.#inspect(entry, inspect, opener) ?? entry.digest;
      if (digest !== undefined && entry.linkGroup !== undefined) {
        digests.set(entry.linkGroup, digest);
      }
      entries.push(this.#imaged(entry, digest));
      if (slice.isOver) await slice.yield();
    }
    return entries;
  }

  /**
   * Digests of files, in the order of their bytes.
   *
   * @throws AppError LAYER_DAMAGED
   */
  async *digests(
    paths: readonly BytePath[],
    signal?: AbortSignal,
  ): AsyncGenerator<readonly [path: BytePath, digest: ContentDigest], void, undefined> {
    const slice = new TimeSlice(signal);
    const files = paths
      .map((path) => this.#view.find(path))
      .filter((found): found is LayerFile => typeof found === 'object' && found.kind === 'entry')
      .sort((a, b) => (a.tarOffset ?? 0) - (b.tarOffset ?? 0));
    using opener = new FileOpener();
    for (const file of files) {
      // Looking up a remembered digest takes as long as reading a small file.
      const known = file.size > CHUNK ? this.#view.digest(file) : file.digest;
      const digest = known ?? this.#read(file, undefined, opener);
      if (digest !== undefined) yield [file.path, digest];
      if (slice.isOver) await slice.yield();
    }
  }

  /** As in the tar made of the layer. */
  #imaged(file: LayerFile, digest: ContentDigest | undefined): LayerFile {
    const mtime = this.#time(file.mtime);
    const mtimeNs = this.#isWhole ? 0 : file.mtimeNs;
    const isSame = mtime === file.mtime && mtimeNs === file.mtimeNs && digest === file.digest;
    return isSame ? file : { ...file, mtime, mtimeNs, digest };
  }

  #inspect(
    file: LayerFile,
    inspect: InspectContent,
    opener: FileOpener,
  ): ContentDigest | undefined {
    const reader = file.type === 'file' ? inspect(file) : undefined;
    return reader === undefined ? undefined : this.#read(file, reader, opener);
  }

  /** @returns undefined if the reader does not want all of it */
  #read(
    file: LayerFile,
    reader: ContentReader | undefined,
    opener: FileOpener,
  ): ContentDigest | undefined {
    try {
      const range = this.#view.content(file);
      const fd = opener.open(range);
      const whole = file.size > CHUNK ? createHash('sha512-256') : undefined;
      let last = this.#buffer.subarray(0, 0);
      for (let done = 0; done < file.size; done += last.length) {
        const length = Math.min(CHUNK, file.size - done);
        const target = { buffer: this.#buffer, start: 0, length };
        const count = readFully(fd, target, range.offset + done);
        if (count < length) throw damaged(`'${shown(file)}' ends after ${done + count} bytes`);
        last = this.#buffer.subarray(0, count);
        reader?.add(last);
        if (whole !== undefined && reader?.isDone?.() === true) return undefined;
        whole?.update(last);
      }
      const hex = whole === undefined ? hash('sha512-256', last) : whole.digest('hex');
      const digest = `${DIGEST_PREFIX}${hex}` as ContentDigest;
      reader?.end(digest);
      return digest;
    } catch (error) {
      if (!hasErrorCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'EACCES')) throw error;
      throw damaged(`'${shown(file)}' cannot be read`, error);
    }
  }
}

function shown({ path }: LayerFile): string {
  return Buffer.from(path, 'latin1').toString('utf8');
}
