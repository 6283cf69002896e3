import { lstatSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeNode, setTimes } from './index.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-nodes-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Linux packs major and minor into one number: the low halves of both first. */
function device(path: string): { major: number; minor: number } {
  const number = statSync(path, { bigint: true }).rdev;
  return {
    major: Number((number >> 8n) & 0xfffn),
    minor: Number((number & 0xffn) | ((number >> 12n) & 0xfff00n)),
  };
}

describe('makeNode', () => {
  test.each([
    ['char', 0, 0],
    ['char', 5, 1],
    ['block', 259, 300],
    ['char', 4095, 1_048_575],
  ] as const)('makes a %s device %i:%i', (type, major, minor) => {
    const path = join(directory, 'device');
    makeNode(path, { type, mode: 0o640, major, minor });
    const stats = statSync(path);
    expect(type === 'char' ? stats.isCharacterDevice() : stats.isBlockDevice()).toBe(true);
    expect(device(path)).toEqual({ major, minor });
    expect(stats.mode & 0o7777).toBe(0o640);
  });

  test('makes fifos and sockets with the mode asked for, whatever the umask', () => {
    const before = process.umask(0o077);
    try {
      makeNode(join(directory, 'fifo'), { type: 'fifo', mode: 0o2666 });
      makeNode(join(directory, 'socket'), { type: 'socket', mode: 0o777 });
    } finally {
      process.umask(before);
    }
    const fifo = statSync(join(directory, 'fifo'));
    const socket = statSync(join(directory, 'socket'));
    expect([fifo.isFIFO(), fifo.mode & 0o7777]).toEqual([true, 0o2666]);
    expect([socket.isSocket(), socket.mode & 0o7777]).toEqual([true, 0o777]);
  });

  test('does not replace a file', () => {
    const path = join(directory, 'file');
    writeFileSync(path, '');
    expect(() => makeNode(path, { type: 'fifo', mode: 0o600 })).toThrow(
      expect.objectContaining({ code: 'EEXIST' }),
    );
  });
});

describe('setTimes', () => {
  const nanoseconds = (path: string): bigint => lstatSync(path, { bigint: true }).mtimeNs;

  test.each([
    [0, 0, 0n],
    [1_700_000_000, 123_456_789, 1_700_000_000_123_456_789n],
    [4_294_967_296, 1, 4_294_967_296_000_000_001n],
    [-86_400, 999_999_999, -86_399_000_000_001n],
  ])('sets %i seconds and %i nanoseconds exactly', (seconds, nano, expected) => {
    const path = join(directory, 'file');
    writeFileSync(path, '');
    setTimes(path, seconds, nano);
    expect(nanoseconds(path)).toBe(expected);
    expect(lstatSync(path, { bigint: true }).atimeNs).toBe(expected);
  });

  test('sets those of a symlink, not of its target', () => {
    const target = join(directory, 'target');
    const link = join(directory, 'link');
    writeFileSync(target, '');
    symlinkSync('target', link);
    const before = nanoseconds(target);
    setTimes(link, 5, 6);
    expect(nanoseconds(link)).toBe(5_000_000_006n);
    expect(nanoseconds(target)).toBe(before);
  });
});
