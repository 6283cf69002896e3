import { describe, expect, test } from 'vitest';
import { compareValues } from './compare-values.ts';

describe('differences of two values', () => {
  test('are the innermost ones, by their paths', () => {
    const a = { config: { Env: ['A=1', 'B=2'], User: 'app' }, os: 'linux' };
    const b = { config: { Env: ['A=1', 'B=3', 'C=4'], Cmd: ['sh'] }, os: 'linux' };
    expect(compareValues(a, b)).toEqual([
      { path: 'config.Env[1]', a: '"B=2"', b: '"B=3"' },
      { path: 'config.Env[2]', a: undefined, b: '"C=4"' },
      { path: 'config.User', a: '"app"', b: undefined },
      { path: 'config.Cmd', a: undefined, b: '["sh"]' },
    ]);
  });

  test('are none where only the order of keys is another', () => {
    expect(compareValues({ a: 1, b: [2] }, { b: [2], a: 1 })).toEqual([]);
  });
});
