import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileEntry, FileType } from './entry.ts';
import { EntryTable } from './entry-table.ts';

const TYPES: readonly FileType[] = ['file', 'directory', 'symlink', 'char', 'fifo', 'socket'];
const latin1 = fc.string({
  unit: fc.integer({ min: 1, max: 255 }).map((x) => String.fromCharCode(x)),
});
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

const entries: fc.Arbitrary<FileEntry> = fc.record({
  path: latin1,
  type: fc.constantFrom(...TYPES),
  mode: fc.integer({ min: 0, max: 0o7777 }),
  uid: u32,
  gid: u32,
  size: fc.maxSafeNat(),
  mtime: fc.maxSafeInteger(),
  mtimeNs: fc.integer({ min: 0, max: 999_999_999 }),
  linkTarget: maybe(latin1),
  linkGroup: maybe(fc.integer({ min: 1, max: 2 ** 40 })),
  devMajor: maybe(u32),
  devMinor: maybe(u32),
  xattrs: maybe(fc.dictionary(latin1, latin1)),
});

describe('EntryTable', () => {
  it('gives back what was added', () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 60 }), (list) => {
        const table = new EntryTable();
        for (const entry of list) table.add(entry);
        expect(table.length).toBe(list.length);
        expect(list.map((_, number) => table.at(number))).toEqual(list);
        expect(list.map((_, number) => table.path(number))).toEqual(list.map(({ path }) => path));
      }),
    );
  });

  it('takes an entry out of its link group', () => {
    const table = new EntryTable();
    const entry = { path: 'a', type: 'file', mode: 0o644, uid: 0, gid: 0, size: 1 } as const;
    for (const path of ['a', 'b'])
      table.add({ ...entry, path, mtime: 1, mtimeNs: 0, linkGroup: 7 });
    table.unlink(0);
    expect([table.linkGroup(0), table.at(0).linkGroup, table.linkGroup(1)]).toEqual([
      undefined,
      undefined,
      7,
    ]);
  });
});
