import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sha256, tarOfMembers } from '../../test/support/archives.ts';
import { TestStore } from '../../test/support/images.ts';
import { readConfig } from '../image/store/image-view.ts';
import { importRootfs } from './import-rootfs.ts';

const OPTIONS = {
  reference: 'debian:bookworm-slim',
  config: { Cmd: ['bash'] },
  platform: { os: 'linux', architecture: 'amd64' },
  createdBy: 'mmdebstrap bookworm',
  created: 1000,
};

test('a tar becomes the one layer of an image, byte for byte', async () => {
  await using bench = await TestStore.open();
  const tar = tarOfMembers([
    { path: './', type: 'directory', mode: 0o755 },
    { path: './etc/', type: 'directory', mode: 0o755 },
    { path: './etc/hostname', content: 'x' },
  ]);
  const image = await importRootfs(bench.store, chunksOf(gzipSync(tar)), OPTIONS);
  const config = await readConfig(bench.store, image);
  expect(config.rootfs.diff_ids).toEqual([sha256(tar)]);
  expect(config).toMatchObject({
    created: '1970-01-01T00:00:01Z',
    config: { Cmd: ['bash'] },
    history: [{ created: '1970-01-01T00:00:01Z', created_by: 'mmdebstrap bookworm' }],
  });
  expect(bench.store.images.resolve('debian:bookworm-slim')?.id).toBe(image.id);
  const again = await importRootfs(bench.store, chunksOf(tar), OPTIONS);
  expect(again.id).toBe(image.id);
});

test('a tar that leads out of the root leaves nothing', async () => {
  await using bench = await TestStore.open();
  const tar = tarOfMembers([{ path: '../x', content: 'x' }]);
  await expect(importRootfs(bench.store, chunksOf(tar), OPTIONS)).rejects.toMatchObject({
    code: 'LAYER_INVALID_MEMBER',
  });
  expect([...bench.store.layers.list()]).toEqual([]);
  expect(bench.store.images.list()).toEqual([]);
});

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}
