import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Copied,
  type CopyChange,
  copyDigest,
  copyOp,
  type Files,
  NOW,
  runCopy,
  scratchForEach,
  selectAll,
} from '../../test/support/copies.ts';
import { contentDigest } from '../files/index.ts';
import type { CopyOp } from '../graph/index.ts';
import { setXattr } from '../system/index.ts';
import { type SelectedFiles, selectionDigest } from './selection/index.ts';

const scratch = scratchForEach();

/** cap_net_bind_service=ep, as the kernel stores it. */
const CAPABILITY =
  '\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00';

type Change = CopyChange;
const NOTHING: SelectedFiles = { roots: [], warnings: [] };

interface Case {
  readonly says: string;
  readonly source: Files;
  readonly base?: Files;
  readonly op: Change;
  readonly makes: readonly string[];
  /** Codes. */
  readonly warns?: readonly string[];
}

function copy(source: Files, change: Change, base: Files = {}): Promise<Copied> {
  return runCopy(scratch(), copyOp(change), {
    source: scratch().tree(source),
    base: scratch().tree(base),
  });
}

const PROJECT: Files = {
  'a.txt': 'A',
  'b.txt': 'B',
  'run.sh': { content: 'R', mode: 0o755 },
  'dir/x': 'X',
  'dir/sub/y': { content: 'Y', mode: 0o600 },
  'dir/sub': { mode: 0o700 },
  empty: {},
};

