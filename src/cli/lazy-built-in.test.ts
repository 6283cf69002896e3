import { createRequire } from 'node:module';
import * as zlib from 'node:zlib';
import { expect, test } from 'vitest';
import { lazyBuiltIn } from './lazy-built-in.ts';

function lazily(id: string) {
  const loaded: string[] = [];
  const module = lazyBuiltIn(id, (name) => {
    loaded.push(name);
    return createRequire(import.meta.url)(name);
  });
  return { module: module as typeof zlib, loaded };
}

test('a heavy built-in module is loaded once, when it is used', () => {
  const { module, loaded } = lazily('node:zlib');
  expect(loaded).toEqual([]);
  expect(module.gunzipSync(module.gzipSync('text')).toString()).toBe('text');
  expect(loaded).toEqual(['node:zlib']);
});

test('others are loaded at once', () => {
  expect(lazily('node:path').loaded).toEqual(['node:path']);
});

test('its properties can be listed, as bundlers do', () => {
  const { module } = lazily('node:zlib');
  expect(Object.keys(module).sort()).toEqual(
    Object.keys(createRequire(import.meta.url)('node:zlib')).sort(),
  );
  expect('createGunzip' in module).toBe(true);
  expect({ ...module }.constants).toBe(zlib.constants);
  expect((module as unknown as Record<string, unknown>).nothing).toBeUndefined();
});
