/** The final file system of an image as one tar, without layers and without config. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { END_OF_ARCHIVE, encodeHeader, padding, type TarHeader } from '../archive/index.ts';
import { type Destination, writeTo } from '../destination/index.ts';
import type { FileEntry } from '../files/index.ts';
import { ensureImageLayers } from '../image/index.ts';
import type { ImageRecord, Store } from '../store/index.ts';
import { FileReader } from './file-reader.ts';
import { type ImageFiles, imageFiles, walk } from './image-files.ts';

export interface ExportTarOptions {
  readonly dest: Destination;
  readonly signal?: AbortSignal | undefined;
}

/** Headers and small contents are collected up to this size. */
const CHUNK = 512 * 1024;

/** An image whose files go into the tar. */
export interface TarPart {
  readonly image: ImageRecord;
  /** A directory of the tar for its files: one name, ASCII. Undefined: the root. */
  readonly below?: string | undefined;
}

/**
 * Writes all files with owners, modes, links, devices and extended attributes; times in whole seconds. The same
 * images give the same bytes.
 *
 * @throws AppError EXPORT_DESTINATION, LAYER_DAMAGED
 */
export async function exportTar(
  store: Store,
  parts: readonly TarPart[],
  { dest, signal }: ExportTarOptions,
): Promise<void> {
  for (const { image } of parts) await ensureImageLayers(store, image, signal);
  const members = parts.map(({ image, below }) => tarMembers(imageFiles(store, image), below));
  await writeTo(dest, inChunks(concatenated(members)), signal);
}

function* concatenated(parts: readonly Iterable<Uint8Array>[]): Generator<Uint8Array, void> {
  for (const part of parts) yield* part;
  yield END_OF_ARCHIVE;
}

function* tarMembers(files: ImageFiles, below: string | undefined): Generator<Uint8Array, void> {
  using reader = new FileReader();
  const prefix = below === undefined ? '' : `${below}/`;
  if (below !== undefined) yield encodeHeader(directoryHeader(below));
  /** Hard-link group → path of its first member. */
  const groups = new Map<number, string>();
  for (const entry of walk(files.tree)) {
    if (entry.type === 'socket') continue;
    const group = entry.linkGroup;
    const path = prefix + entry.path;
    const linkTo = group === undefined ? undefined : groups.get(group);
    if (group !== undefined && linkTo === undefined) groups.set(group, path);
    yield encodeHeader({ ...tarHeader(entry, files.mtime(entry), linkTo), path });
    if (entry.type !== 'file' || linkTo !== undefined) continue;
    yield* reader.read(files.tree.content(entry));
    yield Buffer.alloc(padding(entry.size));
  }
}

function directoryHeader(path: string): TarHeader {
  const owner = { mode: 0o755, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 };
  return { path, type: 'directory', size: 0, ...owner };
}

function tarHeader(entry: FileEntry, mtime: number, linkTo: string | undefined): TarHeader {
  const { path, mode, uid, gid, linkTarget, devMajor, devMinor, xattrs } = entry;
  if (entry.type === 'socket') throw new Error('a tar holds no sockets');
  const type = linkTo === undefined ? entry.type : 'hardlink';
  const size = type === 'file' ? entry.size : 0;
  const owner = { mode, uid, gid, mtime, mtimeNs: 0 };
  return {
    path,
    type,
    size,
    ...owner,
    linkTarget: linkTo ?? linkTarget,
    devMajor,
    devMinor,
    xattrs,
  };
}

/** Joins many small pieces into few large ones, and lets the event loop run between them. */
async function* inChunks(pieces: Iterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  let parts: Uint8Array[] = [];
  let size = 0;
  for (const piece of pieces) {
    parts.push(piece);
    size += piece.length;
    if (size < CHUNK) continue;
    yield Buffer.concat(parts, size);
    parts = [];
    size = 0;
    await nextTurn();
  }
  yield Buffer.concat(parts, size);
}
