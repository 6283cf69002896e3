import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addImage, addLayer, recordOf } from '../../test/support/store-content.ts';
import { type ImageRecord, type LayerMeta, Store } from './index.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lamina-store-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('a store', () => {
  test('keeps writes for the next process that opens it', async () => {
    let layer: LayerMeta;
    let image: ImageRecord;
    {
      await using store = await Store.open({ root });
      layer = await addLayer(store);
      store.records.put('key', recordOf(layer));
      store.records.putAlias('alias', { key: 'key', sourceResult: 'source' });
      store.facts.put('diffId', layer.id, { diffId: 'x' });
      image = await addImage(store, '{}', layer);
      expect(store.images.tag(image.id, 'app')).toBeUndefined();
    }
    await using store = await Store.open({ root });
    expect(store.records.get('key')).toEqual(recordOf(layer));
    expect(store.records.alias('alias')).toEqual({ key: 'key', sourceResult: 'source' });
    expect(store.facts.get('diffId', layer.id)).toEqual({ diffId: 'x' });
    expect(store.layers.get(layer.id)).toEqual(layer);
    expect(readdirSync(store.layers.directory(layer.id))).toEqual(['layer.tar']);
    expect(store.images.resolve('app:latest')).toMatchObject({ id: image.id });
    expect((await store.blobs.read(image.id)).toString()).toBe('{}');
  });

  test('shows writes at once, and to other processes after a flush', async () => {
    await using one = await Store.open({ root });
    await using two = await Store.open({ root });
    const layer = await addLayer(one);
    one.records.put('key', recordOf(layer));
    expect(one.records.get('key')).toBeDefined();
    await one.flush();
    expect(two.records.get('key')).toEqual(recordOf(layer));
  });

  test('is opened, written and closed while others of this process are', async () => {
    const lane = async (_: unknown, name: number) => {
      for (let turn = 0; turn < 25; turn++) {
        await using store = await Store.open({ root });
        store.facts.put('kind', `${name}-${turn}`, turn);
      }
    };
    await Promise.all(Array.from({ length: 4 }, lane));
    await using store = await Store.open({ root });
    expect(store.facts.get('kind', '3-24')).toBe(24);
  });

  test('is for its owner alone', async () => {
    await using store = await Store.open({ root: join(root, 'new', 'store') });
    expect(statSync(store.root).mode & 0o777).toBe(0o700);
  });

  test('prunes unreferenced content and keeps the rest', async () => {
    {
      await using store = await Store.open({ root });
      const used = await addLayer(store);
      const cached = await addLayer(store);
      await addLayer(store, 'orphan');
      store.records.put('cached', recordOf(used, cached));
      const image = await addImage(store, '{}', used);
      store.images.tag(image.id, 'app');
      await store.blobs.write(Buffer.from('stray'));
    }
    await using store = await Store.open({ root });
    const first = await store.prune();
    expect(first.removed.map(({ kind }) => kind).sort()).toEqual(['blob', 'layer']);
    expect(first.bytes).toBeGreaterThan(0);
    expect(store.records.get('cached')).toBeDefined();

    const second = await store.prune({ cache: 'all' });
    expect(second.removed.map(({ kind }) => kind)).toEqual(['record', 'layer']);
    expect(second.removed[1]?.description).toBe('RUN make');
    const image = store.images.resolve('app');
    expect(image && existsSync(store.blobs.path(image.id))).toBe(true);
    expect([...store.layers.list()]).toHaveLength(1);
    expect(store.records.get('cached')).toBeUndefined();
  });
});
