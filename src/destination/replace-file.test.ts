import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { replaceFile } from './replace-file.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-replace-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const before = Buffer.from('before');
const after = Buffer.from('after');

it('a replaced file keeps its permissions, and the link to it', async () => {
  const path = join(directory, 'file');
  writeFileSync(path, before);
  chmodSync(path, 0o640);
  symlinkSync('file', join(directory, 'link'));
  expect(await replaceFile(join(directory, 'link'), { before, after })).toBe(true);
  expect(readFileSync(path, 'utf8')).toBe('after');
  expect(statSync(path).mode & 0o7777).toBe(0o640);
  expect(lstatSync(join(directory, 'link')).isSymbolicLink()).toBe(true);
  expect(readdirSync(directory).sort()).toEqual(['file', 'link']);
});

it.each(['other', 'before and more', ''])('a file that became %j is left', async (text) => {
  const path = join(directory, 'file');
  writeFileSync(path, text);
  expect(await replaceFile(path, { before, after })).toBe(false);
  expect(readFileSync(path, 'utf8')).toBe(text);
  expect(readdirSync(directory)).toEqual(['file']);
});

it('a file that is gone does not come back', async () => {
  expect(await replaceFile(join(directory, 'file'), { before, after })).toBe(false);
  expect(readdirSync(directory)).toEqual([]);
});
