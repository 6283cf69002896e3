import { describe, expect, it } from 'vitest';
import { nearestName } from './nearest-name.ts';

describe('the nearest name', () => {
  it.each([
    ['RUNN', ['FROM', 'RUN', 'ENV'], 'RUN'],
    ['chwon', ['chmod', 'chown'], 'chown'],
    ['form', ['FROM'], 'FROM'],
    ['x', ['FROM', 'RUN'], undefined],
    ['build', ['build'], undefined],
    ['mian.txt', ['main.txt', 'other'], 'main.txt'],
    ['ab', ['cd'], undefined],
  ])('to %s among %j is %s', (name, candidates, nearest) => {
    expect(nearestName(name, candidates)).toBe(nearest);
  });

  it('tells cases apart when asked to', () => {
    expect(nearestName('SHARED', ['shared'], { caseSensitive: true })).toBeUndefined();
    expect(nearestName('makefile', ['Makefile'], { caseSensitive: true })).toBe('Makefile');
  });
});