const sources: readonly Case[] = [
  {
    says: 'a directory gives its contents',
    source: PROJECT,
    op: { paths: ['dir'], destination: '/app' },
    makes: ['app/', 'app/sub/ 700', 'app/sub/y=Y 600', 'app/x=X'],
  },
  {
    says: 'a slash at the end of a source is ignored',
    source: PROJECT,
    op: { paths: ['dir/'], destination: '/app/' },
    makes: ['app/', 'app/sub/ 700', 'app/sub/y=Y 600', 'app/x=X'],
  },
  {
    says: 'a leading slash and `..` stay inside the context',
    source: PROJECT,
    op: { paths: ['/a.txt', '../../b.txt', 'dir/../../run.sh'], destination: '/' },
    makes: ['a.txt=A', 'b.txt=B', 'run.sh=R 755'],
  },
  {
    says: 'wildcards match within one part',
    source: PROJECT,
    op: { paths: ['*.txt', 'd*/?'], destination: '/' },
    makes: ['a.txt=A', 'b.txt=B', 'x=X'],
  },
  {
    says: 'a directory found by a wildcard gives its contents',
    source: PROJECT,
    op: { paths: ['d*'], destination: '/' },
    makes: ['sub/ 700', 'sub/y=Y 600', 'x=X'],
  },
  {
    says: 'a wildcard without matches is not an error',
    source: PROJECT,
    op: { paths: ['*.none'], destination: '/app/' },
    makes: [],
    warns: ['COPY_NOTHING_MATCHED'],
  },
  {
    says: 'two stars are one star',
    source: PROJECT,
    op: { paths: ['**/y', '**/x'], destination: '/' },
    makes: ['x=X'],
    warns: ['COPY_NOTHING_MATCHED'],
  },
  {
    says: 'an empty directory makes its destination',
    source: PROJECT,
    op: { paths: ['empty'], destination: '/app' },
    makes: ['app/'],
  },
  {
    says: 'a symlink named as a source is followed, its name is kept',
    source: { real: 'R', link: { link: 'real' }, abs: { link: '/real' } },
    op: { paths: ['link', 'abs'], destination: '/d/' },
    makes: ['d/', 'd/abs=R', 'd/link=R'],
  },
  {
    says: 'a symlink to a directory gives its contents, symlinks in it stay symlinks',
    source: { 'real/a': 'A', 'real/l': { link: '../x' }, link: { link: 'real' }, x: '' },
    op: { paths: ['link'], destination: '/d' },
    makes: ['d/', 'd/a=A', 'd/l -> ../x'],
  },
  {
    says: 'a symlink that leads outside ends inside',
    source: { 'etc/passwd': 'inside', link: { link: '../../../etc/passwd' } },
    op: { paths: ['link'], destination: '/x' },
    makes: ['x=inside'],
  },
  {
    says: 'names may be any bytes',
    source: { 'bad\xff': '1', 'new\nline': '2', 'st*r': '3', '[x]': '4' },
    op: { paths: ['bad*', 'new?line', 'st\\*r', '[[]x]'], destination: '/' },
    makes: ['[x]=4', 'bad\xff=1', 'new\nline=2', 'st*r=3'],
  },
  {
    says: '--exclude is about paths inside each source',
    source: PROJECT,
    op: { paths: ['.'], exclude: ['*.txt', 'dir/sub', 'empty'] },
    makes: ['dir/', 'dir/x=X', 'run.sh=R 755'],
  },
  {
    says: '--exclude takes back with an exclamation mark',
    source: { 'a/x': '1', 'a/y': '2', 'b/x': '3' },
    op: { paths: ['.'], exclude: ['*', '!a/y'] },
    makes: ['a/', 'a/y=2'],
  },
  {
    says: '--exclude applies inside sources, not to files that are sources',
    source: PROJECT,
    op: { paths: ['*.txt', 'run.sh'], exclude: ['b.*', 'run.sh'], destination: '/d/' },
    makes: ['d/', 'd/a.txt=A', 'd/b.txt=B', 'd/run.sh=R 755'],
  },
  {
    says: '--parents keeps the directories of the source',
    source: PROJECT,
    op: { paths: ['dir/sub/y', 'a.txt'], parents: true, destination: '/o' },
    makes: ['o/', 'o/a.txt=A', 'o/dir/', 'o/dir/sub/ 700', 'o/dir/sub/y=Y 600'],
  },
  {
    says: '--parents cuts at `/./`',
    source: { 'a/b/c/d/f': '1' },
    op: { paths: ['a/b/./c/d'], parents: true, destination: '/o/' },
    makes: ['o/', 'o/c/', 'o/c/d/', 'o/c/d/f=1'],
  },
  {
    says: '--parents cuts at the first `/./`, and ignores one at the end',
    source: { 'a/b/c/f': '1' },
    op: { paths: ['./a/./b/./c', '/a/b/c/.'], parents: true, destination: '/o/' },
    makes: ['o/', 'o/a/', 'o/a/b/', 'o/a/b/c/', 'o/a/b/c/f=1', 'o/b/', 'o/b/c/', 'o/b/c/f=1'],
  },
  {
    says: '--parents knows two stars',
    source: { 'a/b/c/e/bay': '1', 'a/b2/c/x/e/bar': '2', 'a/b/n': '3' },
    op: { paths: ['/a/b*/./c/**/e'], parents: true, destination: '/o/' },
    makes: ['o/', 'o/c/', 'o/c/e/', 'o/c/e/bay=1', 'o/c/x/', 'o/c/x/e/', 'o/c/x/e/bar=2'],
  },
  {
    says: '--parents with a wildcard without matches makes no directories',
    source: { 'a/b': '1' },
    op: { paths: ['a/c*/d', 'a/./c*'], parents: true, destination: '/o/' },
    makes: ['o/'],
    warns: ['COPY_NOTHING_MATCHED', 'COPY_NOTHING_MATCHED'],
  },
  {
    says: '--parents of everything',
    source: { 'a/b': '1' },
    op: { paths: ['.'], parents: true, destination: '/o/' },
    makes: ['o/', 'o/a/', 'o/a/b=1'],
  },
  {
    says: 'hard links stay links',
    source: { a: 'A', 'd/b': { hardLink: 'a' }, c: 'C' },
    op: { paths: ['.'] },
    makes: ['a=A', 'c=C', 'd/', 'd/b=A'],
  },
];

