import { expect, test } from 'vitest';
import type { HistoryEntry, ImageConfig } from '../oci/index.ts';
import type { LayerId } from '../store/index.ts';
import { completeHistory, type HistoryInput, type NewHistory } from './image-history.ts';

const first = 'a'.repeat(32) as LayerId;
const second = 'b'.repeat(32) as LayerId;
const times = new Map<LayerId, number>([
  [first, 1000],
  [second, 2500],
]);

function complete(
  entries: readonly NewHistory[],
  options: Partial<HistoryInput> = {},
): HistoryEntry[] {
  return completeHistory({
    base: undefined,
    entries,
    layerTime: (layer) => times.get(layer),
    epoch: undefined,
    ...options,
  });
}

function base(
  history: readonly HistoryEntry[] | undefined,
  layerCount: number,
): HistoryInput['base'] {
  const config: ImageConfig = {
    os: 'linux',
    architecture: 'amd64',
    created: '1999-01-01T00:00:00Z',
    rootfs: { type: 'layers', diff_ids: [] },
    ...(history && { history }),
  };
  return { config, layerCount };
}

test('instructions without a layer take the time of the first new layer, then of the layer before', () => {
  const history = complete([
    { createdBy: 'ENV A=1' },
    { createdBy: 'RUN one', layer: first, comment: 'buildkit.dockerfile.v0' },
    { createdBy: 'CMD x' },
    { createdBy: 'RUN two', layer: second },
    { createdBy: 'USER y' },
  ]);
  expect(history).toEqual([
    { created: '1970-01-01T00:00:01Z', created_by: 'ENV A=1', empty_layer: true },
    { created: '1970-01-01T00:00:01Z', created_by: 'RUN one', comment: 'buildkit.dockerfile.v0' },
    { created: '1970-01-01T00:00:01Z', created_by: 'CMD x', empty_layer: true },
    { created: '1970-01-01T00:00:02.5Z', created_by: 'RUN two' },
    { created: '1970-01-01T00:00:02.5Z', created_by: 'USER y', empty_layer: true },
  ]);
});

test('without a new layer they take the last time of the base image', () => {
  const old = [{ created: '2001-02-03T04:05:06.123456789Z', created_by: 'old' }];
  const history = complete([{ createdBy: 'LABEL a=b' }], { base: base(old, 1) });
  expect(history.at(-1)?.created).toBe('2001-02-03T04:05:06.123456789Z');
});

test('without any layer they have no time', () => {
  expect(complete([{ createdBy: 'LABEL a=b' }])).toEqual([
    { created_by: 'LABEL a=b', empty_layer: true },
  ]);
});

test('an epoch is the time of every new entry and of no old one', () => {
  const old = [{ created: '2001-02-03T04:05:06Z', created_by: 'old' }];
  const entries = [
    { createdBy: 'ENV A=1', created: 5 },
    { createdBy: 'RUN', layer: second },
  ];
  const history = complete(entries, { base: base(old, 1), epoch: 86_400 });
  expect(history.map((entry) => entry.created)).toEqual([
    '2001-02-03T04:05:06Z',
    '1970-01-02T00:00:00Z',
    '1970-01-02T00:00:00Z',
  ]);
});

test('an entry of its own time keeps it', () => {
  expect(complete([{ createdBy: 'RUN', layer: first, created: 9000 }])[0]?.created).toBe(
    '1970-01-01T00:00:09Z',
  );
});

test('layers without history in the base image get an entry', () => {
  const history = complete([], { base: base(undefined, 2) });
  const entry = { created: '1999-01-01T00:00:00Z', comment: 'buildkit.exporter.image.v0' };
  expect(history).toEqual([entry, entry]);
});

test('surplus entries of the base image lose their layer', () => {
  const history = complete([], { base: base([{ created_by: 'a' }, { created_by: 'b' }], 1) });
  expect(history).toEqual([{ created_by: 'a' }, { created_by: 'b', empty_layer: true }]);
});
