import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { copyRange } from './index.ts';

let directory: string;
let fds: number[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-copy-'));
  fds = [];
});
afterEach(() => {
  for (const fd of fds) closeSync(fd);
  rmSync(directory, { recursive: true, force: true });
});

function openFile(path: string, flags: string): number {
  const fd = openSync(path, flags);
  fds.push(fd);
  return fd;
}

function pattern(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff));
}

describe('copyRange', () => {
  test.each([10, 65_536, 65_537, 2_500_000])('copies %i bytes from and to any offset', (length) => {
    const bytes = pattern(length + 7);
    const target = join(directory, 'target');
    writeFileSync(join(directory, 'source'), bytes);
    writeFileSync(target, 'head-');
    const source = openFile(join(directory, 'source'), 'r');
    const copied = copyRange(source, 7, openFile(target, 'r+'), 5, length);
    expect(copied).toBe(length);
    const result = readFileSync(target);
    expect(result.subarray(0, 5).toString()).toBe('head-');
    expect(result.subarray(5).equals(bytes.subarray(7))).toBe(true);
  });

  test.each([100, 100_000])('stops where the source ends (%i bytes)', (length) => {
    const bytes = pattern(length);
    writeFileSync(join(directory, 'source'), bytes);
    const target = join(directory, 'target');
    const source = openFile(join(directory, 'source'), 'r');
    expect(copyRange(source, 10, openFile(target, 'w'), 0, length * 2)).toBe(length - 10);
    expect(readFileSync(target).equals(bytes.subarray(10))).toBe(true);
  });

  test('falls back to reads if the kernel cannot copy', () => {
    const target = join(directory, 'target');
    const source = openFile('/proc/self/limits', 'r');
    const copied = copyRange(source, 0, openFile(target, 'w'), 0, 1 << 20);
    expect(copied).toBeGreaterThan(100);
    expect(readFileSync(target, 'utf8')).toBe(readFileSync('/proc/self/limits', 'utf8'));
  });

  test('fails on a target that is not open for writing', () => {
    writeFileSync(join(directory, 'source'), pattern(100_000));
    writeFileSync(join(directory, 'target'), '');
    const source = openFile(join(directory, 'source'), 'r');
    const target = openFile(join(directory, 'target'), 'r');
    expect(() => copyRange(source, 0, target, 0, 100_000)).toThrow(
      expect.objectContaining({ code: 'EBADF' }),
    );
  });
});