const destinations: readonly Case[] = [
  {
    says: 'without a slash and missing, a file gets that name',
    source: PROJECT,
    op: { paths: ['a.txt'], destination: '/x/y' },
    makes: ['x/', 'x/y=A'],
  },
  {
    says: 'with a slash, a file goes inside',
    source: PROJECT,
    op: { paths: ['a.txt'], destination: '/x/y/' },
    makes: ['x/', 'x/y/', 'x/y/a.txt=A'],
  },
  {
    says: 'a dot at the end is a directory',
    source: PROJECT,
    op: { paths: ['a.txt'], destination: '/x/.' },
    makes: ['x/', 'x/a.txt=A'],
  },
  {
    says: 'a file goes inside a directory that exists',
    source: PROJECT,
    base: { x: { mode: 0o700, owner: 5 } },
    op: { paths: ['a.txt'], destination: '/x' },
    makes: ['x/a.txt=A'],
  },
  {
    says: 'a file replaces a file',
    source: PROJECT,
    base: { x: 'old' },
    op: { paths: ['a.txt'], destination: '/x' },
    makes: ['x=A'],
  },
  {
    says: 'several files without a slash overwrite each other',
    source: PROJECT,
    op: { paths: ['a.txt', 'b.txt'], destination: '/x' },
    makes: ['x=B'],
    warns: ['COPY_OVERWRITTEN'],
  },
  {
    says: 'a file that two sources mean is copied once',
    source: PROJECT,
    op: { paths: ['a.txt', 'a.t*'], destination: '/x/' },
    makes: ['x/', 'x/a.txt=A'],
  },
  {
    says: 'symlinked directories on the way are followed',
    source: PROJECT,
    base: { 'usr/bin': {}, bin: { link: 'usr/bin' } },
    op: { paths: ['run.sh'], destination: '/bin/' },
    makes: ['usr/bin/run.sh=R 755'],
  },
  {
    says: 'contents go where a symlink at the destination leads',
    source: PROJECT,
    base: { 'usr/bin': {}, bin: { link: '/usr/bin' } },
    op: { paths: ['dir'], destination: '/bin' },
    makes: ['usr/bin/sub/ 700', 'usr/bin/sub/y=Y 600', 'usr/bin/x=X'],
  },
  {
    says: 'a file named at a symlink replaces its target',
    source: PROJECT,
    base: { 'etc/real': 'old', link: { link: 'etc/real' } },
    op: { paths: ['a.txt'], destination: '/link' },
    makes: ['etc/real=A'],
  },
  {
    says: 'a file named at a dangling symlink is made where it points',
    source: PROJECT,
    base: { link: { link: '/run/sub/x' } },
    op: { paths: ['a.txt'], destination: '/link' },
    makes: ['run/', 'run/sub/', 'run/sub/x=A'],
  },
  {
    says: 'a file put into a directory replaces a symlink of its name',
    source: PROJECT,
    base: { 'etc/real': 'old', 'etc/a.txt': { link: 'real' } },
    op: { paths: ['a.txt'], destination: '/etc/' },
    makes: ['etc/a.txt=A'],
  },
  {
    says: 'a file of a directory replaces a symlink of its name',
    source: { 'd/a': 'A' },
    base: { real: 'old', a: { link: 'real' } },
    op: { paths: ['d'], destination: '/' },
    makes: ['a=A'],
  },
  {
    says: 'symlinks of the image never lead outside',
    source: PROJECT,
    base: { up: { link: '../../../../tmp' } },
    op: { paths: ['a.txt'], destination: '/up/x/' },
    makes: ['tmp/', 'tmp/x/', 'tmp/x/a.txt=A'],
  },
  {
    says: "the destination directory keeps its metadata, those in it take the source's",
    source: { 'd/sub': { mode: 0o700 }, 'd/sub/f': '1', d: { mode: 0o711 } },
    base: { app: { mode: 0o750, owner: 7 }, 'app/sub': { mode: 0o777, owner: 7 } },
    op: { paths: ['d'], destination: '/app' },
    makes: ['app/sub/ 700', 'app/sub/f=1'],
  },
  {
    says: 'a made destination does not take the mode of the source',
    source: { 'd/f': '1', d: { mode: 0o700 } },
    op: { paths: ['d'], destination: '/app' },
    makes: ['app/', 'app/f=1'],
  },
  {
    says: 'directories that do not change are not in the layer',
    source: { 'd/sub/f': '1' },
    base: { 'd/sub/old': '2' },
    op: { paths: ['.'] },
    makes: ['d/sub/f=1'],
  },
  {
    says: 'existing directories on the way of --parents take the mode only',
    source: { d: { mode: 0o700, owner: 3 }, 'd/f': '1' },
    base: { d: { mode: 0o755, owner: 9 } },
    op: { paths: ['d/f'], parents: true },
    makes: ['d/ 700 9:9', 'd/f=1'],
  },
  {
    says: '--link follows no links and makes new parents',
    source: PROJECT,
    base: { 'usr/bin': {}, bin: { link: 'usr/bin' }, tmp: { mode: 0o1777 } },
    op: { paths: ['a.txt'], destination: '/bin/', link: true },
    makes: ['bin/', 'bin/a.txt=A'],
  },
  {
    says: '--link is ignored together with --chmod',
    source: PROJECT,
    base: { 'usr/bin': {}, bin: { link: 'usr/bin' } },
    op: { paths: ['a.txt'], destination: '/bin/', link: true, mode: '644' },
    makes: ['usr/bin/a.txt=A'],
  },
];

