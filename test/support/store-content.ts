/** Layers, records and images for tests of the store. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DiffId, digestOf } from '../../src/oci/index.ts';
import type { CacheRecord, ImageRecord, LayerMeta, Store } from '../../src/store/index.ts';

/** Adds a layer whose tar is the text. */
export async function addLayer(store: Store, content = 'abc'): Promise<LayerMeta> {
  const staged = await store.layers.stage();
  writeFileSync(join(staged.directory, 'layer.tar'), content);
  return staged.commit({
    tree: false,
    tar: true,
    size: content.length,
    files: 1,
    created: 1,
    times: 'set',
  });
}

/** The record of a step that added the last of the layers. */
export function recordOf(...layers: readonly LayerMeta[]): CacheRecord {
  return {
    layers: layers.map(({ id }) => id),
    ownLayer: layers.at(-1)?.id,
    outputKey: 'out',
    created: 1,
    addedBytes: 3,
    description: 'RUN make',
  };
}

/** Adds an image with this text as config, which decides its id. */
export async function addImage(
  store: Store,
  config: string,
  ...layers: readonly LayerMeta[]
): Promise<ImageRecord> {
  const { digest: id } = await store.blobs.write(Buffer.from(config));
  const manifest = Buffer.from(JSON.stringify({ config: { digest: id }, layers: [] }));
  const { digest: manifestDigest } = await store.blobs.write(manifest);
  const record: ImageRecord = {
    id,
    manifestDigest,
    layers: layers.map((layer) => ({
      id: layer.id,
      diffId: digestOf(layer.id) as DiffId,
      epoch: undefined,
      size: layer.size,
    })),
    created: 1,
    os: 'linux',
    architecture: 'amd64',
    size: 3,
  };
  store.images.put(record);
  return record;
}
