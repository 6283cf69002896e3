import { describe, expect, it } from 'vitest';
import type { LayerEntry } from '../../layers/index.ts';
import { joinedStages, type StageLayer } from './joined-stages.ts';

const file = (path: string, size: number, linkGroup?: number): LayerEntry => ({
  ...({ kind: 'entry', type: 'file', mode: 0o644, uid: 0, gid: 0, mtime: 0, mtimeNs: 0 } as const),
  ...{ path, size, linkGroup },
});

function layer(id: string, ...entries: readonly LayerEntry[]): StageLayer {
  return { id, bytes: 1000, entries };
}

describe('stages joined into one', () => {
  const base = layer('base', file('lib', 100), file('lib2', 100, 1), file('lib3', 100, 1));

  it('hold a layer that several of them have once', () => {
    const stages = [
      [base, layer('a', file('x', 10))],
      [base, layer('b', file('y', 1))],
    ];
    expect(joinedStages(stages)).toBe(211);
  });

  it('hold a file at the same path with the same size once', () => {
    expect(joinedStages([[layer('a', file('x', 10))], [layer('b', file('x', 10))]])).toBe(10);
    expect(joinedStages([[layer('a', file('x', 10))], [layer('b', file('x', 11))]])).toBe(21);
  });

  it('ship twice what a stage itself ships twice', () => {
    expect(joinedStages([[layer('a', file('x', 10)), layer('b', file('x', 10))]])).toBe(20);
  });

  it('count a layer without an index as a whole', () => {
    expect(joinedStages([[base], [{ id: 'lazy', bytes: 500, entries: undefined }]])).toBe(700);
  });
});
