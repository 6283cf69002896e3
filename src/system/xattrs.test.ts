import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listXattrs, SystemError, setXattr } from './index.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-xattrs-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function newFile(name: string): string {
  const path = join(directory, name);
  writeFileSync(Buffer.from(path, 'latin1'), 'content');
  return path;
}

describe('extended attributes', () => {
  test('are undefined on a file without any', () => {
    expect(listXattrs(newFile('plain'))).toBeUndefined();
  });

  test('keep every byte of their values', () => {
    const path = newFile('file');
    const value = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte));
    setXattr(path, 'user.bytes', value);
    setXattr(path, 'user.empty', '');
    expect(listXattrs(path)).toEqual({ 'user.bytes': value, 'user.empty': '' });
  });

  test('of all namespaces are listed', () => {
    const path = newFile('file');
    // cap_net_raw+ep, revision 2
    const capability = '\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0';
    setXattr(path, 'security.capability', capability);
    setXattr(path, 'trusted.overlay.opaque', 'y');
    setXattr(path, 'user.note', 'n');
    expect(listXattrs(path)).toEqual({
      'security.capability': capability,
      'trusted.overlay.opaque': 'y',
      'user.note': 'n',
    });
  });

  test('are replaced by a second value', () => {
    const path = newFile('file');
    setXattr(path, 'user.a', 'a long value');
    setXattr(path, 'user.a', 'b');
    expect(listXattrs(path)).toEqual({ 'user.a': 'b' });
  });

  test('belong to the symlink itself, not to its target', () => {
    const target = newFile('target');
    setXattr(target, 'user.of-target', 'x');
    const link = join(directory, 'link');
    symlinkSync('target', link);
    setXattr(link, 'trusted.of-link', 'x');
    expect(listXattrs(link)).toEqual({ 'trusted.of-link': 'x' });
  });

  test('are found on files whose names are not UTF-8', () => {
    const path = newFile('caf\xe9');
    setXattr(path, 'user.a', 'b');
    expect(listXattrs(path)).toEqual({ 'user.a': 'b' });
  });

  test('are undefined where the file system has none', () => {
    expect(listXattrs('/proc/self/status')).toBeUndefined();
  });

  test('fail with the code of the system', () => {
    const missing = join(directory, 'missing');
    expect(() => listXattrs(missing)).toThrow(
      expect.objectContaining({ code: 'ENOENT', syscall: 'llistxattr', path: missing }),
    );
    expect(() => setXattr(newFile('file'), 'nonsense', 'x')).toThrow(SystemError);
  });

  test('refuse a path with a zero byte', () => {
    expect(() => listXattrs(`${directory}/a\0b`)).toThrow(/zero byte/);
  });
});
