import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { copySparse, dataRuns } from './index.ts';

const MB = 1 << 20;

let directory: string;
let fds: number[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-holes-'));
  fds = [];
});
afterEach(() => {
  for (const fd of fds) closeSync(fd);
  rmSync(directory, { recursive: true, force: true });
});

function newFile(name: string): number {
  const fd = openSync(join(directory, name), 'wx+');
  fds.push(fd);
  return fd;
}

/** A file of holes, with one block at 2 MB and one at 5 MB. */
function sparseFile(): number {
  const fd = newFile('source');
  ftruncateSync(fd, 8 * MB);
  for (const at of [2 * MB, 5 * MB]) writeSync(fd, Buffer.alloc(4096, 'd'), 0, 4096, at);
  return fd;
}

function read(fd: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  readSync(fd, bytes, 0, size, 0);
  return bytes;
}

const diskUse = (fd: number) => fstatSync(fd).blocks * 512;

describe('dataRuns', () => {
  test('are the stretches that are no holes', () => {
    expect([...dataRuns(sparseFile(), 0, 8 * MB)]).toEqual([
      { offset: 2 * MB, size: 4096 },
      { offset: 5 * MB, size: 4096 },
    ]);
  });

  test('end and begin where the range does', () => {
    const fd = sparseFile();
    expect([...dataRuns(fd, 2 * MB + 100, 3 * MB)]).toEqual([
      { offset: 2 * MB + 100, size: 3996 },
      { offset: 5 * MB, size: 100 },
    ]);
    expect([...dataRuns(fd, 6 * MB, MB)]).toEqual([]);
  });

  test('of a file without holes are all of it', () => {
    const fd = newFile('full');
    writeSync(fd, Buffer.alloc(MB, 'x'));
    expect([...dataRuns(fd, 10, MB - 10)]).toEqual([{ offset: 10, size: MB - 10 }]);
  });
});

describe('copySparse', () => {
  test('gives the same bytes, and uses as little disk space', () => {
    const from = sparseFile();
    const to = newFile('target');
    const work = copySparse({ from, offset: MB, size: 6 * MB, to, toOffset: 0 }, MB);
    let step = work.next();
    while (step.done !== true) step = work.next();
    expect(step.value).toBe(true);
    ftruncateSync(to, 6 * MB);
    expect(read(to, 6 * MB).equals(read(from, 8 * MB).subarray(MB, 7 * MB))).toBe(true);
    expect(diskUse(to)).toBeLessThanOrEqual(diskUse(from));
  });

  test('tells that the source is too short', () => {
    const work = copySparse(
      { from: sparseFile(), offset: 0, size: 9 * MB, to: newFile('target'), toOffset: 0 },
      MB,
    );
    expect(work.next()).toEqual({ done: true, value: false });
  });
});