const metadata: readonly Case[] = [
  {
    says: 'owners of a stage are kept',
    source: { f: { content: '1', owner: 12 } },
    op: { paths: ['f'] },
    makes: ['f=1 12:12'],
  },
  {
    says: 'owners of a build context are reset',
    source: { f: { content: '1', owner: 12 } },
    op: { paths: ['f'], isLocal: true },
    makes: ['f=1'],
  },
  {
    says: '--chown with a number is the group too, and holds for made directories and symlinks',
    source: { 'd/f': '1', 'd/l': { link: 'f' } },
    op: { paths: ['d'], destination: '/a/b', owner: '1000', isLocal: true },
    makes: ['a/ 1000:1000', 'a/b/ 1000:1000', 'a/b/f=1 1000:1000', 'a/b/l -> f 1000:1000'],
  },
  {
    says: '--chown takes negative numbers: -1 is root, the others count from the largest',
    source: { f: '1' },
    op: { paths: ['f'], owner: '-1:-5' },
    makes: ['f=1 0:4294967291'],
  },
  {
    says: '--chown knows the names of the image',
    source: { f: '1' },
    base: { 'etc/passwd': 'root:x:0:0::/:/bin/sh\nweb:x:33:44::/:/bin/sh\n' },
    op: { paths: ['f'], owner: 'web' },
    makes: ['f=1 33:44'],
  },
  {
    says: '--chown knows groups, through a symlinked file',
    source: { f: '1' },
    base: { 'lib/group': 'staff:x:50:\n', 'etc/group': { link: '../lib/group' } },
    op: { paths: ['f'], owner: '7:staff' },
    makes: ['f=1 7:50'],
  },
  {
    says: '--chmod octal holds for files, directories and made directories, not for symlinks',
    source: { 'd/sub/f': '1', 'd/l': { link: 'x' } },
    op: { paths: ['d'], destination: '/a/b', mode: '1700' },
    makes: ['a/ 700', 'a/b/ 700', 'a/b/l -> x', 'a/b/sub/ 1700', 'a/b/sub/f=1 1700'],
  },
  {
    says: '--chmod symbolic tells files from directories; made directories get 0755',
    source: { 'd/sub/f': { content: '1', mode: 0o600 }, 'd/sub/x': { content: '2', mode: 0o700 } },
    op: { paths: ['d'], destination: '/a', mode: 'u=rwX,go=rX' },
    makes: ['a/', 'a/sub/', 'a/sub/f=1', 'a/sub/x=2 755'],
  },
];

const documents: readonly Case[] = [
  {
    says: 'a here-document is a file of its name',
    source: {},
    op: {
      sources: [{ kind: 'inline', name: 'EOF', content: 'hi\n' }],
      destination: '/x/',
    },
    makes: ['x/', 'x/EOF=hi\n'],
  },
  {
    says: 'a here-document takes the name of the destination, owner and mode',
    source: {},
    op: {
      sources: [{ kind: 'inline', name: 'EOF', content: 'hi' }],
      destination: '/run',
      owner: '5:6',
      mode: '+x',
    },
    makes: ['run=hi 755 5:6'],
  },
  {
    says: 'files and here-documents mix',
    source: PROJECT,
    op: {
      sources: [
        { kind: 'tree', input: 1, paths: ['a.txt'], unpack: false, isLocal: true },
        { kind: 'inline', name: 'a.txt', content: 'doc' },
      ],
      destination: '/d/',
    },
    makes: ['d/', 'd/a.txt=doc'],
    warns: ['COPY_OVERWRITTEN'],
  },
  {
    says: 'of several sources the last one is left, whatever they are',
    source: PROJECT,
    op: {
      sources: [
        { kind: 'inline', name: 'a.txt', content: 'doc' },
        { kind: 'tree', input: 1, paths: ['a.txt'], unpack: false, isLocal: true },
      ],
      destination: '/d/',
    },
    makes: ['d/', 'd/a.txt=A'],
    warns: ['COPY_OVERWRITTEN'],
  },
  {
    says: 'hard links of one source are none of another',
    source: { 'd/a': '1', 'd/b': { hardLink: 'd/a' }, 'e/c': '2', 'e/f': { hardLink: 'e/c' } },
    op: {
      sources: ['d', 'e'].map((path) => ({
        ...{ kind: 'tree', input: 1, paths: [path], unpack: false, isLocal: true },
      })),
      destination: '/x/',
    },
    makes: ['x/', 'x/a=1', 'x/b=1', 'x/c=2', 'x/f=2'],
  },
];

