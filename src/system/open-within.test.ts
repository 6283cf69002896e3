import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWithin } from './open-within.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lamina-within-'));
  mkdirSync(join(root, 'a/b'), { recursive: true });
  writeFileSync(join(root, 'a/file'), '');
  symlinkSync('b', join(root, 'a/link'));
  symlinkSync('/etc', join(root, 'out'));
  symlinkSync('/../a/link', join(root, 'in'));
  symlinkSync('../../../../../../../etc', join(root, 'a/up'));
  symlinkSync('loop', join(root, 'loop'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function kindOf(path: string): string | undefined {
  const opened = openWithin(root, path);
  if (opened !== undefined) closeSync(opened.fd);
  return opened && (opened.isDirectory ? 'directory' : 'file');
}

describe('openWithin', () => {
  test('finds files and directories', () => {
    expect(kindOf('a/b')).toBe('directory');
    expect(kindOf('a/file')).toBe('file');
    expect(kindOf('../a/../../a/file')).toBe('file');
    expect(kindOf('')).toBe('directory');
  });

  test('follows links inside the directory', () => {
    expect(kindOf('a/link')).toBe('directory');
    expect(kindOf('in/../file')).toBe('file');
  });

  test.each(['none', 'a/none/x', 'a/file/x', 'out', 'out/passwd', 'a/up', 'a/up/passwd', 'loop'])(
    'finds nothing at %s, leaving no descriptor open',
    (path) => {
      const before = readdirSync('/proc/self/fd').length;
      expect(kindOf(path)).toBeUndefined();
      expect(readdirSync('/proc/self/fd')).toHaveLength(before);
    },
  );
});
