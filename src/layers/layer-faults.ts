/** Whether a layer is intact: its index, its bytes, and the forms derived from them. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { TimeSlice } from '../concurrency/index.ts';
import { AppError } from '../errors.ts';
import type { ContentRange } from '../files/index.ts';
import type { DiffId } from '../oci/index.ts';
import type { LayerId, LayerStore as StoredLayers } from '../store/index.ts';
import { hasErrorCode, removeTree } from '../system/index.ts';
import { hashLayer, knownDiffId } from './diff-id.ts';
import { encodeImage } from './erofs/image.ts';
import { EROFS_FILE } from './erofs-form.ts';
import { fsPath, openForReading, readFully, toBytePath } from './host-files.ts';
import { readIndex } from './index-codec.ts';
import {
  INDEX_FILE,
  type LayerFile,
  type LayerIndex,
  TAR_FILE,
  TREE_DIRECTORY,
} from './layer-index.ts';
import { type LayerStore, layerMeta } from './layer-store.ts';
import { contentOf } from './layer-view.ts';

/** Something wrong in a layer's directory. */
export interface LayerFault {
  /** Absolute. */
  readonly path: string;
  readonly problem: string;
  /** It is derived from the rest of the layer, and can be derived again. */
  readonly isDerived: boolean;
}

/** The parts of the store that a check needs beside those that all of this folder needs. */
export type CheckedStore = LayerStore & {
  readonly layers: LayerStore['layers'] & Pick<StoredLayers, 'location'>;
};

export interface LayerCheckOptions {
  /** The diffId that images give for its tar. */
  readonly diffId?: DiffId | undefined;
  readonly signal?: AbortSignal | undefined;
}

const CHUNK = 1 << 20;
/** Setuid, setgid, sticky, and the rights of group and others. */
const OTHERS_RIGHTS = 0o7077;
const MACHINE = ['EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC', 'EDQUOT', 'EROFS'];

/** Reads all of a layer that is in the store. A fault of the tar or the index hides faults of derived forms. */
export async function layerFaults(
  store: CheckedStore,
  id: LayerId,
  { diffId, signal }: LayerCheckOptions = {},
): Promise<readonly LayerFault[]> {
  const directory = store.layers.location(id);
  try {
    if (!existsSync(directory)) return [fault(directory, 'it is missing')];
    const index = readIndex(directory);
    const tar = join(directory, TAR_FILE);
    if (index.tarSize !== undefined && !existsSync(tar)) return [fault(tar, 'it is missing')];
    if (index.tarSize !== undefined && statSync(tar).size < index.tarSize) {
      return [fault(tar, 'it is truncated')];
    }
    const expected = diffId ?? knownDiffId(store, id);
    const { diffId: actual } = await hashLayer(store, id, { signal });
    if (expected !== undefined && actual !== expected) return [changed(directory, index)];
    const { tarSize } = index;
    const wrongContent = await contentFault(index, signal, (file) => {
      // The digest of the tar, if it is known, covers the rest.
      const isBehind = tarSize !== undefined && (file.tarOffset ?? 0) >= tarSize;
      return isBehind || expected === undefined ? contentOf(directory, file) : undefined;
    });
    if (wrongContent !== undefined) return [fault(contentPath(directory, index), wrongContent)];
    if (tarSize === undefined) return missingEntries(directory, index);
    return [
      ...(await treeFaults(directory, index, signal)),
      ...(await erofsFaults(directory, index, signal)),
    ];
  } catch (error) {
    signal?.throwIfAborted();
    if (!isOfLayer(error, directory)) throw error;
    return [faultOf(error, directory)];
  }
}

/** Removes the derived forms of a layer; they are derived again when needed. */
export async function dropDerivedForms(store: LayerStore, id: LayerId): Promise<void> {
  const directory = store.layers.directory(id);
  const aside = await store.temporaryDirectory();
  for (const name of [TREE_DIRECTORY, EROFS_FILE]) {
    if (existsSync(join(directory, name))) renameSync(join(directory, name), join(aside, name));
  }
  rmSync(join(directory, 'tree.boot'), { force: true });
  await store.layers.update({ ...layerMeta(store, id), tree: false });
  await removeTree(aside);
}