describe('COPY', () => {
  describe.each([
    ['sources', sources],
    ['destinations', destinations],
    ['owners and modes', metadata],
    ['here-documents', documents],
  ] as const)('%s', (_, cases) => {
    it.each(cases)('$says', async ({ source, base, op, makes, warns = [] }) => {
      const copied = await copy(source, op, base);
      expect(copied.lines).toEqual(makes);
      expect(copied.warnings.map(({ code }) => code)).toEqual(warns);
    });
  });

  it('keeps the times of the source and gives made directories the time given', async () => {
    const { entries } = await copy(
      { 'd/f': { content: '1', mtime: 77 }, d: { mtime: 88 } },
      {
        paths: ['d'],
        destination: '/a/b',
      },
    );
    const times = entries.map((entry) => (entry.kind === 'entry' ? entry.mtime : undefined));
    expect(times).toEqual([NOW / 1000, 88, 77]);
  });

  it('keeps hard links within one source, and drops lone ones', async () => {
    const files: Files = { 'd/a': '1', 'd/b': { hardLink: 'd/a' }, 'e/c': { hardLink: 'd/a' } };
    const { entries } = await copy(files, { paths: ['d', 'e'] });
    const groups = entries.map((entry) => (entry.kind === 'entry' ? entry.linkGroup : undefined));
    expect(groups).toEqual([1, 1, undefined]);
  });

  it('takes capabilities along, and no other xattrs', async () => {
    const source = scratch().tree({ 'd/f': '1', l: { link: 'd/f' } });
    setXattr(join(source.hostPath, 'd/f'), 'user.a', '\x00\xff');
    setXattr(join(source.hostPath, 'd/f'), 'security.capability', CAPABILITY);
    const { entries } = await runCopy(scratch(), copyOp({}), { source, base: undefined });
    expect(entries.map((entry) => (entry.kind === 'entry' ? entry.xattrs : undefined))).toEqual([
      undefined,
      { 'security.capability': CAPABILITY },
      undefined,
    ]);
  });

  it('counts files and bytes', async () => {
    const copied = await copy({ a: '12345', 'd/b': '123' }, {});
    expect(copied).toMatchObject({ addedBytes: 8, files: 2 });
  });

  it('copies into the empty file system', async () => {
    const source = scratch().tree({ a: '1' });
    const { lines } = await runCopy(scratch(), copyOp({ destination: '/x/y/' }), { source });
    expect(lines).toEqual(['x/', 'x/y/', 'x/y/a=1']);
  });

  it('warns of unknown owners and gives the files to 0', async () => {
    const copied = await copy({ f: '1' }, { paths: ['f'], owner: 'nobody-here:nor-here' });
    expect(copied.lines).toEqual(['f=1']);
    expect(copied.warnings.map(({ code }) => code)).toEqual([
      'COPY_UNKNOWN_OWNER',
      'COPY_UNKNOWN_OWNER',
    ]);
  });

  it('cannot look up names for --link', async () => {
    const base: Files = { 'etc/passwd': 'web:x:33:44::/:/bin/sh\n' };
    const copied = copy({ f: '1' }, { paths: ['f'], owner: 'web', link: true }, base);
    await expect(copied).rejects.toMatchObject({ code: 'COPY_LINK_OWNER' });
  });

  it('takes no number out of range for an owner of --link', async () => {
    const copied = copy({ f: '1' }, { paths: ['f'], owner: '99999999999', link: true }, {});
    await expect(copied).rejects.toMatchObject({
      code: 'COPY_LINK_OWNER',
      message: expect.stringContaining('out of range'),
    });
  });

  it('leaves the group of the user when the group is unknown', async () => {
    const base: Files = { 'etc/passwd': 'web:x:33:44::/:/bin/sh\n' };
    const copied = await copy({ f: '1' }, { paths: ['f'], owner: 'web:nor-here' }, base);
    expect(copied.lines).toContain('f=1 33:44');
    expect(copied.warnings).toMatchObject([{ code: 'COPY_UNKNOWN_OWNER' }]);
  });

  describe('with --parents and a symlink on the way', () => {
    const files: Files = {
      'usr/lib/d/f': '1',
      lib: { link: 'usr/lib' },
      'opt/lib': { link: '../usr/lib' },
    };
    const parents = (path: string, exclude: readonly string[] = []) =>
      copy(files, { paths: [path], parents: true, destination: '/o/', exclude });

    it.each([
      ['lib/d/f', '/lib', '/usr/lib/d/f'],
      ['/lib/d', '/lib', '/usr/lib/d'],
      ['/opt/lib/d/f', '/opt/lib', '/usr/lib/d/f'],
      ['/opt/./lib/d/f', '/opt/lib', '/usr/lib/d/f'],
    ])('refuses %s', async (path, link, meant) => {
      await expect(parents(path)).rejects.toMatchObject({
        code: 'COPY_PARENTS_THROUGH_LINK',
        message: expect.stringContaining(`'${link}'`),
        hint: expect.stringContaining(`write '${meant}'`),
        details: { source: path },
      });
    });

    it.each(['lib/d/*', '/lib/**/f', '/lib/*/f', '/opt/./lib/d/*'])('warns of %s', async (path) => {
      const copied = await parents(path);
      expect(copied.lines).toEqual(['o/']);
      expect(copied.warnings).toMatchObject([{ code: 'COPY_PARENTS_THROUGH_LINK' }]);
    });

    it('copies a link that is named, and follows those before the pivot', async () => {
      expect((await parents('/lib')).lines).toEqual(['o/', 'o/lib -> usr/lib']);
      expect((await parents('/lib/./d/f')).lines).toEqual(['o/', 'o/d/', 'o/d/f=1']);
    });

    it('warns if --exclude leaves out a named source', async () => {
      const { warnings } = await parents('usr/lib/d/f', ['**/f']);
      expect(warnings).toMatchObject([{ message: expect.stringContaining('--exclude') }]);
    });
  });
});

