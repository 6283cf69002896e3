/** Bytes that were hashed are hashed again only if their file has changed. */
import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { addLayer, TestStore } from '../../../test/support/images.ts';
import { diffIdOf } from '../../layers/index.ts';
import type { ImageLayer, Store } from '../../store/index.ts';
import type { Blob } from '../model/image.ts';
import { layerBlob } from './layer-blobs.ts';
import type { Compression } from './layer-encoding.ts';

async function layerOf(store: Store): Promise<ImageLayer> {
  const id = await addLayer(store, { file: 'what compresses badly at level 0 '.repeat(100_000) });
  return { ...(await diffIdOf(store, id)), id, epoch: undefined };
}

/** Of the layer's tar, or of its blob of stored blocks. */
function blobOf(store: Store, layer: ImageLayer, compression: Compression): Promise<Blob> {
  return layerBlob(store, layer, { compression, level: 0 });
}

async function bytesOf({ read }: Blob): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of read()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const COMPRESSIONS: readonly Compression[] = ['uncompressed', 'gzip'];

test.each(COMPRESSIONS)('an unchanged blob is a file to copy: %s', async (compression) => {
  await using bench = await TestStore.open();
  const blob = await blobOf(bench.store, await layerOf(bench.store), compression);
  const { path = '', size } = blob.file?.() ?? {};
  expect(size).toBe(blob.descriptor.size);
  expect((await bytesOf(blob)).equals(readFileSync(path).subarray(0, size))).toBe(true);
});

test.each(COMPRESSIONS)('a changed blob is refused, whatever its time: %s', async (compression) => {
  await using bench = await TestStore.open();
  const blob = await blobOf(bench.store, await layerOf(bench.store), compression);
  const path = blob.file?.()?.path ?? '';
  const { mtime } = statSync(path);
  writeFileSync(path, readFileSync(path).fill(1, 2000, 2001));
  utimesSync(path, mtime, mtime);
  expect(blob.file?.()).toBeUndefined();
  await expect(bytesOf(blob)).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
  expect(blob.file?.()).toBeUndefined();
});

test.each(COMPRESSIONS)('a blob that was read whole is known again: %s', async (compression) => {
  await using bench = await TestStore.open();
  const blob = await blobOf(bench.store, await layerOf(bench.store), compression);
  const path = blob.file?.()?.path ?? '';
  writeFileSync(path, readFileSync(path));
  expect(blob.file?.()).toBeUndefined();
  await bytesOf(blob);
  expect(blob.file?.()?.path).toBe(path);
});
