/** A layer as the tar that goes into an image. The same layer and epoch always give the same bytes. */
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { TimeSlice } from '../concurrency/index.ts';
import { AppError, assertNever } from '../errors.ts';
import type { LayerId, LayerMeta } from '../store/index.ts';
import { openForReading, readFully, toBytePath } from './host-files.ts';
import { openIndex, type StoredIndex } from './index-codec.ts';
import { type LayerEntry, type LayerFile, TAR_FILE } from './layer-index.ts';
import { damaged, type LayerStore, layerMeta } from './layer-store.ts';
import { contentOf } from './layer-view.ts';
import { MemberWriter } from './member-writer.ts';
import { CHUNK_SIZE, memberHeader, TarPacker } from './tar-packer.ts';
import { markEntry, opaqueName, whiteoutName } from './whiteout-names.ts';

export interface LayerTarOptions {
  /** SOURCE_DATE_EPOCH in seconds; the layer's `times` say which times it changes. */
  readonly epoch?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether a chunk is valid only until the next one is requested, which saves memory. */
  readonly lend?: boolean | undefined;
}

/**
 * The uncompressed tar of a layer. If the layer has a tar and no time changes, it is that tar itself; otherwise its
 * members are sorted, missing parents are not added, and times are whole seconds.
 *
 * @returns chunks, which belong to the caller unless they are lent
 * @throws AppError LAYER_DAMAGED when files of the layer do not match its index
 */
export async function* layerTar(
  store: LayerStore,
  id: LayerId,
  options: LayerTarOptions = {},
): AsyncGenerator<Buffer, void, undefined> {
  const { times } = layerMeta(store, id);
  const directory = store.layers.directory(id);
  const index = openIndex(directory);
  const epoch = effectiveEpoch(times, options.epoch);
  const slice = new TimeSlice(options.signal);
  const chunks =
    epoch === undefined && index.tarSize !== undefined
      ? storedTar(directory, index.tarSize, options.lend === true)
      : new TarMaker(directory, (mtime) => effectiveTime(times, epoch, mtime)).make(index);
  for (const chunk of chunks) {
    yield chunk;
    if (slice.isOver) await slice.yield();
  }
}

export interface TarFile {
  /** Host path as text. */
  readonly path: string;
  /** Bytes of the tar: contents stored after them are not part of it. */
  readonly size: number;
}

/** The file that begins with the tar of a layer; undefined if `layerTar` makes it. */
export function tarFileOf(
  store: LayerStore,
  id: LayerId,
  epoch: number | undefined,
): TarFile | undefined {
  if (effectiveEpoch(layerMeta(store, id).times, epoch) !== undefined) return undefined;
  const directory = store.layers.directory(id);
  const { tarSize } = openIndex(directory);
  return tarSize === undefined ? undefined : { path: join(directory, TAR_FILE), size: tarSize };
}

/** The epoch, if it changes anything of such a layer. */
export function effectiveEpoch(
  times: LayerMeta['times'],
  epoch: number | undefined,
): number | undefined {
  return times === 'keep' ? undefined : epoch;
}

/** Seconds since the epoch: the time a member has in the layer's tar. */
export function effectiveTime(
  times: LayerMeta['times'],
  epoch: number | undefined,
  mtime: number,
): number {
  if (epoch === undefined) return mtime;
  switch (times) {
    case 'set':
      return epoch;
    case 'clamp':
      return Math.min(mtime, epoch);
    case 'keep':
      return mtime;
    default:
      return assertNever(times);
  }
}

/** The first bytes of `layer.tar`; contents stored after them are not part of the layer. */
function* storedTar(directory: string, size: number, lend: boolean): Generator<Buffer, void> {
  const fd = openForReading(toBytePath(join(directory, TAR_FILE)));
  try {
    let lent: Buffer | undefined;
    for (let done = 0; done < size; ) {
      const length = Math.min(CHUNK_SIZE, size - done);
      const buffer: Buffer = lent ?? Buffer.allocUnsafeSlow(length);
      if (lend) lent = buffer;
      const count = readFully(fd, { buffer, start: 0, length }, done);
      if (count < length) throw damaged(`its tar ends after ${done + count} bytes`);
      yield length === buffer.length ? buffer : buffer.subarray(0, length);
      done += count;
    }
  } finally {
    closeSync(fd);
  }
}

/** Makes a tar from the index and the contents. */
class TarMaker {
  readonly #directory: string;
  readonly #time: (mtime: number) => number;
  readonly #full: Buffer[] = [];
  readonly #packer = new TarPacker({ emit: (chunk) => this.#full.push(chunk), reuse: false });
  readonly #members = new MemberWriter(this.#packer, { hash: false });
  /** Hard-link group → path of its first member. */
  readonly #groups = new Map<number, string>();

  constructor(directory: string, time: (mtime: number) => number) {
    this.#directory = directory;
    this.#time = time;
  }

  *make({ entries }: StoredIndex): Generator<Buffer, void> {
    try {
      for (const entry of entries) {
        for (const _ of this.#member(entry)) yield* this.#take();
        yield* this.#take();
      }
      this.#packer.end();
      yield* this.#take();
    } finally {
      this.#members[Symbol.dispose]();
    }
  }

  *#take(): Generator<Buffer, void> {
    if (this.#full.length > 0) yield* this.#full.splice(0);
  }

  *#member(entry: LayerEntry): Generator<void, void> {
    if (entry.kind === 'whiteout') {
      this.#mark(whiteoutName(entry.path));
      return;
    }
    const mtime = this.#time(entry.mtime);
    const linkTo = entry.linkGroup === undefined ? undefined : this.#groups.get(entry.linkGroup);
    if (linkTo !== undefined) {
      this.#packer.put(memberHeader(entry, { mtime, linkTo }));
      return;
    }
    if (entry.linkGroup !== undefined) this.#groups.set(entry.linkGroup, entry.path);
    if (entry.type === 'file') yield* this.#file(entry, mtime);
    else this.#packer.put(memberHeader(entry, { mtime }));
    if (entry.opaque === true) this.#mark(opaqueName(entry.path));
  }

  *#file(entry: LayerFile, mtime: number): Generator<void, void> {
    const shown = Buffer.from(entry.path, 'latin1').toString('utf8');
    try {
      const content = contentOf(this.#directory, entry);
      const { size } = yield* this.#members.file(entry, mtime, content);
      if (size !== entry.size) throw damaged(`'${shown}' has ${size} bytes, not ${entry.size}`);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'CONTEXT_CHANGED') throw error;
      throw damaged(`'${shown}' cannot be read`, error);
    }
  }

  #mark(path: string): void {
    const mark = markEntry(path);
    this.#packer.put(memberHeader(mark, { mtime: this.#time(mark.mtime) }));
  }
}
