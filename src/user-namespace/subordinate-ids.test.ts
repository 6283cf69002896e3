import { expect, test } from 'vitest';
import { mappingArguments, subordinateRangesIn } from './subordinate-ids.ts';

test('ranges of subordinate ids are read, and other lines are left out', () => {
  expect(subordinateRangesIn('# comment\nme:100000:65536\n1000:300000:10\nbroken:1\n\n')).toEqual([
    { owner: 'me', first: 100_000, count: 65_536 },
    { owner: '1000', first: 300_000, count: 10 },
  ]);
});

test('the user is root of the namespace, and the ranges follow without a gap', () => {
  const ranges = [
    { owner: 'me', first: 100_000, count: 65_536 },
    { owner: '1000', first: 300_000, count: 10 },
  ];
  expect(mappingArguments(1000, ranges).join(' ')).toBe('0 1000 1 1 100000 65536 65537 300000 10');
});
