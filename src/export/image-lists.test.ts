import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addImage, TestStore } from '../../test/support/images.ts';
import { draftImage } from '../image/store/image-record.ts';
import { canonicalJson, type ImageConfig } from '../oci/index.ts';
import type { ImageRecord } from '../store/index.ts';
import { imageHistory } from './history.ts';
import { inspectImage } from './inspect.ts';

let bench: TestStore;
let image: ImageRecord;

beforeEach(async () => {
  bench = await TestStore.open();
  image = await addImage(bench.store, [{ a: 'one' }, { b: 'four' }]);
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** An image without layers, with a config of only the required members. */
function bareImage(more: Partial<ImageConfig> = {}): Promise<ImageRecord> {
  const config: ImageConfig = {
    os: 'linux',
    architecture: 'arm',
    rootfs: { type: 'layers', diff_ids: [] },
    ...more,
  };
  return draftImage(bench.store, { config, configBytes: canonicalJson(config), layers: [] });
}

describe('inspect', () => {
  test('has the keys people ask for, in Docker’s order', async () => {
    bench.store.images.tag(image.id, 'demo');
    bench.store.images.tag(image.id, 'example.com/a/b:2');
    const shown = await inspectImage(bench.store, image);
    expect(Object.keys(shown)).toEqual([
      ...['Id', 'RepoTags', 'RepoDigests', 'Parent', 'Comment', 'Created', 'DockerVersion'],
      ...['Author', 'Architecture', 'Os', 'Size', 'GraphDriver', 'RootFS', 'Metadata'],
      ...['Descriptor', 'Config'],
    ]);
    expect(shown).toMatchObject({
      Id: image.id,
      RepoTags: ['demo:latest', 'example.com/a/b:2'],
      Comment: 'buildkit.dockerfile.v0',
      Created: '2023-11-14T22:13:20Z',
      Size: 7,
      Descriptor: { digest: image.manifestDigest },
    });
    expect(shown.RootFS.Layers).toEqual(image.layers.map((layer) => layer.diffId));
  });

  test('shows missing members of the config as empty', async () => {
    const shown = await inspectImage(bench.store, await bareImage({ variant: 'v7' }));
    expect(shown).toMatchObject({ Variant: 'v7', Author: '', Created: '0001-01-01T00:00:00Z' });
    expect(shown.Config).toEqual({
      ...{ Cmd: null, Entrypoint: null, Env: null, Labels: null, OnBuild: null },
      ...{ User: '', Volumes: null, WorkingDir: '' },
    });
  });

  test('tells a digest from a tag', async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    bench.store.images.tag(image.id, `demo@${digest}`);
    const shown = await inspectImage(bench.store, image);
    expect(shown.RepoTags).toEqual([]);
    expect(shown.RepoDigests).toEqual([`demo@${digest}`]);
  });
});

describe('history', () => {
  test('is newest first; sizes are those of the layers; only the first row has the id', async () => {
    bench.store.images.tag(image.id, 'demo');
    const rows = await imageHistory(bench.store, image);
    expect(rows.map(({ id, createdBy, size }) => [id, createdBy, size])).toEqual([
      [image.id, 'CMD ["/bin/sh"]', 0],
      [undefined, 'COPY layer1 / # buildkit', 4],
      [undefined, 'COPY layer0 / # buildkit', 3],
    ]);
    expect(rows[0]).toMatchObject({ references: ['demo:latest'], created: '2023-11-14T22:13:20Z' });
  });

  test.each<[string, ImageConfig['history'], readonly (readonly [string, number])[]]>([
    [
      'none',
      undefined,
      [
        ['', 4],
        ['', 3],
      ],
    ],
    [
      'an empty one',
      [],
      [
        ['', 4],
        ['', 3],
      ],
    ],
    [
      'a shorter one',
      [{ created_by: 'a' }],
      [
        ['', 4],
        ['a', 3],
      ],
    ],
    [
      'one without layers',
      [{ created_by: 'a', empty_layer: true }],
      [
        ['', 4],
        ['', 3],
        ['a', 0],
      ],
    ],
    [
      'a longer one',
      [{ created_by: 'a' }, { created_by: 'b' }, { created_by: 'c' }],
      [
        ['c', 0],
        ['b', 4],
        ['a', 3],
      ],
    ],
  ])('of an image that has %s has a row for each layer', async (_what, history, expected) => {
    const config: ImageConfig = {
      os: 'linux',
      architecture: 'amd64',
      rootfs: { type: 'layers', diff_ids: image.layers.map((layer) => layer.diffId) },
      ...(history && { history }),
    };
    const layers = image.layers.map((layer) => ({
      ...layer,
      blob: { mediaType: 'application/x-any', digest: layer.diffId, size: 0 },
    }));
    const record = await draftImage(bench.store, {
      config,
      configBytes: canonicalJson(config),
      layers,
    });
    const rows = await imageHistory(bench.store, record);
    expect(rows.map((row) => [row.createdBy, row.size])).toEqual(expected);
  });
});
