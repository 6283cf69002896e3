/** The unpacked tree of a layer: made with the layer by a process, or derived from its tar. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { shareWork } from '../concurrency/index.ts';
import type { LayerId, LayerMeta } from '../store/index.ts';
import {
  acquireLock,
  ROOT_FORM,
  removeTree,
  syncFileSystem,
  type TreeForm,
  treeFormKey,
} from '../system/index.ts';
import { toBytePath } from './host-files.ts';
import { readIndex } from './index-codec.ts';
import { TREE_DIRECTORY } from './layer-index.ts';
import { type LayerStore, layerMeta } from './layer-store.ts';
import { unpack } from './unpack.ts';

/** Records the boot and the form in which a derived tree was made, until the tree is synced to the disk. */
const BOOT_MARK = 'tree.boot';
const LOCK = 'tree.lock';

export interface DeriveOptions {
  /** Form of the tree: what the runtime that mounts it needs. */
  readonly form: TreeForm;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The directory with the layer's files as an overlayfs lower, made if it does not exist yet. The store keeps a tree in
 * one form only, the first: trees in other forms last as long as this process.
 *
 * A derived tree is used at once and synced to the disk in the background. Until then its mark names the boot of the
 * machine: a tree of an earlier boot that was never synced may be incomplete, and is made again.
 *
 * @returns host path as text
 * @throws errors of `node:fs`, such as EPERM for those who may not make one
 */
export function treeOf(store: LayerStore, id: LayerId, options: DeriveOptions): Promise<string> {
  const { form } = options;
  const directory = store.layers.directory(id);
  const tree = join(directory, TREE_DIRECTORY);
  const meta = layerMeta(store, id);
  const made = meta.tree ? treeFormKey(meta.treeForm ?? ROOT_FORM) : unrecordedForm(directory);
  if (made === treeFormKey(form)) return Promise.resolve(tree);
  if (made !== undefined || store.isReadOnly === true) return treeElsewhere(store, id, options);
  return shareWork(store, {
    name: `tree ${id}`,
    signal: options.signal,
    work: async (signal) => {
      const lock = await acquireLock(join(directory, LOCK), 'exclusive', { signal });
      try {
        if (unrecordedForm(directory) === undefined)
          await derive(store, directory, { form, signal });
      } finally {
        lock.release();
      }
      recordWhenSynced(store, id, { tree, form });
      return tree;
    },
  });
}

/** By form and layer; each store's live in its temporary directory. */
const elsewhere = new WeakMap<LayerStore, Map<string, string>>();

/** A tree that the store cannot keep lasts as long as this process. */
function treeElsewhere(
  store: LayerStore,
  id: LayerId,
  { form, signal }: DeriveOptions,
): Promise<string> {
  const key = `${treeFormKey(form)} ${id}`;
  const known = elsewhere.get(store)?.get(key);
  if (known !== undefined) return Promise.resolve(known);
  return shareWork(store, {
    name: `tree ${key}`,
    signal,
    work: async (end) => {
      const target = join(await store.temporaryDirectory(), TREE_DIRECTORY);
      await copyOfTree(store, id, { target, form, signal: end });
      elsewhere.set(store, (elsewhere.get(store) ?? new Map()).set(key, target));
      return target;
    },
  });
}

/**
 * Unpacks a layer into a directory that the caller owns, sharing nothing with the store.
 *
 * @param target host path as text; made by this call
 * @throws AppError LAYER_DAMAGED; SystemError and errors of `node:fs`, such as EPERM without root
 */
export function copyOfTree(
  store: LayerStore,
  id: LayerId,
  { target, form, signal }: DeriveOptions & { readonly target: string },
): Promise<void> {
  const source = store.layers.directory(id);
  return unpack(readIndex(source), { source, target: toBytePath(target), form, signal });
}

async function derive(
  store: LayerStore,
  directory: string,
  { form, signal }: DeriveOptions,
): Promise<void> {
  const tree = join(directory, TREE_DIRECTORY);
  const temporary = await store.temporaryDirectory();
  try {
    if (existsSync(tree)) renameSync(tree, join(temporary, 'old'));
    const made = join(temporary, TREE_DIRECTORY);
    const target = toBytePath(made);
    await unpack(readIndex(directory), { source: directory, target, form, signal });
    writeFileSync(join(directory, BOOT_MARK), `${bootId()}${treeFormKey(form)}`);
    renameSync(made, tree);
  } finally {
    await removeTree(temporary);
  }
}

/** The key of a derived tree's form that can be trusted before a record has it. */
function unrecordedForm(directory: string): string | undefined {
  if (!existsSync(join(directory, TREE_DIRECTORY))) return undefined;
  const mark = join(directory, BOOT_MARK);
  const text = existsSync(mark) ? readFileSync(mark, 'latin1') : '';
  const boot = bootId();
  if (!text.startsWith(boot)) return undefined;
  return text.slice(boot.length) || treeFormKey(ROOT_FORM);
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1');
}

/** If this fails, or the process ends before, the tree is made again after the next boot. */
function recordWhenSynced(
  store: LayerStore,
  id: LayerId,
  { tree, form }: { readonly tree: string; readonly form: TreeForm },
): void {
  syncFileSystem(toBytePath(tree))
    .then(() => {
      const meta = store.layers.get(id);
      return meta && store.layers.update({ ...meta, tree: true, treeForm: recordedForm(form) });
    })
    .catch(() => undefined);
}

/** The form of its tree in a layer's record. */
export function recordedForm(form: TreeForm): LayerMeta['treeForm'] {
  return treeFormKey(form) === treeFormKey(ROOT_FORM) ? undefined : form;
}
