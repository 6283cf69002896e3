/** The unpacked tree of a layer: there from the start where a process made the layer, else derived from its tar. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../errors.ts';
import type { LayerId } from '../store/index.ts';
import { acquireLock, isRoot, removeTree, syncFileSystem } from '../system/index.ts';
import { toBytePath } from './host-files.ts';
import { readIndex } from './index-codec.ts';
import { TREE_DIRECTORY } from './layer-index.ts';
import { type LayerStore, layerMeta } from './layer-store.ts';
import { shareWork } from './once.ts';
import { unpack } from './unpack.ts';

/** Says in which run of the machine a derived tree was made, until it is known to be on the disk. */
const BOOT_MARK = 'tree.boot';
const LOCK = 'tree.lock';

export interface DeriveOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * The directory with the layer's files as an overlayfs lower, made if it is not there yet.
 *
 * A derived tree is used at once and synced to the disk beside that. Until then its mark names the run of the
 * machine: a tree of an earlier run that was never synced may be incomplete, and is made again.
 *
 * @returns host path as text
 * @throws AppError RUNTIME_NEEDS_ROOT when the tree has to be made by somebody who is not root
 */
export function treeOf(
  store: LayerStore,
  id: LayerId,
  options: DeriveOptions = {},
): Promise<string> {
  const directory = store.layers.directory(id);
  const tree = join(directory, TREE_DIRECTORY);
  if (layerMeta(store, id).tree || isWhole(directory)) return Promise.resolve(tree);
  if (!isRoot()) return Promise.reject(needsRoot());
  if (store.isReadOnly === true) return treeElsewhere(store, id, options);
  return shareWork(store, {
    name: `tree ${id}`,
    signal: options.signal,
    work: async (signal) => {
      const lock = await acquireLock(join(directory, LOCK), 'exclusive', { signal });
      try {
        if (!isWhole(directory)) await derive(store, directory, signal);
      } finally {
        lock.release();
      }
      recordWhenSynced(store, id, tree);
      return tree;
    },
  });
}

/** In a read-only store a tree cannot be kept: it lasts as long as this process. */
function treeElsewhere(store: LayerStore, id: LayerId, { signal }: DeriveOptions): Promise<string> {
  return shareWork(store, {
    name: `tree ${id}`,
    signal,
    work: async (end) => {
      const target = join(await store.temporaryDirectory(), TREE_DIRECTORY);
      await copyOfTree(store, id, { target, signal: end });
      return target;
    },
  });
}

/**
 * Unpacks a layer into a directory that is then the caller's own, sharing nothing with the store.
 *
 * @param target host path as text; made by this call
 * @throws AppError LAYER_DAMAGED; SystemError and errors of `node:fs`, among them those of not being root
 */
export function copyOfTree(
  store: LayerStore,
  id: LayerId,
  { target, signal }: DeriveOptions & { readonly target: string },
): Promise<void> {
  const source = store.layers.directory(id);
  return unpack(readIndex(source), { source, target: toBytePath(target), signal });
}

async function derive(store: LayerStore, directory: string, signal: AbortSignal): Promise<void> {
  const tree = join(directory, TREE_DIRECTORY);
  const temporary = await store.temporaryDirectory();
  try {
    if (existsSync(tree)) renameSync(tree, join(temporary, 'old'));
    const made = join(temporary, TREE_DIRECTORY);
    const target = toBytePath(made);
    await unpack(readIndex(directory), { source: directory, target, signal });
    writeFileSync(join(directory, BOOT_MARK), bootId());
    renameSync(made, tree);
  } finally {
    await removeTree(temporary);
  }
}

/** Whether a derived tree can be trusted though nothing records it yet. */
function isWhole(directory: string): boolean {
  if (!existsSync(join(directory, TREE_DIRECTORY))) return false;
  const mark = join(directory, BOOT_MARK);
  return existsSync(mark) && readFileSync(mark, 'latin1') === bootId();
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1');
}

/** If this fails, or the process ends before, the tree is made again after the next start of the machine. */
function recordWhenSynced(store: LayerStore, id: LayerId, tree: string): void {
  syncFileSystem(toBytePath(tree))
    .then(() => {
      const meta = store.layers.get(id);
      return meta && store.layers.update({ ...meta, tree: true });
    })
    .catch(() => undefined);
}

function needsRoot(): AppError {
  return new AppError(
    'RUNTIME_NEEDS_ROOT',
    'a process in an image needs root: nobody else can unpack layers with their owners',
    {
      hint: 'run lamina with sudo; builds without RUN work without it',
    },
  );
}
