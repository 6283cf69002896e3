import { spawnSync } from 'node:child_process';
import { lstat, mkdir, readdir, readFile, readlink, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { addImage, addLayer, TestStore, type TreeSketch } from '../../test/support/images.ts';
import { readContent, readTar } from '../archive/index.ts';
import type { ImageRecord } from '../store/index.ts';
import { assembleImage } from './assemble.ts';
import { exportLocal } from './export-local.ts';
import { exportTar } from './export-tar.ts';

let bench: TestStore;

beforeEach(async () => {
  bench = await TestStore.open();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

function image(...sketches: TreeSketch[]): Promise<ImageRecord> {
  return addImage(bench.store, sketches);
}

describe('a tar of the file system', () => {
  async function members(record: ImageRecord): Promise<Record<string, unknown>[]> {
    const dest = bench.path('rootfs.tar');
    await exportTar(bench.store, [{ image: record }], { dest });
    const found: Record<string, unknown>[] = [];
    for await (const member of readTar([await readFile(dest)])) {
      const content = (await readContent(member, 1 << 22)).toString();
      found.push({ ...member.header, ...(member.header.type === 'file' && { content }) });
    }
    return found;
  }

  test('holds the files of all layers merged, and nothing that was removed', async () => {
    const record = await image(
      { 'etc/': {}, 'etc/a': 'lower', 'etc/b': 'b', 'old/': {}, 'old/x': 'x' },
      { 'etc/a': 'upper', 'etc/b': { whiteout: true }, 'old/': { opaque: true }, 'old/y': 'y' },
    );
    const found = await members(record);
    expect(found.map(({ path, content }) => [path, content])).toEqual([
      ['etc/', undefined],
      ['etc/a', 'upper'],
      ['old/', undefined],
      ['old/y', 'y'],
    ]);
  });

  test('keeps owners, modes, links, devices and attributes', async () => {
    const xattrs = { 'security.capability': '\x01\x00\xff' };
    const record = await image({
      'a-first': { content: 'same', linkGroup: 1, uid: 12, gid: 34, mode: 0o4750 },
      'a-second': { content: 'same', linkGroup: 1, uid: 12, gid: 34, mode: 0o4750 },
      'caf\xe9': { content: 'x', xattrs },
      'dev/null': { type: 'char', mode: 0o666, devMajor: 1, devMinor: 3 },
      link: { type: 'symlink', mode: 0o777, linkTarget: '/etc/../x' },
      pipe: { type: 'fifo' },
    });
    const found = new Map((await members(record)).map((member) => [member.path, member]));
    expect(found.get('a-first')).toMatchObject({ uid: 12, gid: 34, mode: 0o4750, content: 'same' });
    expect(found.get('a-second')).toMatchObject({ type: 'hardlink', linkTarget: 'a-first' });
    expect(found.get('caf\xe9')).toMatchObject({ xattrs });
    expect(found.get('dev/null')).toMatchObject({ type: 'char', devMajor: 1, devMinor: 3 });
    expect(found.get('link')).toMatchObject({ type: 'symlink', linkTarget: '/etc/../x' });
    expect(found.get('pipe')).toMatchObject({ type: 'fifo' });
  });

  test('has the times the layers have in the image', async () => {
    const file = { content: 'x', mtime: 2000 };
    const copied = await addLayer(
      bench.store,
      { copied: { ...file, mtime: 10 } },
      { times: 'set' },
    );
    const ran = await addLayer(bench.store, { later: file, earlier: { ...file, mtime: 10 } });
    const layers = [copied, ran];
    const record = await assembleImage(bench.store, {
      config: {},
      platform: { os: 'linux', architecture: 'amd64' },
      layers,
      history: layers.map((layer) => ({ createdBy: 'x', layer })),
      epoch: 1000,
    });
    const times = (await members(record)).map(({ path, mtime }) => [path, mtime]);
    expect(times).toEqual([
      ['copied', 1000],
      ['earlier', 10],
      ['later', 1000],
    ]);
  });

  test('holds a file of several chunks whole', async () => {
    const content = 'a large file '.repeat(100_000);
    const found = await members(await image({ large: content, next: 'small' }));
    expect(found.map((member) => member.content)).toEqual([content, 'small']);
  });
});

describe('files in a directory', () => {
  test('have their content, mode and time, and belong to the caller', async () => {
    const dest = bench.path('out');
    const record = await image({
      'bin/': { mode: 0o555, mtime: 1000 },
      'bin/tool': { content: 'run', mode: 0o755, uid: 77, gid: 88, mtime: 2000 },
      'bin/alias': { type: 'symlink', linkTarget: 'tool', mtime: 3000 },
    });
    const result = await exportLocal(bench.store, record, { dest });
    expect(result).toEqual({ files: 2, bytes: 3, warnings: [] });
    expect(await readFile(`${dest}/bin/tool`, 'utf8')).toBe('run');
    const { mode, uid, mtimeMs } = await lstat(`${dest}/bin/tool`);
    expect([mode & 0o7777, uid, mtimeMs]).toEqual([0o755, process.getuid?.(), 2_000_000]);
    const directory = await lstat(`${dest}/bin`);
    expect([directory.mode & 0o7777, directory.mtimeMs]).toEqual([0o555, 1_000_000]);
    expect(await readlink(`${dest}/bin/alias`)).toBe('tool');
    expect((await lstat(`${dest}/bin/alias`)).mtimeMs).toBe(3_000_000);
  });

  test('have no bits that would lend somebody the caller’s rights', async () => {
    const dest = bench.path('out');
    const record = await image({
      'mail/': { mode: 0o3775 },
      su: { content: 'x', mode: 0o6755 },
      plain: 'x',
    });
    const { warnings } = await exportLocal(bench.store, record, { dest });
    expect((await lstat(`${dest}/su`)).mode & 0o7777).toBe(0o755);
    expect((await lstat(`${dest}/mail`)).mode & 0o7777).toBe(0o1775);
    expect(warnings).toMatchObject([
      {
        code: 'EXPORT_RIGHTS_DROPPED',
        message: 'these files lose their setuid and setgid bits: /mail, /su',
      },
    ]);
  });

  test('that are one file stay one', async () => {
    const dest = bench.path('out');
    const one = { content: 'x', linkGroup: 3 };
    await exportLocal(bench.store, await image({ a: one, b: one }), { dest });
    expect((await lstat(`${dest}/a`)).ino).toBe((await lstat(`${dest}/b`)).ino);
  });

  test('replace those of the same names and leave the others', async () => {
    const dest = bench.path('out');
    await mkdir(`${dest}/d`, { recursive: true });
    await writeFile(`${dest}/d/same`, 'old and longer');
    await writeFile(`${dest}/d/other`, 'kept');
    await mkdir(`${dest}/empty`);
    await exportLocal(bench.store, await image({ 'd/same': 'new', empty: 'file now' }), { dest });
    expect(await readFile(`${dest}/d/same`, 'utf8')).toBe('new');
    expect(await readFile(`${dest}/d/other`, 'utf8')).toBe('kept');
    expect(await readFile(`${dest}/empty`, 'utf8')).toBe('file now');
  });

  test('do not replace a directory that holds something', async () => {
    const dest = bench.path('out');
    await mkdir(`${dest}/src`, { recursive: true });
    await writeFile(`${dest}/src/work`, 'precious');
    const refused = exportLocal(bench.store, await image({ src: 'x' }), { dest });
    await expect(refused).rejects.toMatchObject({ code: 'EXPORT_CONFLICT' });
    expect(await readFile(`${dest}/src/work`, 'utf8')).toBe('precious');
  });

  test('never go through symlinks that are there before', async () => {
    const dest = bench.path('out');
    const outside = bench.path('outside');
    await mkdir(outside);
    await mkdir(dest);
    await writeFile(`${outside}/file`, 'untouched');
    await symlink(outside, `${dest}/d`);
    await symlink(`${outside}/file`, `${dest}/f`);
    const record = await image({ 'd/': {}, 'd/file': 'inside', f: 'inside' });
    await exportLocal(bench.store, record, { dest });
    expect(await readdir(outside)).toEqual(['file']);
    expect(await readFile(`${outside}/file`, 'utf8')).toBe('untouched');
    expect((await lstat(`${dest}/d`)).isDirectory()).toBe(true);
    expect((await lstat(`${dest}/f`)).isFile()).toBe(true);
  });

  test('never go through a hard link to a file outside', async () => {
    const dest = bench.path('out');
    await mkdir(dest);
    await writeFile(bench.path('outside'), 'untouched');
    expect(spawnSync('ln', [bench.path('outside'), `${dest}/f`]).status).toBe(0);
    await exportLocal(bench.store, await image({ f: 'new' }), { dest });
    expect(await readFile(bench.path('outside'), 'utf8')).toBe('untouched');
  });

  test('of symlinks that lead out are links and no more', async () => {
    const dest = bench.path('out');
    const outside = bench.path('outside');
    await mkdir(outside);
    const link = { type: 'symlink', linkTarget: outside } as const;
    await exportLocal(bench.store, await image({ evil: link }), { dest });
    await exportLocal(bench.store, await image({ 'evil/': {}, 'evil/x': 'y' }), { dest });
    expect(await readdir(outside)).toEqual([]);
    expect(await readdir(`${dest}/evil`)).toEqual(['x']);
  });

  test('may have names that are no UTF-8', async () => {
    const dest = bench.path('out');
    await exportLocal(bench.store, await image({ 'caf\xe9': 'x' }), { dest });
    const [name] = await readdir(dest, { encoding: 'buffer' });
    expect(name?.toString('latin1')).toBe('caf\xe9');
  });

  test('may lie deeper than a path can say', async () => {
    const dest = bench.path('out');
    const names = Array.from({ length: 40 }, () => 'd'.repeat(101));
    const directories = names.map((_, depth) => `${names.slice(0, depth + 1).join('/')}/`);
    const deep = `${names.join('/')}/file`;
    const sketch = Object.fromEntries(directories.map((path) => [path, {}]));
    await exportLocal(bench.store, await image({ ...sketch, [deep]: 'deep' }), { dest });
    const found = spawnSync('find', [dest, '-name', 'file', '-size', '4c'], { encoding: 'utf8' });
    expect(found.stdout.trim()).toHaveLength(dest.length + 1 + deep.length);
    expect(spawnSync('rm', ['-r', dest]).status).toBe(0);
  });

  test('that are devices are made by root', async () => {
    const dest = bench.path('out');
    const node = { type: 'char', devMajor: 1, devMinor: 3, mode: 0o600 } as const;
    await exportLocal(bench.store, await image({ 'dev/null': node, pipe: { type: 'fifo' } }), {
      dest,
    });
    const stats = await lstat(`${dest}/dev/null`);
    expect([stats.isCharacterDevice(), stats.rdev]).toEqual([true, 0x103]);
    expect((await lstat(`${dest}/pipe`)).isFIFO()).toBe(true);
  });

  test('that are devices are left out, with a warning, by anybody else', async () => {
    const node = { type: 'block', devMajor: 8, devMinor: 0 } as const;
    const record = await image({ 'dev/sda': node, file: 'x' });
    const dest = bench.path('out');
    const result = await exportLocal(bench.store, record, { dest, devices: false });
    expect(result.warnings).toMatchObject([{ code: 'EXPORT_FILE_SKIPPED' }]);
    expect(result.warnings[0]?.message).toContain('/dev/sda');
    expect(await readdir(dest)).toEqual(['dev', 'file']);
  });
});