type KeyCase = readonly [says: string, files: Files, change: Change];

const failures: readonly (Omit<Case, 'makes'> & { readonly error: Record<string, unknown> })[] = [
  {
    says: 'a missing source, with the nearest name',
    source: { 'src/main.go': '', other: '' },
    op: { paths: ['src/mian.go'] },
    error: { code: 'COPY_SOURCE_NOT_FOUND', hint: "did you mean 'src/main.go'?" },
  },
  {
    says: 'a missing source whose directory is misspelt',
    source: { 'src/main.go': '' },
    op: { paths: ['scr/main.go'] },
    error: { code: 'COPY_SOURCE_NOT_FOUND', hint: "did you mean 'src/main.go'?" },
  },
  {
    says: 'a source without similar names',
    source: { other: '' },
    op: { paths: ['missing'] },
    error: { message: "'missing' does not exist" },
  },
  {
    says: 'a dangling symlink',
    source: { link: { link: '/nowhere' } },
    op: { paths: ['link'] },
    error: { message: "'link' is a symbolic link to '/nowhere', which does not exist" },
  },
  {
    says: 'a path outside, which is looked for inside',
    source: { a: '' },
    op: { paths: ['../../../../../../../../etc/passwd'] },
    error: {
      code: 'COPY_SOURCE_NOT_FOUND',
      hint: expect.stringContaining('COPY cannot leave the build context'),
    },
  },
  {
    says: 'a source that lies in another directory',
    source: { 'node_modules/x/a.js': '', 'lib/src/a.js': '' },
    op: { paths: ['a.js'] },
    error: { hint: "did you mean 'lib/src/a.js'?" },
  },
  {
    says: 'a symlink to the host, which is looked for inside',
    source: { a: { link: '/etc/passwd' } },
    op: { paths: ['a'] },
    error: { code: 'COPY_SOURCE_NOT_FOUND' },
  },
  {
    says: 'a loop of symlinks',
    source: { a: { link: 'b' }, b: { link: 'a' } },
    op: { paths: ['a'] },
    error: { code: 'SYMLINK_LOOP' },
  },
  {
    says: 'a missing literal source of --parents',
    source: { 'a/b': '' },
    op: { paths: ['a/./c'], parents: true },
    error: { code: 'COPY_SOURCE_NOT_FOUND' },
  },
  {
    says: 'a directory onto a file',
    source: { 'd/f': '' },
    base: { x: 'file' },
    op: { paths: ['d'], destination: '/x' },
    error: { code: 'COPY_DIRECTORY_OVER_FILE' },
  },
  {
    says: 'a directory inside onto a file',
    source: { 'd/sub/f': '' },
    base: { sub: 'file' },
    op: { paths: ['d'], destination: '/' },
    error: { code: 'COPY_DIRECTORY_OVER_FILE' },
  },
  {
    says: 'a directory inside onto a symlink to a directory',
    source: { 'd/lib/f': '' },
    base: { 'usr/lib': {}, lib: { link: 'usr/lib' } },
    op: { paths: ['d'], destination: '/' },
    error: { code: 'COPY_DIRECTORY_OVER_FILE' },
  },
  {
    says: 'a file onto a directory of its name',
    source: { f: '' },
    base: { 'x/f': {} },
    op: { paths: ['f'], destination: '/x/' },
    error: { code: 'COPY_FILE_OVER_DIRECTORY' },
  },
  {
    says: 'a destination below a file',
    source: { f: '' },
    base: { x: 'file' },
    op: { paths: ['f'], destination: '/x/y' },
    error: { code: 'PATH_NOT_A_DIRECTORY' },
  },
  {
    says: 'a destination with a slash that is a file',
    source: { f: '' },
    base: { x: 'file' },
    op: { paths: ['f'], destination: '/x/' },
    error: { code: 'PATH_NOT_A_DIRECTORY' },
  },
  {
    says: 'a loop of symlinks at the destination',
    source: { f: '' },
    base: { x: { link: 'x' } },
    op: { paths: ['f'], destination: '/x/' },
    error: { code: 'SYMLINK_LOOP' },
  },
  {
    says: 'a bad mode',
    source: { f: '' },
    op: { paths: ['f'], mode: '9' },
    error: { code: 'MODE_INVALID' },
  },
  {
    says: 'a bad wildcard',
    source: { f: '' },
    op: { paths: ['[f'] },
    error: { code: 'PATTERN_INVALID' },
  },
];

