import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DirectoryTree, temporaryDirectory } from '../../../test/support/workshop.ts';
import { mountStubs } from './mount-stubs.ts';
import { type ProcessRequest, prepareProcess } from './prepare.ts';

describe('mount points', () => {
  test('only what is missing is added, parents first', () => {
    using image = temporaryDirectory();
    for (const name of ['dev', 'etc', 'opt']) mkdirSync(`${image.path}/${name}`);
    writeFileSync(`${image.path}/etc/hosts`, '');
    const { stubs, resolved } = mountStubs(new DirectoryTree(image.path), [
      { path: '/etc/hosts', kind: 'file' },
      { path: '/opt/a/b', kind: 'directory' },
      { path: '/opt/./../srv//s', kind: 'file' },
    ]);
    expect(stubs.map(({ path, type }) => `${type} ${path}`)).toEqual([
      'directory opt',
      'directory opt/a',
      'directory opt/a/b',
      'directory proc',
      'directory srv',
      'file srv/s',
      'directory sys',
    ]);
    expect(resolved).toEqual(['/etc/hosts', '/opt/a/b', '/srv/s']);
  });

  test('directories of the image are repeated as they are', () => {
    using image = temporaryDirectory();
    mkdirSync(`${image.path}/etc`, { mode: 0o711 });
    const tree = new DirectoryTree(image.path);
    const { stubs } = mountStubs(tree, [{ path: '/etc/hosts', kind: 'file' }]);
    const { mode, mtime, mtimeNs } = tree.lookup('etc') ?? {};
    expect(stubs.find(({ path }) => path === 'etc')).toMatchObject({ mode, mtime, mtimeNs });
  });

  test('links are followed inside the image', () => {
    using image = temporaryDirectory();
    mkdirSync(`${image.path}/etc`);
    symlinkSync('../run/x/resolv.conf', `${image.path}/etc/resolv.conf`);
    const { stubs, resolved } = mountStubs(new DirectoryTree(image.path), [
      { path: '/etc/resolv.conf', kind: 'file' },
    ]);
    expect(resolved).toEqual(['/run/x/resolv.conf']);
    expect(stubs.map(({ path }) => path)).toEqual([
      'dev',
      'proc',
      'run',
      'run/x',
      'run/x/resolv.conf',
      'sys',
    ]);
  });

  test('what lies in another mount needs none', () => {
    using image = temporaryDirectory();
    for (const name of ['dev', 'proc', 'sys']) mkdirSync(`${image.path}/${name}`);
    const { stubs } = mountStubs(new DirectoryTree(image.path), [
      { path: '/a', kind: 'directory' },
      { path: '/a/b/c', kind: 'file' },
      { path: '/dev/pipes/x', kind: 'file' },
    ]);
    expect(stubs.map(({ path }) => path)).toEqual(['a']);
  });

  test.each([
    ['/dir', 'file', "cannot mount a file at '/dir': the image has a directory at '/dir'"],
    ['/file', 'directory', "cannot mount a directory at '/file': the image has a file at '/file'"],
    ['/file/x', 'file', "cannot mount a file at '/file/x': the image has a file at '/file'"],
  ] as const)('%s as a %s is refused', (path, kind, message) => {
    using image = temporaryDirectory();
    mkdirSync(`${image.path}/dir`);
    writeFileSync(`${image.path}/file`, '');
    const add = () => mountStubs(new DirectoryTree(image.path), [{ path, kind }]);
    expect(add).toThrow(expect.objectContaining({ code: 'RUNTIME_MOUNT_TARGET', message }));
  });

  test.each(['dev', 'proc', 'sys'])('whatever the image has at /%s is covered', (name) => {
    using image = temporaryDirectory();
    symlinkSync('/elsewhere', `${image.path}/${name}`);
    const { stubs, resolved } = mountStubs(new DirectoryTree(image.path), [
      { path: '/dev/shm', kind: 'directory' },
    ]);
    expect(stubs.map(({ path, type }) => `${type} ${path}`)).toEqual([
      'directory dev',
      'directory proc',
      'directory sys',
    ]);
    expect(resolved).toEqual(['/dev/shm']);
  });

  test.each([
    ['/', 'directory', 'nothing can be mounted over the root directory'],
    ['/root-link', 'directory', "which links to '/': nothing can be mounted over the root"],
    ['/dev', 'directory', "cannot mount at '/dev': every container has its own /dev"],
    ['/dev/../proc/', 'directory', "links to '/proc': every container has its own /proc"],
    ['/sys', 'directory', 'every container has its own /sys'],
    ['/device-link', 'directory', "which links to '/dev': every container has its own /dev"],
    ['/dev/null', 'file', 'every container has its own /dev/null'],
    ['/dev/pts/0', 'file', 'every container has its own /dev/pts'],
    ['/dev/zero', 'directory', 'every container has its own /dev/zero'],
    ['/proc/sys/kernel/core_pattern', 'file', 'the kernel provides the files in /proc'],
    ['/proc/meminfo', 'directory', 'the kernel provides the files in /proc'],
  ] as const)('%s as a %s belongs to the runtime', (path, kind, message) => {
    using image = temporaryDirectory();
    symlinkSync('/', `${image.path}/root-link`);
    symlinkSync('dev', `${image.path}/device-link`);
    const add = () => mountStubs(new DirectoryTree(image.path), [{ path, kind }]);
    const expected = { code: 'RUNTIME_MOUNT_TARGET', message: expect.stringContaining(message) };
    expect(add).toThrow(expect.objectContaining(expected));
  });

  test.each([
    ['/dev/shm', 'directory'],
    ['/dev/urandom', 'file'],
    ['/dev/net/tun', 'file'],
    ['/proc/meminfo', 'file'],
    ['/sys/fs/cgroup', 'directory'],
  ] as const)('%s as a %s can be mounted', (path, kind) => {
    using image = temporaryDirectory();
    const { resolved } = mountStubs(new DirectoryTree(image.path), [{ path, kind }]);
    expect(resolved).toEqual([path]);
  });

  test('a generated file replaces a link to a path of the kernel', () => {
    using image = temporaryDirectory();
    mkdirSync(`${image.path}/etc`);
    symlinkSync('/proc/net/pnp', `${image.path}/etc/resolv.conf`);
    const target = { path: '/etc/resolv.conf', kind: 'file', generated: true } as const;
    const { stubs, resolved } = mountStubs(new DirectoryTree(image.path), [target]);
    expect(resolved).toEqual(['/etc/resolv.conf']);
    expect(stubs.map(({ path }) => path)).toContain('etc/resolv.conf');
  });

  test('a generated file is left out if its directory is the kernel’s', () => {
    using image = temporaryDirectory();
    symlinkSync('proc', `${image.path}/etc`);
    const target = { path: '/etc/hosts', kind: 'file', generated: true } as const;
    const add = () => mountStubs(new DirectoryTree(image.path), [target]);
    expect(add).toThrow(expect.objectContaining({ code: 'RUNTIME_MOUNT_TARGET' }));
  });

  test('links in a circle are refused', () => {
    using image = temporaryDirectory();
    symlinkSync('b', `${image.path}/a`);
    symlinkSync('a', `${image.path}/b`);
    const add = () => mountStubs(new DirectoryTree(image.path), [{ path: '/a/x', kind: 'file' }]);
    expect(add).toThrow(expect.objectContaining({ code: 'SYMLINK_LOOP' }));
  });
});

