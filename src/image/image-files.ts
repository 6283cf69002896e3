/** The files of an image, layer by layer and merged, without a store: each layer is read once, and nothing is kept. */
import { tmpdir } from 'node:os';
import { decompress, ownChunks } from '../archive/index.ts';
import type { BytePath, FileEntry } from '../files/index.ts';
import {
  type ContentApart,
  IndexView,
  type LayerFile,
  type LayerIndex,
  MergedIndexes,
  scanTar,
  UnpackBudget,
} from '../layers/index.ts';
import type { Image, Layer } from './model/image.ts';
import { SparseOutput } from './sparse-output.ts';

/** Paths are bytes as latin1 text, relative to the root, `''` for the root itself; see `toText` for printing. */
export interface ImageFiles {
  /** The entries of each layer, bottom first. */
  readonly layers: readonly LayerIndex[];
  /** The file at a path, as containers see it; links are not followed. */
  lookup(path: BytePath): FileEntry | undefined;
  /** The entries directly in a directory, by name. */
  list(path: BytePath): readonly FileEntry[];
  /** The position of the layer, from the bottom, that has the file at a path. */
  layerOf(path: BytePath): number;
  /** The bytes of a regular file. Its layer is read again, from the start to the end of the file. */
  read(path: BytePath): AsyncIterable<Uint8Array>;
}

export interface ImageFilesOptions {
  /** Bytes that each layer may unpack to; undefined: nine tenths of what is free. */
  readonly unpackLimit?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** @throws AppError LAYER_…, ARCHIVE_…, and what reading the layers throws */
export async function openFiles(
  image: Image,
  { unpackLimit, signal }: ImageFilesOptions = {},
): Promise<ImageFiles> {
  const views: IndexView[] = [];
  const indexes: LayerIndex[] = [];
  const apart: ReadonlyMap<number, ContentApart>[] = [];
  const upTo = (count: number) => new MergedIndexes(count, (layer) => required(views, layer));
  for (const layer of image.layers) {
    const budget = new UnpackBudget({ limit: unpackLimit, directory: tmpdir() });
    const found = await scanTar(tarOf(layer), { base: upTo(views.length), budget, signal });
    indexes.push(found.index);
    views.push(new IndexView(found.index));
    apart.push(found.apart);
  }
  const merged = upTo(views.length);
  async function* read(tree: MergedIndexes, path: BytePath): AsyncGenerator<Uint8Array, void> {
    const { layer, file } = tree.file({ path });
    const scattered = apart[layer]?.get(file.tarOffset ?? 0);
    const tar = tarOf(required(image.layers, layer));
    if (scattered === undefined) yield* rangeOf(tar, file.tarOffset ?? 0, file.size);
    else if (scattered.kind === 'below') yield* read(upTo(layer), scattered.path);
    else yield* sparse(tar, scattered, file);
  }
  return {
    layers: indexes,
    lookup: (path) => merged.lookup(path),
    list: (path) => merged.list(path),
    layerOf: (path) => merged.file({ path }).layer,
    read: (path) => ownChunks(read(merged, path)),
  };
}

function tarOf({ read }: Layer): AsyncIterable<Uint8Array> {
  return decompress(read());
}

/** Leaves the rest of the stream unread. */
async function* rangeOf(
  bytes: AsyncIterable<Uint8Array>,
  offset: number,
  size: number,
): AsyncGenerator<Uint8Array, void> {
  let at = 0;
  if (size === 0) return;
  for await (const chunk of bytes) {
    const piece = chunk.subarray(Math.max(0, offset - at), Math.max(0, offset + size - at));
    if (piece.length > 0) yield piece;
    at += chunk.length;
    if (at >= offset + size) return;
  }
}

async function* sparse(
  tar: AsyncIterable<Uint8Array>,
  { offset, pieces }: Extract<ContentApart, { kind: 'sparse' }>,
  { size }: LayerFile,
): AsyncGenerator<Uint8Array, void> {
  const stored = pieces.reduce((sum, piece) => sum + piece.size, 0);
  const output = new SparseOutput(size, pieces);
  for await (const chunk of rangeOf(tar, offset, stored)) yield* output.add(chunk);
  yield* output.end();
}

function required<T>(items: readonly T[], position: number): T {
  const item = items[position];
  if (item === undefined) throw new Error(`the image has no layer ${position}`);
  return item;
}
