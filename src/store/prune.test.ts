import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addImage, addLayer, recordOf } from '../../test/support/store-content.ts';
import type { Digest } from '../oci/index.ts';
import { type PruneOptions, type PruneResult, Store } from './index.ts';

const DAY = 86_400_000;

let root: string;
let now: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lamina-prune-'));
  now = 1_700_000_000_000;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Prunes like a process that holds nothing. */
async function prune(options: PruneOptions = {}): Promise<PruneResult> {
  await using store = await Store.open({ root, now: () => now });
  return await store.prune(options);
}

const kinds = ({ removed }: PruneResult): string[] => removed.map(({ kind }) => kind).sort();

async function cachedKeys(): Promise<string[]> {
  await using store = await Store.open({ root });
  return [...store.records.entries()].map(([key]) => key).sort();
}

/** Cache records `a` to `d`, used a day apart; `a` and `b` share a layer, `d` is in an image. */
async function fillCache(): Promise<void> {
  for (const key of ['a', 'b', 'c', 'd']) {
    await using store = await Store.open({ root, now: () => now });
    const shared = key === 'b' ? store.records.get('a')?.layers[0] : undefined;
    const below = shared === undefined ? undefined : store.layers.get(shared);
    const layer = await addLayer(store, key.repeat(1000));
    store.records.put(key, recordOf(...(below ? [below] : []), layer));
    store.records.putAlias(`alias of ${key}`, { key, sourceResult: 'x' });
    store.facts.put('diffId', `${layer.id}:0`, 'about a layer');
    if (key === 'd') store.images.tag((await addImage(store, 'config', layer)).id, 'app');
    await store.close();
    now += DAY;
  }
}

