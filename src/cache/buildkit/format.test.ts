import { describe, expect, it } from 'vitest';
import type { Descriptor, DiffId } from '../../oci/index.ts';
import { digestOf } from '../../oci/index.ts';
import { decodeBuildkitCache, decodeInlineCache } from './format.ts';

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

function blob(name: string, annotations?: Readonly<Record<string, string>>): Descriptor {
  const mediaType = 'application/vnd.oci.image.layer.v1.tar+gzip';
  return { mediaType, digest: digestOf(name), size: 1, ...(annotations && { annotations }) };
}

const diffIdOf = (name: string) => digestOf(`the tar of ${name}`) as string as DiffId;
const layer = (name: string) => blob(name, { 'containerd.io/uncompressed': diffIdOf(name) });
const time = '2024-01-02T03:04:05.678Z';

describe('a cache of BuildKit’s', () => {
  it('has for each record the layers up to the one it names', () => {
    // Go leaves out a parent of 0, as everything that is 0 or empty.
    const layers = ['base', 'upper'].map((name) => ({ blob: digestOf(name) }));
    const config = {
      layers: [{ ...layers[0], parent: -1 }, layers[1]],
      records: [{ digest: 'a', layers: [{ layer: 1, createdAt: time }] }],
    };
    const { records } = decodeBuildkitCache(bytes(config), [layer('base'), layer('upper')]);
    expect(records[0]?.results).toMatchObject([
      {
        layers: [{ diffId: diffIdOf('base') }, { diffId: diffIdOf('upper') }],
        created: Date.parse(time),
      },
    ]);
  });

  it('has no result whose layers are not all known', () => {
    const layers = [{ blob: digestOf('base'), parent: -1 }];
    const config = { layers, records: [{ digest: 'a', layers: [{ layer: 0 }] }] };
    for (const blobs of [[], [blob('base')]]) {
      expect(decodeBuildkitCache(bytes(config), blobs).records[0]?.results).toEqual([]);
    }
  });

  it('may name the layers of an image, in order or one by one', () => {
    const records = [{ digest: 'a', layers: [{ layer: 1 }], chains: [{ layers: [1] }] }];
    const diffIds = [diffIdOf('base'), diffIdOf('upper')];
    const cache = decodeInlineCache(bytes(records), [blob('base'), blob('upper')], diffIds);
    expect(cache.records[0]?.results.map(({ layers }) => layers.length)).toEqual([2, 1]);
    expect(() => decodeInlineCache(bytes(records), [blob('base')], diffIds)).toThrow(
      'different layers',
    );
  });

  it.each([
    [
      'layers that stand on themselves',
      { layers: [{ blob: 'a', parent: 0 }], records: [{ digest: 'd', layers: [{ layer: 0 }] }] },
    ],
    ['a reference to a missing layer', { records: [{ digest: 'd', layers: [{ layer: 0 }] }] }],
    ['a reference to a missing record', { records: [{ digest: 'd', inputs: [[{ link: 1 }]] }] }],
    ['a digest that is no text', { records: [{ digest: 1 }] }],
    ['records that are no list', { records: {} }],
    ['nothing', null],
  ])('is refused with %s', (_, value) => {
    expect(() => decodeBuildkitCache(bytes(value), [])).toThrow('the cache has');
  });
});
