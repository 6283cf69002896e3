import { createHash } from 'node:crypto';
import { appendFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { FileHasher } from './file-hasher.ts';

const MEGABYTE = 1 << 20;
let path: string;

beforeEach(() => {
  path = join(temporaryDirectory('hasher'), 'file');
  writeFileSync(path, '');
});

describe('FileHasher', () => {
  test.each([0, 1, 3, 20, 40])(
    'hashes a file that grows to %d MiB and a bit',
    async (megabytes) => {
      using hasher = new FileHasher(path);
      const hash = createHash('sha256');
      for (let at = 0; at <= megabytes; at++) {
        const chunk = Buffer.alloc(at === megabytes ? 17 : MEGABYTE, `${at}`);
        appendFileSync(path, chunk);
        hash.update(chunk);
        hasher.advance(chunk.length);
      }
      appendFileSync(path, 'what is not announced does not count');
      expect(await hasher.finish()).toBe(hash.digest('hex'));
    },
  );

  test.each([0, 1, 3, 100])('hashes %d MiB and a bit that are given', async (megabytes) => {
    using hasher = new FileHasher(path);
    const hash = createHash('sha256');
    for (let at = 0; at <= megabytes; at++) {
      const chunk = Buffer.alloc(at === megabytes ? 17 : MEGABYTE, `${at}`);
      appendFileSync(path, chunk);
      hash.update(chunk);
      hasher.advance(chunk);
    }
    expect(await hasher.finish()).toBe(hash.digest('hex'));
  });

  test.each([[3], [40]])(
    'hashes bytes that are given before and after %d MiB that are not',
    async (megabytes) => {
      using hasher = new FileHasher(path);
      const [given, other] = [Buffer.alloc(MEGABYTE, 'given'), Buffer.alloc(megabytes * MEGABYTE)];
      const hash = createHash('sha256');
      for (const part of [given, other, given]) {
        appendFileSync(path, part);
        hash.update(part);
        hasher.advance(part === other ? part.length : part);
      }
      expect(await hasher.finish()).toBe(hash.digest('hex'));
    },
  );

  test.each([1, 40])('fails when a file of %d MiB is shorter than announced', async (megabytes) => {
    truncateSync(path, megabytes * MEGABYTE - 1);
    using hasher = new FileHasher(path);
    hasher.advance(megabytes * MEGABYTE);
    await expect(hasher.finish()).rejects.toThrow('shorter');
  });

  test('can be given up at any time', async () => {
    truncateSync(path, 40 * MEGABYTE);
    const hasher = new FileHasher(path);
    hasher.advance(40 * MEGABYTE);
    hasher.close();
    await expect(hasher.finish()).rejects.toThrow('ended');
  });
});
