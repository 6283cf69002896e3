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

  it('passes other failures on', async () => {
    await using bench = await TestStore.open();
    const layer = await addLayer(bench.store, { file: 'text' });
    const work = () => Promise.reject(new Error('the process failed'));
    const using = new LowerSource(bench.store, FORMS).use([layer], work, { isMountFailure });
    await expect(using).rejects.toThrow('the process failed');
  });
});
