import { expect, it } from 'vitest';
import { type DiffId, digestOf } from '../../oci/index.ts';
import { buildkitDocument, type SharedStep } from './encode.ts';
import { decodeBuildkitCache } from './format.ts';
import { type BuildkitKey, contentRecordDigest } from './keys.ts';
import { RecordMatcher } from './match.ts';

const layer = (name: string) => ({
  descriptor: {
    mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip',
    digest: digestOf(name),
    size: 1,
    annotations: { 'containerd.io/uncompressed': digestOf(`tar of ${name}`) },
  },
  diffId: digestOf(`tar of ${name}`) as string as DiffId,
  created: 0,
});

const LAYERS = ['base', 'one', 'two', 'mount'].map(layer);
const BASE: BuildkitKey = { digests: ['by layers', 'by manifest'], inputs: [] };
const CONTENT = 'digest of files';
const COPY: BuildkitKey = {
  digests: ['copy'],
  inputs: [
    { key: BASE, selector: '' },
    { key: undefined, selector: 'paths', content: async () => CONTENT },
  ],
};
const RUN: BuildkitKey = { digests: ['run'], inputs: [{ key: COPY, selector: '/' }] };

const STEPS: readonly SharedStep[] = [
  { key: RUN, layers: [0, 1, 2], created: 1000 },
  { key: COPY, layers: [0, 1], created: 1000 },
];

function cacheOf(steps: readonly SharedStep[], content: string | undefined = CONTENT) {
  const contentOf = ({ key }: { readonly key: unknown }) =>
    key === undefined ? content : undefined;
  const document = buildkitDocument({ steps, layers: LAYERS, contentOf });
  const blobs = LAYERS.map(({ descriptor }) => descriptor);
  return { document, cache: decodeBuildkitCache(Buffer.from(JSON.stringify(document)), blobs) };
}

it('is found by the keys that it was made of, with the layers of each step', async () => {
  const matcher = new RecordMatcher(cacheOf(STEPS).cache);
  const stacks = async (key: BuildkitKey) =>
    (await matcher.find(key)).flatMap(({ results }) =>
      results.map(({ layers }) => layers.map(({ descriptor }) => descriptor.digest)),
    );
  expect(await stacks(COPY)).toEqual([[digestOf('base'), digestOf('one')]]);
  expect(await stacks(RUN)).toEqual([['base', 'one', 'two'].map((name) => digestOf(name))]);
  expect(await stacks(BASE)).toEqual([]);
});

it('shares the layers below, and lists those of no step', () => {
  const { layers } = cacheOf(STEPS).document;
  expect(layers.map(({ parent }) => parent)).toEqual([-1, 0, 1, -1]);
});

it('links files of a context by what is in them', () => {
  const { records } = cacheOf(STEPS).document;
  const content = records.findIndex(({ digest }) => digest === contentRecordDigest(CONTENT));
  const copy = records.find(({ digest }) => digest === 'copy');
  expect(copy?.inputs?.[1]).toEqual([{ link: content }]);
  // A base image may be known by either digest.
  expect(copy?.inputs?.[0]).toHaveLength(2);
});

it('leaves out steps whose files have no digest, and those on top of them', () => {
  const { records } = cacheOf(STEPS, '').document;
  expect(records.map(({ digest }) => digest)).toContain('run');
  const contentOf = () => undefined;
  const without = buildkitDocument({ steps: STEPS, layers: LAYERS, contentOf });
  expect(without.records.map(({ digest }) => digest)).not.toContain('run');
  expect(without.records.map(({ digest }) => digest)).not.toContain('copy');
});

it('of a thousand steps, one on the other, does not recurse', () => {
  let key = BASE;
  const steps: SharedStep[] = [];
  for (let step = 0; step < 20_000; step++) {
    key = { digests: [`run ${step}`], inputs: [{ key, selector: '' }] };
  }
  steps.push({ key, layers: [0], created: 0 });
  expect(cacheOf(steps).document.records.length).toBeGreaterThan(20_000);
});
