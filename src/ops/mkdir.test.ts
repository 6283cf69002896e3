import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Files, NOW, Scratch } from '../../test/support/copies.ts';
import { makeDirectories } from './mkdir.ts';

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => {
  scratch.remove();
});

function made(path: string, base: Files, owner?: string): string[] {
  const { entries } = makeDirectories({ kind: 'mkdir', path, owner }, scratch.tree(base), NOW);
  return entries.map(
    ({ path: name, mode, uid, gid, mtime }) => `${name} ${mode.toString(8)} ${uid}:${gid} ${mtime}`,
  );
}

describe('WORKDIR', () => {
  const time = NOW / 1000;

  it('makes missing directories', () => {
    expect(made('/a/b/c', { a: { mode: 0o700 } })).toEqual([
      `a/b 755 0:0 ${time}`,
      `a/b/c 755 0:0 ${time}`,
    ]);
  });

  it('gives only what it makes to the user', () => {
    const base = { 'etc/passwd': 'app:x:10:20::/:/bin/sh\n', srv: {} };
    expect(made('/srv/app', base, 'app')).toEqual([`srv/app 755 10:20 ${time}`]);
    expect(made('/srv/app', base, '5:6')).toEqual([`srv/app 755 5:6 ${time}`]);
    expect(made('/srv/app', base, '5')).toEqual([`srv/app 755 5:5 ${time}`]);
  });

  it('makes nothing when the directory exists, also through symlinks', () => {
    expect(made('/', {})).toEqual([]);
    expect(made('/a', { a: {} })).toEqual([]);
    expect(made('/l/', { a: {}, l: { link: '/a' } })).toEqual([]);
  });

  it('follows symlinks inside the image', () => {
    expect(made('/l/x', { l: { link: '../../gone' } })).toEqual([
      `gone 755 0:0 ${time}`,
      `gone/x 755 0:0 ${time}`,
    ]);
  });

  it('refuses a path through a file', () => {
    expect(() => made('/f/x', { f: '' })).toThrowError(/must be a directory/);
    expect(() => made('/f', { f: '' })).toThrowError(/must be a directory/);
  });

  it('works on the empty file system', () => {
    const { entries } = makeDirectories(
      { kind: 'mkdir', path: '/a', owner: undefined },
      undefined,
      NOW,
    );
    expect(entries.map(({ path }) => path)).toEqual(['a']);
  });
});
