/** Cache mounts as layers, to be exported, and back. */
import { execFile } from 'node:child_process';
import { renameSync, rmSync } from 'node:fs';
import { promisify } from 'node:util';
import {
  copyOfTree,
  ensureLayers,
  indexTree,
  MergedTree,
  recordedForm,
  TREE_DIRECTORY,
  writeIndex,
} from '../layers/index.ts';
import type { LayerId, Store } from '../store/index.ts';
import type { TreeForm } from '../system/index.ts';

export interface MountOptions {
  /** Of the cache mount's files. */
  readonly form: TreeForm;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Copies the contents of a cache mount into a new layer, which nothing names: it goes with the next prune.
 *
 * @param directory host path of the cache; nothing may change it meanwhile
 */
export async function layerOfMount(
  store: Store,
  directory: string,
  { form, signal }: MountOptions,
): Promise<LayerId> {
  const staged = await store.layers.stage();
  try {
    const tree = `${staged.directory}/${TREE_DIRECTORY}`;
    await promisify(execFile)('cp', ['-a', '--reflink=auto', directory, tree], { signal });
    const base = MergedTree.of(store, []);
    const index = await indexTree(Buffer.from(tree).toString('latin1'), { base, form, signal });
    writeIndex(staged.directory, index);
    const files = index.entries.filter((entry) => entry.kind === 'entry' && entry.type === 'file');
    const size = files.reduce((sum, entry) => sum + (entry.kind === 'entry' ? entry.size : 0), 0);
    const treeForm = recordedForm(form);
    const made = { tree: true, treeForm, tar: false, size, files: files.length } as const;
    return (await staged.commit({ ...made, created: Date.now(), times: 'keep' })).id;
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** Fills the directory of a new cache mount from a layer, which is fetched if needed. */
export async function seedMount(
  store: Store,
  layer: LayerId,
  { directory, form, signal }: MountOptions & { readonly directory: string },
): Promise<void> {
  await ensureLayers(store, [layer], { signal });
  const copy = `${directory}.copy`;
  try {
    await copyOfTree(store, layer, { target: copy, form, signal });
    renameSync(copy, directory);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
