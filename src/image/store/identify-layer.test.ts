/** The tar of a RUN's layer is packed once if it is exported compressed. */
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { TestStore } from '../../../test/support/images.ts';
import { entryTree } from '../../files/index.ts';
import { diffIdOf, indexTree, TREE_DIRECTORY, writeIndex } from '../../layers/index.ts';
import type { LayerId, Store } from '../../store/index.ts';
import { ROOT_FORM } from '../../system/index.ts';
import { identifyLayer, layerBlob } from './layer-blobs.ts';
import type { LayerEncoding } from './layer-encoding.ts';

const SIZE = 24 << 20;

/** A layer in the form that RUN leaves, with one large file. */
async function ranLayer(store: Store): Promise<LayerId> {
  const staged = await store.layers.stage();
  const tree = `${staged.directory}/${TREE_DIRECTORY}`;
  mkdirSync(tree);
  writeFileSync(`${tree}/file`, Buffer.alloc(SIZE, 'what compresses well '));
  for (const path of [`${tree}/file`, tree]) utimesSync(path, 1_700_000_000, 1_700_000_000);
  writeIndex(staged.directory, await indexTree(tree, { base: entryTree([]), form: ROOT_FORM }));
  const facts = { tree: true, tar: false, size: SIZE, files: 1, created: 0 } as const;
  return (await staged.commit({ ...facts, times: 'clamp' })).id;
}

/** Bytes that this process has read from files so far. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

test.each<[string, LayerEncoding, number | undefined]>([
  ['gzip', { compression: 'gzip' }, undefined],
  ['zstd at another level', { compression: 'zstd', level: 5 }, undefined],
  ['other times', { compression: 'gzip' }, 60],
])('its files are read once: %s', async (_, encoding, epoch) => {
  await using bench = await TestStore.open();
  const { store } = bench;
  const id = await ranLayer(store);
  const before = bytesRead();
  const { diffId, size } = await identifyLayer(store, { id, epoch }, { encoding });
  const layer = { id, diffId, epoch, size };
  const { descriptor } = await layerBlob(store, layer, encoding);
  const read = bytesRead() - before;
  expect(read).toBeGreaterThanOrEqual(SIZE);
  expect(read).toBeLessThan(SIZE * 1.5);

  // Done one after the other, the digests are the same, but everything is read twice.
  await using other = await TestStore.open();
  const same = await ranLayer(other.store);
  const plain = bytesRead();
  expect((await diffIdOf(other.store, same, epoch)).diffId).toBe(diffId);
  const blob = await layerBlob(other.store, { ...layer, id: same }, encoding);
  expect(blob.descriptor).toEqual(descriptor);
  expect(bytesRead() - plain).toBeGreaterThanOrEqual(2 * SIZE);
});
