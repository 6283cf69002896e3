import { describe, expect, test } from 'vitest';
import { ownerInTree, ownerOnHost, ROOT_FORM, treeFormKey } from './tree-form.ts';

const subordinate = {
  uids: [
    { inside: 0, outside: 1000, count: 1 },
    { inside: 1, outside: 100_000, count: 65_536 },
  ],
  gids: [{ inside: 0, outside: 200_000, count: 65_536 }],
};

describe('owners', () => {
  test("are the machine's own for root", () => {
    const owner = { uid: 33, gid: 44 };
    expect(ownerOnHost('root', owner)).toEqual(owner);
    expect(ownerInTree('root', owner)).toEqual(owner);
  });

  test('are not stored with a single id, and read as root', () => {
    expect(ownerOnHost('single', { uid: 33, gid: 44 })).toBeUndefined();
    expect(ownerInTree('single', { uid: 1000, gid: 1000 })).toEqual({ uid: 0, gid: 0 });
  });

  test('go through ranges, and come back', () => {
    const cases = [
      [
        { uid: 0, gid: 0 },
        { uid: 1000, gid: 200_000 },
      ],
      [
        { uid: 33, gid: 44 },
        { uid: 100_032, gid: 200_044 },
      ],
      [
        { uid: 65_536, gid: 65_535 },
        { uid: 165_535, gid: 265_535 },
      ],
    ] as const;
    for (const [inside, outside] of cases) {
      expect(ownerOnHost(subordinate, inside)).toEqual(outside);
      expect(ownerInTree(subordinate, outside)).toEqual(inside);
    }
  });

  test('outside of all ranges are refused', () => {
    const message = 'the id 65537 is in no range of the id map';
    expect(() => ownerOnHost(subordinate, { uid: 65_537, gid: 0 })).toThrow(message);
    expect(() => ownerInTree(subordinate, { uid: 0, gid: 200_000 })).toThrow('the id 0 is in no');
  });
});

test('each form has a unique key', () => {
  const forms = [
    ROOT_FORM,
    { idMap: 'root', xattrFlavour: 'user' },
    { idMap: 'single', xattrFlavour: 'user' },
    { idMap: subordinate, xattrFlavour: 'user' },
    { idMap: { ...subordinate, gids: [] }, xattrFlavour: 'user' },
  ] as const;
  expect(new Set(forms.map(treeFormKey)).size).toBe(forms.length);
});
