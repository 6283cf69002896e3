import {
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { header, pack, run, unpack } from '../../test/support/tars.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lamina-tar-'));
});
afterEach(() => rm(directory, { recursive: true }));

const long = 'n'.repeat(120);

async function makeTree(): Promise<void> {
  const root = join(directory, 'tree');
  await mkdir(join(root, long, long), { recursive: true });
  await mkdir(join(root, 'é'));
  await writeFile(join(root, 'é', 'file'), 'content\n', { mode: 0o640 });
  await link(join(root, 'é', 'file'), join(root, 'second'));
  await symlink(`${long}/${long}`, join(root, 'symlink'));
  await writeFile(join(root, long, long, 'deep'), 'x'.repeat(1000));
  await utimes(join(root, long, long, 'deep'), 1234567890, 1234567890);
  run('mknod', [join(root, 'null'), 'c', '1', '3'], { cwd: directory });
  run('mkfifo', [join(root, 'fifo')], { cwd: directory });
}

async function makeSparse(pieces: number): Promise<Buffer> {
  const path = join(directory, 'sparse');
  const file = await open(path, 'w');
  for (let index = 0; index < pieces; index++)
    await file.write(`piece ${index}`, 100_000 * (index + 1));
  await file.truncate(100_000 * (pieces + 2));
  await file.close();
  return readFile(path);
}

describe('archives of GNU tar', () => {
  for (const format of ['gnu', 'pax', 'oldgnu']) {
    it(`are read in ${format} format`, async () => {
      await makeTree();
      const args = [
        '-c',
        `--format=${format}`,
        '--sort=name',
        '--owner=:12',
        '--group=:3000000',
        'tree',
      ];
      const members = await unpack(run('tar', args, { cwd: directory }));
      const found = new Map(
        members.map((member) => [Buffer.from(member.header.path, 'latin1').toString(), member]),
      );
      expect([...found.keys()].sort()).toEqual(
        [
          'tree/',
          `tree/${long}/`,
          `tree/${long}/${long}/`,
          `tree/${long}/${long}/deep`,
          'tree/fifo',
          'tree/null',
          'tree/second',
          'tree/symlink',
          'tree/é/',
          'tree/é/file',
        ].sort(),
      );
      const deep = found.get(`tree/${long}/${long}/deep`);
      expect(deep?.header).toMatchObject({
        type: 'file',
        uid: 12,
        gid: 3_000_000,
        mtime: 1234567890,
      });
      expect(deep?.content.toString()).toBe('x'.repeat(1000));
      expect(found.get('tree/symlink')?.header).toMatchObject({
        type: 'symlink',
        linkTarget: `${long}/${long}`,
      });
      expect(found.get('tree/null')?.header).toMatchObject({
        type: 'char',
        devMajor: 1,
        devMinor: 3,
      });
      expect(found.get('tree/fifo')?.header.type).toBe('fifo');
      expect(found.get('tree/second')?.header).toMatchObject({ mode: 0o640, type: 'file' });
      expect(found.get('tree/é/file')?.header.type).toBe('hardlink');
    });
  }

  for (const [name, args] of [
    ['old GNU', ['--format=gnu']],
    ['pax 0.0', ['--format=pax', '--sparse-version=0.0']],
    ['pax 0.1', ['--format=pax', '--sparse-version=0.1']],
    ['pax 1.0', ['--format=pax', '--sparse-version=1.0']],
  ] as const) {
    it(`unpack to the same sparse files from ${name} format`, async () => {
      for (const pieces of [0, 1, 4, 60]) {
        const content = await makeSparse(pieces);
        const archive = run('tar', ['-cS', ...args, 'sparse', 'sparse'], { cwd: directory });
        const members = await unpack(archive, 1000);
        expect(members.map((member) => member.header.path)).toEqual(['sparse', 'sparse']);
        const [member] = members;
        expect(member?.header.size).toBe(content.length);
        expect(member?.storedSize).toBeLessThan(content.length);
        expect(member?.content.equals(content)).toBe(true);
      }
    });
  }

  it('give their xattrs, values of any bytes', async () => {
    await writeFile(join(directory, 'f'), '');
    const value = '\x00\xff=\n%';
    const source = pack([
      { header: header({ path: 'f', xattrs: { 'user.a=b%3Dc': value, 'user.x': '1' } }) },
    ]);
    run('tar', ['-x', '--xattrs'], { cwd: directory, input: source });
    const again = run('tar', ['-c', '--xattrs', 'f'], { cwd: directory });
    expect((await unpack(again))[0]?.header.xattrs).toEqual({
      'user.a=b%3Dc': value,
      'user.x': '1',
    });
  });
});

describe('our archives, unpacked by GNU tar', () => {
  it('keep type, mode, owner, time, links, devices and names', async () => {
    const bytesName = 'caf\xe9'; // latin1: not UTF-8
    const archive = pack([
      {
        header: header({ path: 'd', type: 'directory', mode: 0o1755, uid: 5, gid: 6, mtime: 1000 }),
      },
      {
        header: header({
          path: `d/${long}`,
          mode: 0o4711,
          uid: 3_000_000,
          mtime: -5,
          mtimeNs: 250_000_000,
        }),
        content: Buffer.from('hello'),
      },
      { header: header({ path: 'd/hard', type: 'hardlink', linkTarget: `d/${long}` }) },
      { header: header({ path: 'd/soft', type: 'symlink', linkTarget: long + long }) },
      { header: header({ path: 'd/device', type: 'block', devMajor: 259, devMinor: 65537 }) },
      { header: header({ path: 'd/fifo', type: 'fifo', mode: 0o600 }) },
      { header: header({ path: `d/${bytesName}` }) },
      { header: header({ path: 'd/\xc3\xa9' }) },
    ]);
    run('tar', ['-xp', '--numeric-owner'], { cwd: directory, input: archive });
    const at = (path: string): string => join(directory, path);
    expect(await stat(at('d'))).toMatchObject({ uid: 5, gid: 6, mtimeMs: 1_000_000 });
    expect((await stat(at('d'))).mode & 0o7777).toBe(0o1755);
    const file = await stat(at(`d/${long}`));
    expect(file).toMatchObject({ uid: 3_000_000, nlink: 2, size: 5, mtimeMs: -4750 });
    expect(file.mode & 0o7777).toBe(0o4711);
    expect(await readlink(at('d/soft'))).toBe(long + long);
    const device = await lstat(at('d/device'), { bigint: true });
    expect(device.isBlockDevice()).toBe(true);
    expect(run('stat', ['-c', '%t,%T', 'd/device'], { cwd: directory }).toString().trim()).toBe(
      '103,10001',
    );
    expect((await lstat(at('d/fifo'))).isFIFO()).toBe(true);
    await stat(at('d/é'));
    await stat(Buffer.concat([Buffer.from(at('d/')), Buffer.from(bytesName, 'latin1')]));
  });
});
