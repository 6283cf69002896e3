import { execFileSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  type Copied,
  copyDigest,
  copyOp,
  type Files,
  runCopy,
  scratchForEach,
} from '../../test/support/copies.ts';
import { END_OF_ARCHIVE, encodeHeader, padding, type TarHeader } from '../archive/index.ts';

const scratch = scratchForEach();

type Member = Partial<TarHeader> & { readonly path: string; readonly content?: string };

function tar(members: readonly Member[]): Buffer {
  const parts: Buffer[] = [];
  for (const { content = '', ...member } of members) {
    const directory = member.path.endsWith('/');
    const header: TarHeader = {
      type: directory ? 'directory' : 'file',
      mode: directory ? 0o755 : 0o644,
      uid: 0,
      gid: 0,
      size: content.length,
      mtime: 5,
      mtimeNs: 0,
      ...member,
    };
    parts.push(encodeHeader(header), Buffer.from(content), Buffer.alloc(padding(content.length)));
  }
  return Buffer.concat([...parts, END_OF_ARCHIVE]);
}

interface Target {
  readonly base?: Files;
  readonly to?: string;
  readonly op?: Parameters<typeof copyOp>[0];
}

async function add(
  archive: Buffer,
  { base = {}, to = '/', op = {} }: Target = {},
): Promise<Copied> {
  const source = scratch().tree({});
  writeFileSync(join(source.hostPath, 'a.tar'), archive);
  const change = { paths: ['a.tar'], destination: to, unpack: true, ...op };
  return runCopy(scratch(), copyOp(change), { source, base: scratch().tree(base) });
}

const MEMBERS: readonly Member[] = [
  { path: './' },
  { path: 'dir/', mode: 0o750, uid: 3, gid: 4 },
  { path: 'dir/f', content: 'F', mode: 0o4755, uid: 1000, gid: 100 },
  { path: 'z', content: 'Z' },
  { path: 'a', content: 'A' },
  { path: 'link', type: 'symlink', linkTarget: '../../etc/passwd' },
  { path: 'hard', type: 'hardlink', linkTarget: 'a' },
];

const UNPACKED = [
  'a=A',
  'dir/ 750 3:4',
  'dir/f=F 4755 1000:100',
  'hard=A',
  'link -> ../../etc/passwd',
  'z=Z',
];

interface Case {
  readonly says: string;
  readonly members: readonly Member[];
  readonly target?: Target;
  readonly makes: readonly string[];
}

const cases: readonly Case[] = [
  { says: 'members keep mode and owner', members: MEMBERS, makes: UNPACKED },
  {
    says: 'the destination is a directory, also without a slash',
    members: [{ path: 'x', content: 'X' }],
    target: { to: '/new/dir' },
    makes: ['new/', 'new/dir/', 'new/dir/x=X'],
  },
  {
    says: '--chown is for all members and the destination, --chmod for none',
    members: [{ path: 'd/x', content: 'X', uid: 1, mode: 0o600 }],
    target: { to: '/n', op: { owner: '7', mode: '777' } },
    makes: ['n/ 7:7', 'n/d/', 'n/d/x=X 600 7:7'],
  },
  {
    says: 'a symlinked destination is followed in the image',
    members: [{ path: 'x', content: 'X' }],
    target: { to: '/l', base: { 'usr/real': {}, l: { link: '/usr/real' } } },
    makes: ['usr/real/x=X'],
  },
  {
    says: 'a file replaces a directory, with all that was in it',
    members: [{ path: 'd', content: 'file' }],
    target: { base: { 'd/old/f': '1' } },
    makes: ['d=file'],
  },
  {
    says: 'a directory replaces a file and of a symlink',
    members: [{ path: 'f/' }, { path: 'l/' }, { path: 'l/x', content: 'X' }],
    target: { base: { f: '1', real: {}, l: { link: 'real' } } },
    makes: ['f/', 'l/', 'l/x=X'],
  },
  {
    says: 'directories are merged and take the metadata of the archive',
    members: [
      { path: 'd/', mode: 0o700, uid: 5 },
      { path: 'd/n', content: 'N' },
    ],
    target: { base: { 'd/old': '1' } },
    makes: ['d/ 700 5:0', 'd/n=N'],
  },
  {
    says: 'of two members of one name the last counts',
    members: [
      { path: 'x', content: '1' },
      { path: './x', content: '2' },
    ],
    makes: ['x=2'],
  },
  {
    says: 'absolute names start at the destination',
    members: [{ path: '/etc/x', content: 'X' }],
    target: { to: '/d/' },
    makes: ['d/', 'd/etc/', 'd/etc/x=X'],
  },
  {
    says: 'symlinks of the archive lead nowhere but inside the destination',
    members: [
      { path: 'out', type: 'symlink', linkTarget: '/etc' },
      { path: 'up', type: 'symlink', linkTarget: '../../..' },
      { path: 'out/passwd', content: '1' },
      { path: 'up/shadow', content: '2' },
    ],
    target: { to: '/d', base: { 'etc/passwd': 'safe', 'etc/shadow': 'safe' } },
    makes: ['d/', 'd/etc/', 'd/etc/passwd=1', 'd/out -> /etc', 'd/shadow=2', 'd/up -> ../../..'],
  },
  {
    says: 'symlinks of the image lead nowhere but inside the destination',
    members: [{ path: 'l/x', content: '1' }],
    target: { to: '/d', base: { etc: {}, 'd/l': { link: '/etc' } } },
    makes: ['d/etc/', 'd/etc/x=1'],
  },
  {
    says: 'a symlink in the last component is replaced',
    members: [{ path: 'd/l', content: '1' }],
    target: { base: { target: 'safe', 'd/l': { link: '/target' } } },
    makes: ['d/l=1'],
  },
  {
    says: 'a hard link to a file of the image copies it',
    members: [{ path: 'x', type: 'hardlink', linkTarget: 'old' }],
    target: { base: { old: 'OLD' } },
    makes: ['x=OLD'],
  },
  {
    says: 'pipes and devices are made',
    members: [
      { path: 'p', type: 'fifo' },
      { path: 'n', type: 'char', devMajor: 1, devMinor: 3 },
    ],
    makes: ['n char', 'p fifo'],
  },
  {
    says: 'names may be any bytes',
    members: [{ path: 'bad\xff\nname', content: '1' }],
    makes: ['bad\xff\nname=1'],
  },
];

