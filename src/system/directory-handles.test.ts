import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DirectoryHandles } from './directory-handles.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lamina-handles-'));
  mkdirSync(join(root, 'top/a/b'), { recursive: true });
  mkdirSync(join(root, 'outside'));
  writeFileSync(join(root, 'top/a/b/file'), 'inside');
  writeFileSync(join(root, 'outside/file'), 'outside');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function open(): DirectoryHandles {
  return DirectoryHandles.open(join(root, 'top'), () => join(root, 'top'));
}

function openDescriptors(): number {
  return readdirSync('/proc/self/fd').length;
}

describe('DirectoryHandles', () => {
  test('names files and directories below the root', () => {
    using handles = open();
    expect(readFileSync(handles.entry('a/b/file'), 'utf8')).toBe('inside');
    expect(readdirSync(handles.directory('a'))).toEqual(['b']);
    expect(readdirSync(handles.directory(''))).toEqual(['a']);
    expect(lstatSync(handles.entry('a')).isDirectory()).toBe(true);
    expect(handles.hostPath).toBe(join(root, 'top'));
  });

  test('finds nothing below a directory that became a symlink', () => {
    using handles = open();
    renameSync(join(root, 'top/a'), join(root, 'top/was'));
    symlinkSync('../outside', join(root, 'top/a'));
    expect(() => handles.entry('a/file')).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
    expect(() => handles.directory('a')).toThrow(expect.objectContaining({ code: 'ENOTDIR' }));
  });

  test('stays in the directory it opened when a link takes its place', () => {
    using handles = open();
    const before = handles.entry('a/b/file');
    renameSync(join(root, 'top/a'), join(root, 'top/was'));
    symlinkSync('../outside', join(root, 'top/a'));
    expect(readFileSync(before, 'utf8')).toBe('inside');
    expect(readFileSync(handles.entry('a/b/file'), 'utf8')).toBe('inside');
  });

  test('stays below the root when that itself is exchanged', () => {
    using handles = open();
    renameSync(join(root, 'top'), join(root, 'was'));
    symlinkSync('outside', join(root, 'top'));
    expect(existsSync(handles.entry('file'))).toBe(false);
    expect(readFileSync(handles.entry('a/b/file'), 'utf8')).toBe('inside');
  });

  test('accepts names that are not UTF-8', () => {
    mkdirSync(Buffer.from(`${join(root, 'top')}/caf\xe9`, 'latin1'));
    using handles = open();
    expect(readdirSync(handles.directory('caf\xe9'))).toEqual([]);
  });

  test('keeps few descriptors open, however many directories and however deep', () => {
    const before = openDescriptors();
    const deep = Array.from({ length: 300 }, (_, index) => `d${index}`).join('/');
    mkdirSync(join(root, 'top', deep), { recursive: true });
    for (let index = 0; index < 200; index++) mkdirSync(join(root, `top/wide${index}`));
    {
      using handles = open();
      for (let index = 0; index < 200; index++) handles.directory(`wide${index}`);
      const first = handles.directory('a');
      handles.directory(deep);
      expect(readdirSync(first)).toEqual(['b']);
      for (let path = deep; path !== ''; path = path.slice(0, Math.max(0, path.lastIndexOf('/')))) {
        expect(readdirSync(handles.directory(path)).length).toBeLessThan(2);
      }
      expect(openDescriptors()).toBeLessThanOrEqual(before + 65);
    }
    expect(openDescriptors()).toBe(before);
  });

  test('opens nothing that is not there', () => {
    const before = openDescriptors();
    expect(() => DirectoryHandles.open(join(root, 'none'), String)).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
    expect(() => DirectoryHandles.open(join(root, 'outside/file'), String)).toThrow(
      expect.objectContaining({ code: 'ENOTDIR' }),
    );
    expect(openDescriptors()).toBe(before);
  });
});