describe('a prune', () => {
  test('without options removes only unreferenced content', async () => {
    await fillCache();
    {
      await using store = await Store.open({ root });
      await addLayer(store);
      await store.blobs.write(Buffer.from('stray'));
    }
    const result = await prune();
    expect(kinds(result)).toEqual(['blob', 'layer']);
    expect(result.bytes).toBe(result.removed.reduce((sum, { bytes }) => sum + bytes, 0));
    expect(await cachedKeys()).toEqual(['a', 'b', 'c', 'd']);
    expect(kinds(await prune())).toEqual([]);
  });

  test('of the unused cache keeps layers of images and recently used records', async () => {
    await fillCache();
    // a was last used on day 1, with b; c on day 2, d on day 3; now it is day 4.
    const result = await prune({ cache: 'unused', unusedFor: 2.5 * DAY });
    expect(await cachedKeys()).toEqual(['c', 'd']);
    expect(kinds(result)).toEqual(['layer', 'layer', 'record', 'record']);
    now += 100 * DAY;
    await prune({ cache: 'unused' });
    expect(await cachedKeys()).toEqual(['d']);
  });

  test('of all cache keeps the layers of images', async () => {
    await fillCache();
    await prune({ cache: 'all' });
    expect(await cachedKeys()).toEqual([]);
    await using store = await Store.open({ root });
    const [image] = store.images.list();
    expect([...store.layers.list()].map(({ id }) => id)).toEqual(image?.layers.map(({ id }) => id));
    expect(store.records.alias('alias of a')).toBeUndefined();
    for (const { id } of store.layers.list()) {
      expect(existsSync(join(store.layers.directory(id), 'layer.tar'))).toBe(true);
      expect(store.facts.get('diffId', `${id}:0`)).toBe('about a layer');
    }
  });

  test('down to a size removes what was not used for longest', async () => {
    await fillCache();
    // a (1000 bytes), b (1000 more), c (1000); d belongs to an image.
    await prune({ cache: 'all', keepBytes: 1000 });
    expect(await cachedKeys()).toEqual(['c', 'd']);
    await prune({ cache: 'all', keepBytes: 1000 });
    expect(await cachedKeys()).toEqual(['c', 'd']);
  });

  test('of all cache keeps recently used records, with unusedFor', async () => {
    await fillCache();
    await prune({ cache: 'all', unusedFor: 2.5 * DAY });
    expect(await cachedKeys()).toEqual(['c', 'd']);
    await prune({ cache: 'all', unusedFor: 0 });
    expect(await cachedKeys()).toEqual([]);
  });

  test('down to a size counts cache mounts too, and removes the least recently used', async () => {
    await fillCache();
    for (const [day, name] of ['old', 'new'].entries()) {
      await using store = await Store.open({ root });
      const owner = { owner: { uid: 0, gid: 0 }, mode: 0o755 };
      const key = String(day).repeat(64);
      const held = await store.cacheMounts.hold({ key, id: name, sharing: 'shared', ...owner });
      writeFileSync(
        join(Buffer.from(held.directory, 'latin1').toString(), 'file'),
        'x'.repeat(1e6),
      );
      held.release();
    }
    const mounts = async () => {
      await using store = await Store.open({ root });
      return store.cacheMounts.list().map(({ id }) => id);
    };
    now = Date.now() + DAY;
    await prune({ cache: 'all', keepBytes: 3e6 });
    expect(await cachedKeys()).toEqual(['a', 'b', 'c', 'd']);
    expect((await mounts()).sort()).toEqual(['new', 'old']);
    await prune({ cache: 'all', keepBytes: 1.5e6 });
    expect(await mounts()).toEqual(['new']);
    await prune({ cache: 'all', keepBytes: 0 });
    expect(await mounts()).toEqual([]);
  });

  test('of images removes only those that are named', async () => {
    const ids: Digest[] = [];
    {
      await using store = await Store.open({ root });
      for (const name of ['one', 'two']) {
        const { id } = await addImage(store, name, await addLayer(store, name));
        store.images.tag(id, name);
        ids.push(id);
      }
    }
    await prune({ images: 'all', onlyImages: new Set(ids.slice(0, 1)) });
    await using store = await Store.open({ root });
    expect(store.images.list().map(({ id }) => id)).toEqual(ids.slice(1));
    expect(store.images.resolve('one')).toBeUndefined();
  });

  test('of dangling images keeps those with a name', async () => {
    {
      await using store = await Store.open({ root });
      const layer = await addLayer(store);
      store.images.tag((await addImage(store, 'named', layer)).id, 'app');
      await addImage(store, 'dangling', await addLayer(store));
    }
    const result = await prune({ images: 'dangling' });
    expect(kinds(result)).toEqual(['blob', 'blob', 'image', 'layer']);
    await using store = await Store.open({ root });
    expect(store.images.resolve('app')).toBeDefined();
    expect(store.images.list()).toHaveLength(1);
  });

  test('of all images leaves no name, blob or layer', async () => {
    await fillCache();
    await prune({ images: 'all', cache: 'all' });
    await using store = await Store.open({ root });
    expect(store.images.list()).toEqual([]);
    expect(store.images.resolve('app')).toBeUndefined();
    expect([...store.blobs.list()]).toEqual([]);
    expect([...store.layers.list()]).toEqual([]);
    expect(readdirSync(join(root, 'layers'))).toEqual([]);
  });

  test('keeps the blobs that manifests name, also by way of an index', async () => {
    {
      await using store = await Store.open({ root });
      const inner = await addImage(store, 'inner', await addLayer(store));
      const layerBlob = await store.blobs.write(Buffer.from('compressed layer'));
      const manifest = await store.blobs.write(
        Buffer.from(JSON.stringify({ config: { digest: inner.id }, layers: [layerBlob] })),
      );
      const index = await store.blobs.write(Buffer.from(JSON.stringify({ manifests: [manifest] })));
      store.images.put({ ...inner, manifestDigest: index.digest });
    }
    // Only the manifest from addImage has no image now.
    expect(kinds(await prune())).toEqual(['blob']);
  });

  test('removes a cache record whose layer is gone', async () => {
    {
      await using store = await Store.open({ root });
      const layer = await addLayer(store);
      store.records.put('key', recordOf(layer));
      await store.flush();
      store.layers.remove(layer.id);
      expect(store.records.get('key')).toBeUndefined();
    }
    expect(kinds(await prune())).toEqual(['layer', 'record']);
  });

  test('removes trees with names that are not UTF-8 and directories that are closed', async () => {
    await prune();
    const tree = join(root, 'layers', 'a'.repeat(32), 'tree');
    mkdirSync(join(tree, 'closed'), { recursive: true });
    writeFileSync(Buffer.from(`${tree}/closed/caf\xe9`, 'latin1'), 'x'.repeat(5000));
    mkdirSync(Buffer.from(`${tree}/\xff`, 'latin1'), { mode: 0 });
    const result = await prune();
    expect(kinds(result)).toEqual(['layer']);
    expect(result.bytes).toBeGreaterThanOrEqual(5000);
    expect(readdirSync(join(root, 'tmp'))).toEqual([]);
  });

  test('keeps facts about other things than layers, unless the whole cache is removed', async () => {
    {
      await using store = await Store.open({ root });
      store.facts.put('stat', '/some/file', { size: 1 });
      store.facts.put('diffId', 'b'.repeat(32), 'of a layer that is gone');
    }
    await prune();
    {
      await using store = await Store.open({ root });
      expect(store.facts.get('stat', '/some/file')).toEqual({ size: 1 });
      expect(store.facts.get('diffId', 'b'.repeat(32))).toBeUndefined();
    }
    await prune({ cache: 'all' });
    await using store = await Store.open({ root });
    expect(store.facts.get('stat', '/some/file')).toBeUndefined();
  });

  test('can be cancelled', async () => {
    await expect(
      (async () => {
        await using store = await Store.open({ root });
        await store.prune({ signal: AbortSignal.abort() });
      })(),
    ).rejects.toMatchObject({ code: 'BUILD_CANCELLED' });
  });
});