describe('COPY refuses', () => {
  it.each(failures)('$says', async ({ source, base, op, error }) => {
    await expect(copy(source, op, base)).rejects.toMatchObject(error);
  });

  it('a source that is left out, and names the line', async () => {
    const source = scratch().tree({ 'dist/app.js': '' }, '# built\n/dist\n');
    const result = runCopy(scratch(), copyOp({ paths: ['dist/app.js'] }), { source });
    await expect(result).rejects.toMatchObject({
      code: 'COPY_SOURCE_NOT_FOUND',
      message: "'dist/app.js' is excluded from the build context by line 2 of .dockerignore: /dist",
    });
  });
});

describe('the key of a COPY', () => {
  async function key(source: Files, change: Change = {}): Promise<string> {
    return copyDigest(copyOp(change), scratch().tree(source));
  }

  const original: Files = { 'd/a': '1', 'd/b': '2' };

  it.each<KeyCase>([
    ['times', { 'd/a': { content: '1', mtime: 5 }, 'd/b': '2' }, {}],
    ['the name of the source directory', { 'e/a': '1', 'e/b': '2' }, { paths: ['e'] }],
    ['the mode of the source directory itself', { ...original, d: { mode: 0o700 } }, {}],
    ['what lies beside', { ...original, other: 'x' }, {}],
  ])('leaves out %s', async (_, files, change) => {
    const expected = await key(original, { paths: ['d'] });
    expect(await key(files, { paths: ['d'], ...change })).toBe(expected);
  });

  it('leaves out modes and owners that --chmod and --chown replace', async () => {
    const change: Change = { mode: '644', owner: '1:2' };
    const other: Files = { a: { content: '1', mode: 0o600, owner: 9 } };
    expect(await key(other, change)).toBe(await key({ a: '1' }, change));
  });

  it('leaves out owners of a build context', async () => {
    const change: Change = { isLocal: true };
    expect(await key({ a: { content: '1', owner: 9 } }, change)).toBe(
      await key({ a: '1' }, change),
    );
  });

  it.each<KeyCase>([
    ['content', { 'd/a': 'X', 'd/b': '2' }, {}],
    ['names', { 'd/a': '1', 'd/c': '2' }, {}],
    ['modes', { 'd/a': { content: '1', mode: 0o600 }, 'd/b': '2' }, {}],
    ['owners', { 'd/a': { content: '1', owner: 3 }, 'd/b': '2' }, {}],
    ['types', { 'd/a': { link: '1' }, 'd/b': '2' }, {}],
    ['hard links', { 'd/a': '1', 'd/b': { hardLink: 'd/a' } }, {}],
    ['empty directories', { ...original, 'd/c': {} }, {}],
    ['--exclude', original, { exclude: ['b'] }],
    ['--chmod', original, { mode: '+x' }],
    ['--parents', original, { parents: true }],
    ['how files come: one by one', original, { paths: ['d/a', 'd/b'] }],
  ])('covers %s', async (_, files, change) => {
    const expected = await key(original, { paths: ['d'] });
    expect(await key(files, { paths: ['d'], ...change })).not.toBe(expected);
  });

  it('leaves owners named by --chown to the operation and the image', async () => {
    const base = { 'etc/passwd': 'web:x:33:44::/:/bin/sh\n' };
    const copied = await copy(original, { owner: 'web' }, base);
    expect(copied.lines).toContain('d/a=1 33:44');
    expect(copied.contentDigest).toBe(await key(original, { owner: 'web' }));
    expect(copied.contentDigest).toBe(await key(original, { isLocal: true }));
  });

  it('is the same before and after the copy', async () => {
    const files: Files = { ...PROJECT, link: { link: 'a.txt' }, hard: { hardLink: 'a.txt' } };
    const copied = await copy(files, { destination: '/app' });
    expect(copied.contentDigest).toBe(await key(files));
  });

  it('is about the bytes that were copied, when a file changes in between', async () => {
    const source = scratch().tree({ a: 'before', b: '2' });
    const op: CopyOp = copyOp({});
    const before = await copyDigest(op, source);
    writeFileSync(join(source.hostPath, 'a'), 'AFTER!');
    const copied = await runCopy(scratch(), op, { source });
    expect(copied.lines).toEqual(['a=AFTER!', 'b=2']);
    expect(copied.contentDigest).not.toBe(before);
    expect(copied.contentDigest).toBe(await key({ a: 'AFTER!', b: '2' }));
  });

  it('lets the tree remember the digests of copied files', async () => {
    const source = scratch().tree({ a: 'x' });
    await runCopy(scratch(), copyOp({}), { source });
    const entry = source.lookup('a');
    expect(entry && source.knownDigest(entry)).toBe(contentDigest('x'));
  });

  it('names the file that cannot be read', async () => {
    const source = scratch().tree({ 'd/secret': 'x' });
    const [selected = NOTHING] = await selectAll(copyOp({}), source);
    rmSync(join(source.hostPath, 'd/secret'));
    await expect(selectionDigest(selected)).rejects.toMatchObject({
      code: 'COPY_SOURCE_UNREADABLE',
      message: expect.stringContaining("'d/secret'"),
    });
  });

  it('is not even begun for a file that may not be read', async () => {
    const source = scratch().tree({ 'd/secret': { content: 'x', mode: 0 } });
    chmodSync(scratch().directory, 0o777);
    process.seteuid?.(65534);
    try {
      await expect(runCopy(scratch(), copyOp({}), { source })).rejects.toMatchObject({
        code: 'COPY_SOURCE_UNREADABLE',
        message: expect.stringContaining('permission denied'),
      });
    } finally {
      process.seteuid?.(0);
    }
  });

  it('does not look at files no source names', async () => {
    const source = scratch().tree({ 'd/a': '1', 'private/x': '2' });
    chmodSync(scratch().directory, 0o755);
    chmodSync(join(source.hostPath, 'private'), 0);
    process.seteuid?.(65534);
    try {
      await expect(selectAll(copyOp({ paths: ['d/a'] }), source)).resolves.toBeDefined();
    } finally {
      process.seteuid?.(0);
    }
  });
});
