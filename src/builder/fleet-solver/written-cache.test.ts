import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryDirectory } from '../../../test/support/temporary-directory.ts';
import type { Warning } from '../../errors.ts';
import { WrittenCache } from './written-cache.ts';

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

async function* bytes(text: string) {
  yield Buffer.from(text);
}

const MANIFEST = JSON.stringify({ mediaType: 'application/vnd.oci.image.manifest.v1+json' });
const ANSWER = { 'cache.manifest': JSON.stringify({ digest: digestOf(MANIFEST) }) };

function opened(directory: string, { ignoresErrors = false, platforms = 1 } = {}) {
  const location = { directory, tag: 'main', reset: false };
  const cache = new WrittenCache(location, {
    ignoresErrors,
    temporaryDirectory: async () => temporaryDirectory('cache'),
    platforms,
  });
  const warnings: Warning[] = [];
  const run = {
    signal: new AbortController().signal,
    warn: (warning: Warning) => void warnings.push(warning),
  };
  return { cache, run, warnings };
}

it('becomes a layout under its name, once it is complete', async () => {
  const directory = join(temporaryDirectory('cache'), 'cache');
  const { cache, run } = opened(directory);
  for (const text of ['layer', MANIFEST]) await cache.shelf.receive?.(digestOf(text), bytes(text));
  expect(existsSync(directory)).toBe(false);
  await cache.finish(ANSWER, run);
  const index = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8'));
  expect(index.manifests).toEqual([
    {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      digest: digestOf(MANIFEST),
      size: MANIFEST.length,
      annotations: { 'org.opencontainers.image.ref.name': 'main' },
    },
  ]);
  const blob = join(directory, 'blobs', digestOf('layer').replace(':', '/'));
  expect(readFileSync(blob, 'utf8')).toBe('layer');
  const again = opened(directory);
  // Nothing is sent a second time.
  expect(again.cache.shelf.size(digestOf('layer'))).toBe('layer'.length);
  await again.cache.finish(ANSWER, again.run);
});

it('leaves nothing if the daemon failed', async () => {
  const directory = join(temporaryDirectory('cache'), 'cache');
  const { cache, run } = opened(directory);
  await cache.shelf.receive?.(digestOf('layer'), bytes('layer'));
  await cache.finish({}, run);
  expect(existsSync(directory)).toBe(false);
});

it('is a warning if it cannot be written and ignores errors', async () => {
  const file = join(temporaryDirectory('cache'), 'file');
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, '');
  const { cache, run, warnings } = opened(join(file, 'cache'), { ignoresErrors: true });
  await cache.shelf.receive?.(digestOf(MANIFEST), bytes(MANIFEST));
  await cache.finish(ANSWER, run);
  expect(warnings).toMatchObject([{ code: 'CACHE_NOT_EXPORTED' }]);
});

it('has the steps of all platforms of a build', async () => {
  const directory = join(temporaryDirectory('cache'), 'cache');
  const { cache, run } = opened(directory, { platforms: 2 });
  const send = async (text: string) => cache.shelf.receive?.(digestOf(text), bytes(text));
  const type = 'application/vnd.buildkit.cacheconfig.v0';
  for (const name of ['one', 'other']) {
    const blob = { mediaType: 'application/vnd.oci.image.layer.v1.tar', size: name.length };
    const layer = { ...blob, digest: digestOf(name) };
    const config = JSON.stringify({
      layers: [{ blob: layer.digest, parent: -1 }],
      records: [{ digest: digestOf(`key of ${name}`), layers: [{ layer: 0 }] }],
    });
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: type, digest: digestOf(config), size: config.length },
      layers: [layer],
    });
    for (const text of [name, config, manifest]) await send(text);
    expect(existsSync(directory)).toBe(false);
    await cache.finish({ 'cache.manifest': JSON.stringify({ digest: digestOf(manifest) }) }, run);
  }
  const read = (path: string) => JSON.parse(readFileSync(join(directory, path), 'utf8'));
  const blobAt = (digest: string) => read(`blobs/${digest.replace(':', '/')}`);
  const manifest = blobAt(read('index.json').manifests[0].digest);
  expect(manifest.layers).toHaveLength(2);
  const { layers, records } = blobAt(manifest.config.digest);
  expect(layers.map(({ blob }: { blob: string }) => blob)).toEqual(
    ['one', 'other'].map((name) => digestOf(name)),
  );
  expect(records.map(({ layers: [{ layer }] }: { layers: [{ layer: number }] }) => layer)).toEqual([
    0, 1,
  ]);
});
