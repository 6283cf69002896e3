import { describe, expect, it } from 'vitest';
import { type CacheConfig, decodeCacheConfig, encodeCacheConfig, inlineCacheIn } from './format.ts';

const CONFIG: CacheConfig = { layers: [], records: [], contents: { a: 'b' }, mounts: [] };
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));

describe('a cache', () => {
  it('comes back as it was written', () => {
    expect(decodeCacheConfig(encodeCacheConfig(CONFIG), [])).toEqual({ ...CONFIG, blobs: [] });
  });

  it('of another version has no entries', () => {
    expect(decodeCacheConfig(bytes({ ...CONFIG, version: 99 }), [])).toBeUndefined();
  });

  const record = { key: 'k', outputKey: 'o', created: 1, addedBytes: 0, description: 'd' };
  it.each([
    ['null', null],
    ['a record of a layer that is not there', { records: [{ ...record, layers: [0] }] }],
    ['a record without a key', { records: [{ ...record, key: 1, layers: [] }] }],
    ['a digest that is none', { layers: [{ diffId: '../../x', times: 'set', created: 0 }] }],
    ['a mount that leads elsewhere', { mounts: [{ key: '../x', id: 'x', layer: 0 }] }],
    ['more layers than the manifest has', { layers: [{}, {}] }],
  ])('with %s is refused', (_, change) => {
    const value = change && { version: 1, ...CONFIG, ...change };
    expect(() => decodeCacheConfig(bytes(value), [])).toThrow();
  });
});

describe('the config of an image', () => {
  it('may have one in it', () => {
    const encoded = encodeCacheConfig(CONFIG);
    const config = { 'lamina.cache.v1': Buffer.from(encoded).toString('base64') };
    expect(inlineCacheIn(bytes(config))).toEqual({
      writtenBy: 'lamina',
      bytes: Buffer.from(encoded),
    });
  });

  it('may have none, or one of BuildKit’s', () => {
    expect(inlineCacheIn(bytes({ os: 'linux' }))).toBeUndefined();
    expect(inlineCacheIn(bytes({ 'moby.buildkit.cache.v0': 'W10=' }))).toEqual({
      writtenBy: 'BuildKit',
      bytes: Buffer.from('[]'),
    });
  });

  it('is refused when it is none', () => {
    expect(() => inlineCacheIn(bytes(null))).toThrow('a value that must be an object');
  });
});
