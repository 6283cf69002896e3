import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { type ContentDigest, comparePaths, type FileType } from '../files/index.ts';
import { decodeIndex, encodeIndex, readIndex, writeIndex } from './index-codec.ts';
import type { LayerEntry, LayerIndex } from './layer-index.ts';

const bytes = (options: { minLength?: number; maxLength: number }) =>
  fc.uint8Array(options).map((array) => Buffer.from(array).toString('latin1'));
const uint = (max = 0xffff_ffff) => fc.nat(max);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const types: FileType[] = ['file', 'directory', 'symlink', 'char', 'block', 'fifo', 'socket'];

const entry: fc.Arbitrary<LayerEntry> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('whiteout' as const), path: bytes({ maxLength: 9 }) }),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        kind: fc.constant('entry' as const),
        path: bytes({ maxLength: 30 }),
        type: fc.constantFrom(...types),
        mode: uint(0o7777),
        uid: uint(),
        gid: uint(),
        size: fc.maxSafeNat(),
        mtime: fc.maxSafeInteger(),
        mtimeNs: uint(999_999_999),
        linkTarget: optional(bytes({ maxLength: 20 })),
        linkGroup: optional(uint()),
        devices: optional(fc.tuple(uint(), uint())),
        xattrs: optional(
          fc.dictionary(bytes({ minLength: 1, maxLength: 9 }), bytes({ maxLength: 40 })),
        ),
        opaque: optional(fc.constant(true)),
        digest: optional(
          fc
            .uint8Array({ minLength: 32, maxLength: 32 })
            .map((raw) => `sha512-256:${Buffer.from(raw).toString('hex')}` as ContentDigest),
        ),
        tarOffset: optional(fc.maxSafeNat()),
      })
      .map(({ devices, ...rest }) => ({ ...rest, devMajor: devices?.[0], devMinor: devices?.[1] })),
  },
);

const layerIndex: fc.Arbitrary<LayerIndex> = fc.record({
  entries: fc
    .uniqueArray(entry, { selector: (value) => value.path })
    .map((entries) => entries.sort((a, b) => comparePaths(a.path, b.path))),
  tarSize: optional(fc.maxSafeNat()),
});

function plain(index: LayerIndex): unknown {
  const entries = index.entries.map((item) =>
    item.kind === 'entry' && item.xattrs
      ? { ...item, xattrs: Object.entries(item.xattrs).sort() }
      : item,
  );
  return { ...index, entries };
}

describe('layer index codec', () => {
  test('reads back what it wrote', () => {
    fc.assert(
      fc.property(layerIndex, (index) => {
        expect(plain(decodeIndex(encodeIndex(index)))).toEqual(plain(index));
      }),
    );
  });

  test('gives the same bytes for the same index', () => {
    fc.assert(
      fc.property(layerIndex, (index) => {
        const once = encodeIndex(index);
        expect(encodeIndex(decodeIndex(once)).equals(once)).toBe(true);
      }),
    );
  });

  test('refuses unsorted and repeated paths', () => {
    const whiteout = (path: string) => ({ kind: 'whiteout' as const, path });
    expect(() => encodeIndex({ entries: [whiteout('b'), whiteout('a')] })).toThrow('not sorted');
    expect(() => encodeIndex({ entries: [whiteout('a'), whiteout('a')] })).toThrow('not sorted');
  });

  test('notices one changed byte anywhere', () => {
    const good = encodeIndex({ entries: [{ kind: 'whiteout', path: 'some/path' }] });
    for (let at = 0; at < good.length; at++) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(at) ^ 0x10, at);
      expect(() => decodeIndex(bad)).toThrow(
        expect.objectContaining({ code: 'LAYER_INDEX_UNREADABLE' }),
      );
    }
  });

  test('refuses a file that was cut off', () => {
    const directory = temporaryDirectory('index');
    writeIndex(directory, { entries: [{ kind: 'whiteout', path: 'gone' }] });
    expect(readIndex(directory).entries).toEqual([{ kind: 'whiteout', path: 'gone' }]);
    const path = join(directory, 'index');
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    expect(() => readIndex(directory)).toThrow(
      expect.objectContaining({ code: 'LAYER_INDEX_UNREADABLE' }),
    );
  });

  test.each([
    ['a directory', (path: string) => mkdirSync(path)],
    ['a pipe, without waiting for its writer', (path: string) => execFileSync('mkfifo', [path])],
  ])('refuses %s', (_, make) => {
    const directory = temporaryDirectory('index');
    make(join(directory, 'index'));
    expect(() => readIndex(directory)).toThrow(
      expect.objectContaining({ code: 'LAYER_INDEX_UNREADABLE' }),
    );
  });
});
