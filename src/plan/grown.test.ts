import { expect, test } from 'vitest';
import { Grown } from './grown.ts';

test('what is added to a list is seen by the new state only', () => {
  const one = Grown.of('a');
  const two = one.plus(['b', 'c']);
  expect([one, two].map((list) => list.toArray())).toEqual([['a'], ['a', 'b', 'c']]);
});

test('two states that come from one do not see what the other has', () => {
  const one = Grown.of('a').plus(['b']);
  const two = one.plus(['c']);
  const three = one.plus(['d']).plus(['e']);
  const four = two.plus(['f']);
  expect([one, two, three, four].map((list) => list.toArray().join(''))).toEqual([
    'ab',
    'abc',
    'abde',
    'abcf',
  ]);
});
