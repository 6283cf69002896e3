import { expect, it } from 'vitest';
import { readRecorded } from '../../../test/buildkit-cache/recorded.ts';
import { decodeManifest } from '../../oci/index.ts';
import { decodeBuildkitCache } from './format.ts';
import { mergedConfig } from './merge.ts';

function recorded(name: string) {
  const { manifest, blobs } = readRecorded(name);
  const blob = (digest: string) => Buffer.from(blobs[digest] ?? '', 'base64');
  const { config, layers } = decodeManifest(blob(manifest));
  return { bytes: blob(config.digest), layers };
}

it('has the records of all, with the layers and inputs that they had', () => {
  const caches = ['stages', 'mounts'].map(recorded);
  const layers = caches.flatMap((cache) => cache.layers);
  const merged = decodeBuildkitCache(mergedConfig(caches.map(({ bytes }) => bytes)), layers);
  const [first, second] = caches.map(({ bytes }) => decodeBuildkitCache(bytes, layers));
  const count = first?.records.length ?? 0;
  expect(merged.records.slice(0, count)).toEqual(first?.records);
  const moved = second?.records.map((record) => ({
    ...record,
    inputs: record.inputs.map((links) =>
      links.map((link) => ({ ...link, record: link.record + count })),
    ),
  }));
  expect(merged.records.slice(count)).toEqual(moved);
});

it('refuses what is no cache', () => {
  expect(() => mergedConfig([Buffer.from('{"layers": 1}')])).toThrow(
    expect.objectContaining({ code: 'CACHE_INVALID' }),
  );
});
