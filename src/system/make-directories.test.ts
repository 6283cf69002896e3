import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeDirectories } from './make-directories.ts';

describe('makeDirectories', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lamina-test-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  it('makes all that is missing, and none that is there', () => {
    const path = join(directory, 'a/b/c');
    makeDirectories(path, 0o700);
    makeDirectories(path);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it('fails where there can be no directory, instead of trying for ever', () => {
    expect(() => makeDirectories('/proc/lamina/a')).toThrow('ENOENT');
    const file = join(directory, 'file');
    writeFileSync(file, '');
    expect(() => makeDirectories(file)).toThrow('EEXIST');
    expect(() => makeDirectories(join(file, 'a'))).toThrow('ENOTDIR');
    expect(existsSync('/proc/lamina')).toBe(false);
  });
});