describe('ADD of an archive', () => {
  it.each(cases)('$says', async ({ members, target, makes }) => {
    const copied = await add(tar(members), target);
    expect(copied.lines).toEqual(makes);
  });

  it('keeps times, and hard links as links', async () => {
    const { entries } = await add(tar(MEMBERS));
    const facts = entries.map((entry) =>
      entry.kind === 'entry' ? [entry.path, entry.mtime, entry.linkGroup] : [],
    );
    expect(facts).toContainEqual(['a', 5, 1]);
    expect(facts).toContainEqual(['hard', 5, 1]);
    expect(facts).toContainEqual(['z', 5, undefined]);
  });

  it('hides what was in a directory that is replaced and made again', async () => {
    const archive = tar([{ path: 'd', content: 'file' }, { path: 'd/' }, { path: 'd/n' }]);
    const { entries } = await add(archive, { base: { 'd/old': '1' } });
    expect(entries).toMatchObject([
      { path: 'd', type: 'directory', opaque: true },
      { path: 'd/n' },
    ]);
  });

  it.each([
    ['gzip', (archive: Buffer) => gzipSync(archive)],
    ['bzip2', (archive: Buffer) => execFileSync('bzip2', ['-c'], { input: archive })],
    ['xz', (archive: Buffer) => execFileSync('xz', ['-c'], { input: archive })],
    ['zstd', (archive: Buffer) => execFileSync('zstd', ['-c', '-q'], { input: archive })],
  ])('knows %s', async (_, compress) => {
    const copied = await add(compress(tar(MEMBERS)));
    expect(copied.lines).toEqual(UNPACKED);
  });

  it.each([
    ['text', Buffer.from('not an archive')],
    ['an empty file', Buffer.alloc(0)],
    ['an empty archive', END_OF_ARCHIVE],
    ['compressed text', gzipSync('not an archive')],
    ['broken gzip', Buffer.from('\x1f\x8b\x08 broken', 'latin1')],
  ])('copies %s as it is', async (_, bytes) => {
    const { entries } = await add(bytes);
    expect(entries).toMatchObject([{ path: 'a.tar', type: 'file', size: bytes.length }]);
  });

  it('copies an archive as it is without unpacking', async () => {
    const archive = tar(MEMBERS);
    const { entries } = await add(archive, { op: { unpack: false } });
    expect(entries).toMatchObject([{ path: 'a.tar', size: archive.length }]);
  });

  it.each(['../../x', 'a/../../x', '/../x', '..//./../x'])('clips the name %s', async (path) => {
    const { entries } = await add(tar([{ path, content: '1' }]));
    expect(entries.map((entry) => entry.path)).toContain('x');
    expect(entries.every((entry) => !entry.path.includes('..'))).toBe(true);
  });

  it.each<readonly [string, Member]>([
    ['ARCHIVE_UNSAFE_MEMBER', { path: 'x', type: 'hardlink', linkTarget: '../../etc/passwd' }],
    ['ARCHIVE_UNSAFE_MEMBER', { path: 'x', type: 'hardlink', linkTarget: 'missing' }],
    ['PATH_NOT_A_DIRECTORY', { path: 'first/x' }],
  ])('refuses with %s: %j', async (code, member) => {
    await expect(add(tar([{ path: 'first', content: '1' }, member]))).rejects.toMatchObject({
      code,
    });
  });

  it('refuses a loop of symlinks', async () => {
    const members: readonly Member[] = [
      { path: 'l', type: 'symlink', linkTarget: 'l' },
      { path: 'l/x', content: '1' },
    ];
    await expect(add(tar(members))).rejects.toMatchObject({ code: 'SYMLINK_LOOP' });
  });

  it('refuses an archive that is cut off', async () => {
    const archive = tar(MEMBERS);
    const result = add(archive.subarray(0, archive.length - 3000));
    await expect(result).rejects.toMatchObject({ code: 'ARCHIVE_TRUNCATED' });
  });

  it('leaves no files', async () => {
    await add(tar(MEMBERS));
    expect(readdirSync(scratch().directory).filter((name) => name.startsWith('unpack'))).toEqual(
      [],
    );
  });

  it("has a key of the archive's bytes, the same before and after", async () => {
    const source = scratch().tree({});
    writeFileSync(join(source.hostPath, 'a.tar'), tar(MEMBERS));
    const op = copyOp({ paths: ['a.tar'], unpack: true });
    const key = await copyDigest(op, source);
    const again = scratch().tree({});
    writeFileSync(join(again.hostPath, 'a.tar'), tar(MEMBERS));
    expect((await runCopy(scratch(), op, { source: again })).contentDigest).toBe(key);
    const other = scratch().tree({});
    writeFileSync(join(other.hostPath, 'a.tar'), tar(MEMBERS.slice(1)));
    expect((await runCopy(scratch(), op, { source: other })).contentDigest).not.toBe(key);
  });
});
