import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { UnpackBudget, unpackLimitOf } from './unpack-budget.ts';

describe('the budget of an archive', () => {
  test('is the one that is set', () => {
    const budget = new UnpackBudget({ limit: 100, directory: tmpdir() });
    budget.take(60);
    budget.take(40);
    expect(() => budget.take(1)).toThrow(
      expect.objectContaining({
        code: 'ARCHIVE_TOO_LARGE',
        message: 'an archive unpacks to more than 100B, what LAMINA_UNPACK_LIMIT allows',
      }),
    );
  });

  test('is less than the free space, if none is set', () => {
    const budget = new UnpackBudget({ limit: undefined, directory: tmpdir() });
    budget.take(1);
    expect(() => budget.take(2 ** 52)).toThrow(
      expect.objectContaining({ message: expect.stringContaining('of the free disk space') }),
    );
  });
});

describe('the limit of the environment', () => {
  const limitOf = (text?: string) => unpackLimitOf({ LAMINA_UNPACK_LIMIT: text });

  test.each([
    [undefined, undefined],
    ['', undefined],
    ['100', 100],
    ['2k', 2048],
    ['50G', 50 * 2 ** 30],
    ['1tb', 2 ** 40],
    ['none', Number.POSITIVE_INFINITY],
  ])('%s is %s', (text, bytes) => expect(limitOf(text)).toBe(bytes));

  test.each(['much', '-1', '1.5g', '5 kg'])('%s is refused', (text) => {
    expect(() => limitOf(text)).toThrow(expect.objectContaining({ code: 'CLI_ENVIRONMENT' }));
  });
});
