import { describe, expect, it } from 'vitest';
import { addLayer, TestStore } from '../../test/support/images.ts';
import { kernelHasErofs, ROOT_FORM } from '../system/index.ts';
import { LowerSource } from './lower-source.ts';

const REFUSED = new Error('mounting refused');
const FORMS = () => ({ form: ROOT_FORM, erofs: kernelHasErofs() });
const isMountFailure = (error: unknown) => error === REFUSED;

describe('a source of lower directories', () => {
  it('gives unpacked trees once mounting has failed, and tries the work again', async () => {
    await using bench = await TestStore.open();
    const layer = await addLayer(bench.store, { file: 'text' });
    const source = new LowerSource(bench.store, FORMS);
    const kinds: string[] = [];
    const work = (lowers: readonly { readonly kind: string }[]) => {
      kinds.push(...lowers.map(({ kind }) => kind));
      return kinds.at(-1) === 'erofs' ? Promise.reject(REFUSED) : Promise.resolve('done');
    };
    expect(await source.use([layer], work, { isMountFailure })).toBe('done');
    expect(await source.use([layer], work, { isMountFailure })).toBe('done');
    const expected = ['directory', 'directory'];
    expect(kinds).toEqual(FORMS().erofs ? ['erofs', ...expected] : expected);
  });

  it('looks up a layer once, however many steps use it', async () => {
    await using bench = await TestStore.open();
    const { store } = bench;
    const layers = [await addLayer(store, { a: '1' }), await addLayer(store, { b: '2' })];
    let lookups = 0;
    const counted = new Proxy(store.layers, {
      get(target, key) {
        if (key === 'get') lookups++;
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const source = new LowerSource(Object.create(store, { layers: { value: counted } }), FORMS);
    const use = () => source.use(layers, async (lowers) => lowers, { isMountFailure });
    const first = await use();
    const after = lookups;
    expect(await use()).toEqual(first);
    expect(lookups).toBe(after);
    expect(after).toBeGreaterThan(0);
  });

  it('passes other failures on', async () => {
    await using bench = await TestStore.open();
    const layer = await addLayer(bench.store, { file: 'text' });
    const work = () => Promise.reject(new Error('the process failed'));
    const using = new LowerSource(bench.store, FORMS).use([layer], work, { isMountFailure });
    await expect(using).rejects.toThrow('the process failed');
  });
});