/** What a tree lacks, or has of another kind: hashing it follows the index, and reads files only. */
function missingEntries(directory: string, { entries }: LayerIndex): readonly LayerFault[] {
  const tree = join(directory, TREE_DIRECTORY);
  for (const entry of entries) {
    if (entry.kind !== 'entry') continue;
    const path = fsPath(`${toBytePath(tree)}/${entry.path}`);
    const shown = `'${Buffer.from(entry.path, 'latin1').toString('utf8')}'`;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return [fault(tree, `${shown} is missing`)];
    if (entry.type === 'file' && stats.size !== entry.size) {
      return [fault(tree, `${shown} does not have its size`)];
    }
    // The user's own rights may be more, where an ordinary user must read and change the file.
    if (entry.type !== 'symlink' && ((stats.mode ^ entry.mode) & OTHERS_RIGHTS) !== 0) {
      return [fault(tree, `${shown} does not have its mode`)];
    }
    if (entry.type === 'symlink' && readlinkSync(path, 'latin1') !== entry.linkTarget) {
      return [fault(tree, `${shown} has changed`)];
    }
  }
  return [];
}

async function treeFaults(
  directory: string,
  index: LayerIndex,
  signal: AbortSignal | undefined,
): Promise<readonly LayerFault[]> {
  const tree = join(directory, TREE_DIRECTORY);
  if (!existsSync(tree)) return [];
  const root = toBytePath(tree);
  const problem = await contentFault(index, signal, (file) => ({
    ...{ hostPath: `${root}/${file.path}`, offset: 0, size: file.size },
  }));
  return problem === undefined ? [] : [{ ...fault(tree, problem), isDerived: true }];
}

async function erofsFaults(
  directory: string,
  index: LayerIndex,
  signal: AbortSignal | undefined,
): Promise<readonly LayerFault[]> {
  const path = join(directory, EROFS_FILE);
  if (!existsSync(path)) return [];
  const { size } = statSync(join(directory, TAR_FILE));
  const bytes = await new TimeSlice(signal).run(encodeImage(index, size));
  if (bytes.equals(readFileSync(path))) return [];
  return [{ ...fault(path, 'it has changed'), isDerived: true }];
}

/** @param contentAt the content of a file that is to be checked; undefined skips it */
async function contentFault(
  { entries }: LayerIndex,
  signal: AbortSignal | undefined,
  contentAt: (file: LayerFile) => ContentRange | undefined,
): Promise<string | undefined> {
  const slice = new TimeSlice(signal);
  for (const entry of entries) {
    if (entry.kind !== 'entry' || entry.type !== 'file') continue;
    const range = contentAt(entry);
    if (range === undefined) continue;
    if (slice.isOver) await slice.yield();
    const shown = `'${Buffer.from(entry.path, 'latin1').toString('utf8')}'`;
    try {
      const digest = digestOfRange(range);
      if (digest === undefined) return `${shown} is too short`;
      if (entry.digest !== undefined && entry.digest !== digest) return `${shown} has changed`;
    } catch (error) {
      if (hasErrorCode(error, ...MACHINE)) throw error;
      return `${shown} cannot be read: ${messageOf(error)}`;
    }
  }
  return undefined;
}

/** @returns undefined when there are fewer bytes */
function digestOfRange({ hostPath, offset, size }: ContentRange): string | undefined {
  const fd = openForReading(hostPath);
  try {
    const hash = createHash('sha512-256');
    const buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(CHUNK, size)));
    for (let done = 0; done < size; ) {
      const length = Math.min(buffer.length, size - done);
      const count = readFully(fd, { buffer, start: 0, length }, offset + done);
      if (count < length) return undefined;
      hash.update(buffer.subarray(0, count));
      done += count;
    }
    return `sha512-256:${hash.digest('hex')}`;
  } finally {
    closeSync(fd);
  }
}

function changed(directory: string, index: LayerIndex): LayerFault {
  return fault(contentPath(directory, index), 'its digest has changed since it was created');
}

function contentPath(directory: string, { tarSize }: LayerIndex): string {
  return join(directory, tarSize === undefined ? TREE_DIRECTORY : TAR_FILE);
}

/** A lack of resources, or another file that cannot be opened, does not mean that a layer is lost. */
function isOfLayer(error: unknown, directory: string): boolean {
  if (hasErrorCode(error, ...MACHINE)) return false;
  if (!(error instanceof Error && 'path' in error)) return true;
  const path = String(error.path);
  return path === directory || path.startsWith(`${directory}/`);
}

function faultOf(error: unknown, directory: string): LayerFault {
  if (hasErrorCode(error, 'ENOENT') && error instanceof Error && 'path' in error) {
    return fault(String(error.path), 'it is missing');
  }
  if (error instanceof AppError && error.code === 'LAYER_INDEX_UNREADABLE') {
    return fault(join(directory, INDEX_FILE), error.message);
  }
  return fault(directory, messageOf(error));
}

function fault(path: string, problem: string): LayerFault {
  return { path, problem, isDerived: false };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
