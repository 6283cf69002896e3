import {
  closeSync,
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
import { isPlainAt } from './at-calls.ts';
import { DirectoryHandles } from './directory-handles.ts';
import { CONTENT_FLAGS } from './open-content.ts';
import { listXattrs, setXattr } from './xattrs.ts';

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

  test.each(['by its path', 'by the descriptor of its directory'])('opens a file %s', (way) => {
    if (way !== 'by its path') listXattrs(root);
    using handles = open();
    const before = openDescriptors();
    symlinkSync('file', join(root, 'top/a/b/link'));
    const fd = handles.open('a/b/file', CONTENT_FLAGS);
    expect(readFileSync(fd, 'utf8')).toBe('inside');
    closeSync(fd);
    for (const [name, code] of [
      ['a/b/link', 'ELOOP'],
      ['a/b/missing', 'ENOENT'],
    ] as const) {
      const opening = () => handles.open(name, CONTENT_FLAGS);
      expect(opening).toThrow(expect.objectContaining({ code }));
    }
    renameSync(join(root, 'top/a/b'), join(root, 'top/a/was'));
    symlinkSync('../../outside', join(root, 'top/a/b'));
    const again = handles.open('a/b/file', CONTENT_FLAGS);
    expect(readFileSync(again, 'utf8')).toBe('inside');
    closeSync(again);
    expect(openDescriptors()).toBeLessThanOrEqual(before + 2);
  });

  test('says of a file that it has no attributes only if it has none', () => {
    using handles = open();
    setXattr(join(root, 'top/a/b/file'), 'user.some', 'value');
    const isPlain = (path: string) => {
      const file = handles.locate(path);
      return file !== undefined && isPlainAt(file);
    };
    expect(isPlain('a/b/file')).toBe(false);
    expect(isPlain('a/b/missing')).toBe(false);
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
