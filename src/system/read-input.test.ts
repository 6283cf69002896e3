import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readFailure, readInput, readRegularFile } from './read-input.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lamina-input-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (name: string) => join(root, name);

function make(): void {
  mkdirSync(at('inside/sub'), { recursive: true });
  writeFileSync(at('inside/sub/file'), 'inside');
  writeFileSync(at('outside'), 'outside');
  symlinkSync('sub/file', at('inside/link'));
  symlinkSync(at('inside/sub/file'), at('inside/absolute'));
  symlinkSync('../outside', at('inside/out'));
  symlinkSync('/dev/zero', at('inside/zero'));
  symlinkSync('/dev/null', at('inside/null'));
  execFileSync('mkfifo', [at('inside/pipe')]);
  writeFileSync(at('inside/huge'), '');
  truncateSync(at('inside/huge'), 1e12);
}

function reasonOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return readFailure(error);
  }
  throw new Error('it was read');
}

describe('readRegularFile', () => {
  test('reads files of any size, also of those that claim none', () => {
    const text = 'x'.repeat(100_000);
    writeFileSync(at('file'), text);
    expect(readRegularFile(at('file'), { limit: 1 << 20 }).toString()).toBe(text);
    expect(readRegularFile('/proc/self/stat', { limit: 1 << 20 }).length).toBeGreaterThan(50);
    expect(readRegularFile('/dev/null', { limit: 1 })).toHaveLength(0);
  });

  test.each([
    ['inside/pipe', 'it is a pipe (FIFO)'],
    ['inside/zero', 'it is a device'],
    ['inside/huge', 'it is larger than 64 KiB'],
    ['inside', 'it is a directory'],
    ['inside/none', 'there is no such file'],
  ])('refuses %s: %s', (name, reason) => {
    make();
    expect(reasonOf(() => readRegularFile(at(name), { limit: 65_536 }))).toBe(reason);
  });

  test('refuses a socket', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(at('socket'), resolve));
    expect(reasonOf(() => readRegularFile(at('socket'), { limit: 9 }))).toBe('it is a socket');
    server.close();
  });

  test('follows links within a directory and none that lead out of it', () => {
    make();
    const limits = { limit: 100, within: at('inside') };
    for (const name of ['inside/link', 'inside/absolute', 'inside/sub/file']) {
      expect(readRegularFile(at(name), limits).toString()).toBe('inside');
    }
    for (const name of ['inside/out', 'inside/zero', 'inside/null', 'outside']) {
      expect(reasonOf(() => readRegularFile(at(name), limits))).toMatch(/to a file outside/);
    }
    expect(readRegularFile(at('inside/out'), { limit: 100 }).toString()).toBe('outside');
  });
});

describe('readInput', () => {
  test('reads a pipe until its writer closes it', async () => {
    make();
    const writer = spawn('sh', ['-c', `(echo one; echo two) > '${at('inside/pipe')}'`]);
    expect((await readInput(at('inside/pipe'), { limit: 100 })).toString()).toBe('one\ntwo\n');
    expect(writer.pid).toBeGreaterThan(0);
    writeFileSync(at('file'), 'text');
    expect((await readInput(at('file'), { limit: 100 })).toString()).toBe('text');
  });

  test('stops waiting when it is aborted', async () => {
    make();
    const { signal, abort } = ((controller) => ({
      signal: controller.signal,
      abort: () => controller.abort(new Error('enough')),
    }))(new AbortController());
    const reading = readInput(at('inside/pipe'), { limit: 100, signal });
    abort();
    await expect(reading).rejects.toThrow('enough');
    await expect(readInput(at('inside/pipe'), { limit: 100, signal })).rejects.toThrow('enough');
  });

  test('reads no more from a pipe than the limit', async () => {
    make();
    const writer = spawn('sh', ['-c', `exec cat /dev/zero > '${at('inside/pipe')}'`]);
    await expect(readInput(at('inside/pipe'), { limit: 65_536 })).rejects.toMatchObject({
      kind: 'large',
    });
    await new Promise((resolve) => writer.once('exit', resolve));
  });
});
