import { afterEach, beforeEach, expect, test } from 'vitest';
import { addImage, addLayer, TestStore } from '../../test/support/images.ts';
import { readConfig } from '../image/store/image-view.ts';
import { decodeManifest, digestOf, type ImageConfig } from '../oci/index.ts';
import type { ImageRecord, LayerId } from '../store/index.ts';
import { type AssembleInput, assembleImage } from './assemble.ts';

let bench: TestStore;

beforeEach(async () => {
  bench = await TestStore.open();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

function assemble(input: Partial<AssembleInput>): Promise<ImageRecord> {
  return assembleImage(bench.store, {
    config: {},
    platform: { os: 'linux', architecture: 'amd64' },
    history: (input.layers ?? []).map((layer) => ({ createdBy: 'RUN x', layer })),
    layers: [],
    ...input,
  });
}

test('the id is the digest of the config, whose layers the manifest names', async () => {
  const image = await addImage(bench.store, [{ a: 'one' }, { b: 'three' }]);
  const bytes = await bench.store.blobs.read(image.id);
  expect(digestOf(bytes)).toBe(image.id);
  const config = await readConfig(bench.store, image);
  const manifest = decodeManifest(await bench.store.blobs.read(image.manifestDigest));
  expect(manifest.config).toMatchObject({ digest: image.id, size: bytes.length });
  expect(manifest.layers.map((layer) => layer.digest)).toEqual(config.rootfs.diff_ids);
  expect(image.layers.map((layer) => layer.diffId)).toEqual(config.rootfs.diff_ids);
  expect(image).toMatchObject({ os: 'linux', architecture: 'amd64', size: 8 });
  expect(bench.store.images.get(image.id)).toEqual(image);
});

test('the same files in other layers of other times give the same id under an epoch', async () => {
  const file = { content: 'x', mtime: 1_700_000_100 };
  const first = await addLayer(bench.store, { file }, { created: 5000 });
  const second = await addLayer(bench.store, { file: { ...file, mtime: 1_700_000_200 } });
  const images: ImageRecord[] = [];
  for (const layer of [first, second]) images.push(await assemble({ layers: [layer], epoch: 60 }));
  expect(images[0]?.id).toBe(images[1]?.id);
  const config = await readConfig(bench.store, images[0] as ImageRecord);
  expect(config.created).toBe('1970-01-01T00:01:00Z');
  expect((await assemble({ layers: [first] })).id).not.toBe(images[0]?.id);
});

test('built upon a base image, its layers and history come first and keep their times', async () => {
  const old = await addImage(bench.store, [{ a: '1' }]);
  const config = await readConfig(bench.store, old);
  const layer = await addLayer(bench.store, { b: '2' });
  const base = { config, layers: old.layers };
  const image = await assemble({ base, layers: [layer], epoch: 60 });
  const result = await readConfig(bench.store, image);
  expect(result.rootfs.diff_ids.slice(0, 1)).toEqual(config.rootfs.diff_ids);
  expect(result.history?.slice(0, 2)).toEqual(config.history);
  expect(result.history?.at(-1)).toEqual({ created: '1970-01-01T00:01:00Z', created_by: 'RUN x' });
  expect(image.layers[0]).toEqual(old.layers[0]);
  expect(image.layers[1]?.epoch).toBe(60);
});

test('keeps keys of the base config it does not know, but none that describe the base alone', async () => {
  const config = {
    os: 'linux',
    architecture: 'arm64',
    author: 'someone',
    rootfs: { type: 'layers', diff_ids: [] },
    container: '0123',
    container_config: { Cmd: ['x'] },
    docker_version: '20.10',
    'moby.buildkit.cache.v0': 'eyJ9',
    'com.example.key': { kept: true },
  } as ImageConfig;
  const image = await assemble({ base: { config, layers: [] }, config: { User: 'app' } });
  expect(JSON.parse((await bench.store.blobs.read(image.id)).toString())).toEqual({
    architecture: 'amd64',
    author: 'someone',
    'com.example.key': { kept: true },
    config: { User: 'app' },
    os: 'linux',
    rootfs: { type: 'layers', diff_ids: [] },
  });
});

test('labels given apart are added to those of the config', async () => {
  const image = await assemble({
    config: { Labels: { a: '1', b: '1' } },
    labels: { b: '2', c: '2' },
  });
  const config = await readConfig(bench.store, image);
  expect(config.config?.Labels).toEqual({ a: '1', b: '2', c: '2' });
});

test('one layer may be there twice', async () => {
  const layer = await addLayer(bench.store, { a: '1' });
  const image = await assemble({ layers: [layer, layer] });
  expect((await readConfig(bench.store, image)).rootfs.diff_ids).toHaveLength(2);
});

test('a history that does not name the layers is a mistake of the program', async () => {
  const layer = await addLayer(bench.store, { a: '1' });
  await expect(assemble({ layers: [layer], history: [] })).rejects.toThrow('history');
  const unknown = 'f'.repeat(32) as LayerId;
  await expect(assemble({ layers: [unknown] })).rejects.toThrow('no layer');
});
