import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { factSubject } from './facts.ts';
import { Store } from './index.ts';

let root: string;
let store: Store;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'lamina-facts-'));
  store = await Store.open({ root });
});
afterAll(async () => {
  await store.close();
  rmSync(root, { recursive: true, force: true });
});

describe('a fact', () => {
  test('is found again under any key, before and after it is written', async () => {
    const key = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ minLength: 500, maxLength: 3000 }),
    );
    const entries = fc.uniqueArray(key, { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(entries, async (keys) => {
        for (const [index, key] of keys.entries()) store.facts.put('any', key, { index });
        const check = (): void => {
          for (const [index, key] of keys.entries()) {
            expect(store.facts.get('any', key)).toEqual({ index });
          }
        };
        check();
        await store.flush();
        check();
      }),
      { numRuns: 10 },
    );
  });

  test('has a separate kind', () => {
    store.facts.put('one', 'key', 1);
    expect(store.facts.get('two', 'key')).toBeUndefined();
    expect(() => store.facts.put('a/b', 'key', 1)).toThrow(/not a kind/);
  });

  test('is removed by undefined', async () => {
    store.facts.put('one', 'gone', 1);
    await store.flush();
    store.facts.put('one', 'gone', undefined);
    expect(store.facts.get('one', 'gone')).toBeUndefined();
    await store.flush();
    expect(store.facts.get('one', 'gone')).toBeUndefined();
  });

  test('is about the layer its key begins with', () => {
    const id = '0123456789abcdef'.repeat(2);
    expect(factSubject(`diffId/${id}`)).toBe(id);
    expect(factSubject(`diffId/${id}:1700000000`)).toBe(id);
    expect(factSubject(`diffId/${id}0`)).toBeUndefined();
    expect(factSubject(`stat/usr/${id}`)).toBeUndefined();
  });
});