describe('preparing a process', () => {
  const request: ProcessRequest = {
    lowers: [],
    upper: '/u',
    args: ['x'],
    env: [],
    cwd: '/',
    user: '',
  };

  test('outer mounts come before inner ones, else the order stays', () => {
    using image = temporaryDirectory();
    const tmpfs = (target: string) => ({ kind: 'tmpfs', target }) as const;
    const mounts = ['/z/y', '/b', '/a', '/z'].map(tmpfs);
    const spec = prepareProcess({ ...request, mounts }, new DirectoryTree(image.path));
    expect(spec.mounts.map(({ target }) => target)).toEqual(['/b', '/a', '/z', '/z/y']);
  });

  test('memory looks like the directory it covers, and is everybody’s where there is none', () => {
    using image = temporaryDirectory();
    mkdirSync(`${image.path}/private`, { mode: 0o750 });
    symlinkSync('private', `${image.path}/link`);
    const mounts = ['/private', '/link', '/missing'].map(
      (target) => ({ kind: 'tmpfs', target }) as const,
    );
    const spec = prepareProcess({ ...request, mounts }, new DirectoryTree(image.path));
    expect(spec.mounts).toMatchObject([{ mode: 0o750 }, { mode: 0o750 }, { mode: 0o1777 }]);
  });

  test("HOME is the image's, unless it is set", () => {
    using image = temporaryDirectory();
    const tree = new DirectoryTree(image.path);
    expect(prepareProcess(request, tree).env).toEqual(['HOME=/']);
    const env = ['A=1', 'HOME=/h'];
    expect(prepareProcess({ ...request, env }, tree).env).toEqual(env);
  });

  test.each([
    ['/', []],
    ['/have', []],
    ['/have/not/yet', ['have/not', 'have/not/yet']],
    ['/link/x', ['real/x']],
    ['/proc/1', []],
    ['/mnt/in', []],
  ])('working directory %s: makes %j', (cwd, expected) => {
    using image = temporaryDirectory();
    mkdirSync(`${image.path}/have`);
    mkdirSync(`${image.path}/real`);
    symlinkSync('/real', `${image.path}/link`);
    const mounts = [{ kind: 'tmpfs', target: '/mnt' }] as const;
    const spec = prepareProcess({ ...request, cwd, mounts }, new DirectoryTree(image.path));
    expect(spec.newDirectories).toEqual(expected);
  });

  test('a read-only root filesystem has the working directory below it', () => {
    using image = temporaryDirectory();
    const wanted = { ...request, upper: undefined, cwd: '/x/y', user: '7:8' };
    const { newDirectories, stubs } = prepareProcess(wanted, new DirectoryTree(image.path));
    expect(newDirectories).toEqual([]);
    expect(stubs.filter(({ path }) => path.startsWith('x'))).toMatchObject([
      { path: 'x', uid: 7, gid: 8 },
      { path: 'x/y', uid: 7, gid: 8 },
    ]);
  });

  test.each([
    ['/file', "cannot start in '/file': '/file' is not a directory"],
    ['/file/x', "cannot start in '/file/x': '/file' is not a directory"],
    ['/proc/self/fd/8', '/proc/self/fd/8 is not a directory of the image'],
    ['/link/x', '/proc/self/fd/7/x is not a directory of the image'],
    ['/proc/1/root/tmp', '/proc/1/root/tmp is not a directory of the image'],
  ])('working directory %s is refused', (cwd, message) => {
    using image = temporaryDirectory();
    writeFileSync(`${image.path}/file`, '');
    symlinkSync('/proc/self/fd/7', `${image.path}/link`);
    const prepare = () => prepareProcess({ ...request, cwd }, new DirectoryTree(image.path));
    const expected = { code: 'RUNTIME_WORKDIR', message: expect.stringContaining(message) };
    expect(prepare).toThrow(expect.objectContaining(expected));
  });
});
