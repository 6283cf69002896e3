import { appendFileSync, copyFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import { digestOf } from '../oci/index.ts';
import { type HashedFile, isSound, noteSound } from './sound-files.ts';

const SIZE = 2 << 20;
const OLD = new Date('2020-01-01T00:00:00Z');

let file: HashedFile;
const known = new Map<string, unknown>();
const facts = {
  get: <T>(kind: string, key: string) => known.get(`${kind}/${key}`) as T | undefined,
  put: (kind: string, key: string, value: unknown) => void known.set(`${kind}/${key}`, value),
};

beforeEach(() => {
  known.clear();
  file = fileOf(Buffer.alloc(SIZE, 'a'));
  noteSound(facts, file);
});

function fileOf(bytes: Buffer): HashedFile {
  const path = join(temporaryDirectory('sound'), 'file');
  writeFileSync(path, bytes);
  utimesSync(path, OLD, OLD);
  return { name: digestOf(bytes), path, digest: digestOf(bytes), size: bytes.length };
}

describe('a file whose bytes were hashed', () => {
  test('is sound as long as it stays the same', () => {
    expect(isSound(facts, file)).toBe(true);
  });

  test('is not sound under another digest or size', () => {
    expect(isSound(facts, { ...file, digest: digestOf('other') })).toBe(false);
    expect(isSound(facts, { ...file, size: SIZE - 1 })).toBe(false);
  });

  test.each<[string, (path: string) => void]>([
    ['other bytes', (path) => writeFileSync(path, Buffer.alloc(SIZE, 'b'))],
    ['more bytes', (path) => appendFileSync(path, 'b')],
    [
      'a copy in its place',
      (path) => {
        copyFileSync(path, `${path}.copy`);
        renameSync(`${path}.copy`, path);
      },
    ],
  ])('is not sound with %s, even if the time is set back', (_, change) => {
    change(file.path);
    utimesSync(file.path, OLD, OLD);
    expect(isSound(facts, file)).toBe(false);
  });

  test('is not sound if it is absent', () => {
    renameSync(file.path, `${file.path}.away`);
    expect(isSound(facts, file)).toBe(false);
  });
});

test('small files are not remembered', () => {
  const small = fileOf(Buffer.from('small'));
  noteSound(facts, small);
  expect(isSound(facts, small)).toBe(false);
});
