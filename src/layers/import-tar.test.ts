/** How members of foreign, careless and hostile archives are imported. */

import { describe, expect, test } from 'vitest';
import {
  entry,
  openTestStore,
  packLayer,
  readContent,
  showTree,
  type TestStore,
} from '../../test/support/layers.ts';
import { END_OF_ARCHIVE, encodeHeader, padding, type TarHeader } from '../archive/index.ts';
import type { DiffId } from '../oci/index.ts';
import { ROOT_FORM } from '../system/index.ts';
import { type ImportOptions, importTar } from './import-tar.ts';
import { readIndex } from './index-codec.ts';
import type { LayerEntry } from './layer-index.ts';
import { contentOf } from './layer-view.ts';
import { MergedTree } from './merged-tree.ts';
import { treeOf } from './tree-form.ts';

interface Member extends Partial<TarHeader> {
  readonly path: string;
  readonly content?: string;
}

function plainHeader(path: string): TarHeader {
  return { path, type: 'file', mode: 0o644, uid: 0, gid: 0, size: 0, mtime: 1000, mtimeNs: 0 };
}

function tar(...members: readonly Member[]): Buffer {
  const parts = members.flatMap(({ content = '', ...member }) => {
    const header = encodeHeader({ ...plainHeader(''), ...member, size: content.length });
    return [header, Buffer.from(content, 'latin1'), Buffer.alloc(padding(content.length))];
  });
  return Buffer.concat([...parts, END_OF_ARCHIVE]);
}

function directory(path: string, mode = 0o755): Member {
  return { path, type: 'directory', mode };
}

function symlink(path: string, linkTarget: string): Member {
  return { path, type: 'symlink', linkTarget, mode: 0o777 };
}

function hardlink(path: string, linkTarget: string): Member {
  return { path, type: 'hardlink', linkTarget };
}

async function load(
  members: readonly Member[],
  options: ImportOptions & { readonly store?: TestStore } = {},
) {
  const store = options.store ?? openTestStore();
  const imported = await importTar(store, [tar(...members)], options);
  const layer = store.layers.directory(imported.id);
  const { entries } = readIndex(layer);
  return { store, imported, entries, layer, shown: showTree(MergedTree.of(store, [imported.id])) };
}

function paths(entries: readonly LayerEntry[]): string[] {
  return entries.map((each) => (each.kind === 'whiteout' ? `!${each.path}` : each.path));
}

async function refusal(...members: readonly Member[]): Promise<unknown> {
  const store = openTestStore();
  try {
    await importTar(store, [tar(...members)]);
  } catch (error) {
    return error;
  }
  return undefined;
}

const invalid = expect.objectContaining({ code: 'LAYER_INVALID_MEMBER' });

describe('importTar', () => {
  test('cleans careless names', async () => {
    const { shown } = await load([
      directory('./'),
      { path: './a', content: '1' },
      { path: '/b', content: '2' },
      { path: 'c//./d', content: '3' },
      { path: 'e/../f', content: '4' },
    ]);
    expect(shown).toEqual([
      'a file 644 1',
      'b file 644 2',
      'c directory 755',
      'c/d file 644 3',
      'f file 644 4',
    ]);
  });

  test.each([
    ['climbs out of the root', { path: '../x' }],
    ['climbs out further in', { path: 'a/../../x' }],
    ['climbs out from the root', { path: '/../x' }],
    ['replaces the root by a file', { path: '/' }],
    ['replaces the root by a symlink', symlink('.', '/etc')],
    ['is a symlink to nothing', symlink('x', '')],
    ['is a whiteout of nothing', { path: 'a/.wh.' }],
    ['is a whiteout of its own directory', { path: 'a/.wh..' }],
    ['is a whiteout of the directory above', { path: 'a/.wh...' }],
    ['is below a whiteout', { path: '.wh.a/b' }],
    ['is a hard link to the root', hardlink('x', '/')],
  ] as const)('refuses a member that %s', async (_, member) => {
    expect(await refusal(member)).toEqual(invalid);
  });

  test('refuses a member whose path no file system holds only because of a symlink', async () => {
    const far = Array.from({ length: 10 }, () => 'y'.repeat(250)).join('/');
    const long = { path: `a/${'x/'.repeat(1000)}f` };
    expect(await refusal(symlink('a', far), long)).toMatchObject({ code: 'ENTRY_UNSTORABLE' });
  });

  test('refuses a member below a file, and a link to a directory', async () => {
    expect(await refusal({ path: 'a' }, { path: 'a/b' })).toEqual(invalid);
    expect(await refusal(directory('a'), hardlink('b', 'a'))).toEqual(invalid);
    expect(await refusal(hardlink('b', '../../etc/passwd'))).toEqual(invalid);
    expect(await refusal(symlink('a', 'b'), symlink('b', 'a'), { path: 'a/x' })).toEqual(invalid);
  });

  test('follows symlinks on the way only inside the layer', async () => {
    const { shown } = await load([
      directory('etc'),
      symlink('out', '../../../etc'),
      { path: 'out/passwd', content: 'mine' },
      symlink('absolute', '/etc'),
      { path: 'absolute/group', content: 'too' },
      symlink('dangling', 'made/by/this'),
      { path: 'dangling/file', content: 'x' },
    ]);
    expect(shown).toEqual([
      'absolute symlink 777 -> /etc',
      'dangling symlink 777 -> made/by/this',
      'etc directory 755',
      'etc/group file 644 too',
      'etc/passwd file 644 mine',
      'made directory 755',
      'made/by directory 755',
      'made/by/this directory 755',
      'made/by/this/file file 644 x',
      'out symlink 777 -> ../../../etc',
    ]);
  });

  test('never writes through a symlink when it makes the tree', async () => {
    const victim = openTestStore().root;
    const { store, imported } = await load([
      symlink('link', victim),
      { path: 'link/owned', content: 'x' },
      symlink('file', `${victim}/target`),
      { path: 'file', content: 'y' },
    ]);
    const tree = await treeOf(store, imported.id, { form: ROOT_FORM });
    const inside = { hostPath: `${tree}/${victim.slice(1)}/owned`, offset: 0, size: 1 };
    expect(readContent(inside)).toBe('x');
    expect(() => readContent({ hostPath: `${victim}/owned`, offset: 0, size: 1 })).toThrow(
      'ENOENT',
    );
    expect(() => readContent({ hostPath: `${victim}/target`, offset: 0, size: 1 })).toThrow(
      'ENOENT',
    );
  });

  test('lets the last of several members of one name win', async () => {
    const { shown, imported } = await load([
      { path: 'a', content: 'old' },
      { path: 'a', content: 'newer' },
      directory('d', 0o700),
      { path: 'd/x', content: '1' },
      directory('d', 0o755),
      { path: 'e/x', content: '2' },
      { path: 'e', content: 'file now' },
      { path: 'f', content: '3' },
      directory('f'),
    ]);
    expect(shown).toEqual([
      'a file 644 newer',
      'd directory 755',
      'd/x file 644 1',
      'e file 644 file now',
      'f directory 755',
    ]);
    expect(imported).toMatchObject({ size: 14, files: 3 });
  });

  test('keeps the old inode for a hard link whose first name was replaced', async () => {
    const { shown, entries } = await load([
      { path: 'a', content: 'first' },
      hardlink('b', './a'),
      hardlink('c', '/b'),
      { path: 'a', content: 'second' },
    ]);
    expect(shown).toEqual(['a file 644 second', 'b file 644 first', 'c file 644 first']);
    const groups = entries.map((each) => (each.kind === 'entry' ? each.linkGroup : 0));
    expect(groups).toEqual([undefined, 1, 1]);
  });

  test('keeps hard links to symbolic links', async () => {
    const { entries } = await load([symlink('l', 'target'), hardlink('m', 'l')]);
    expect(entries).toMatchObject([
      { path: 'l', type: 'symlink', linkTarget: 'target', linkGroup: 1 },
      { path: 'm', type: 'symlink', linkTarget: 'target', linkGroup: 1 },
    ]);
  });

  test('understands whiteouts, wherever they stand', async () => {
    const { entries } = await load([
      { path: 'dir/.wh..wh..opq' },
      { path: 'dir/file' },
      { path: '.wh.gone' },
      { path: '.wh.both' },
      { path: 'both' },
      { path: 'd2/x' },
      { path: '.wh.d2' },
      { path: '.wh..wh.aufs' },
      { path: 'device', type: 'char', devMajor: 0, devMinor: 0 },
    ]);
    expect(paths(entries)).toEqual(['both', 'd2', 'd2/x', '!device', 'dir', 'dir/file', '!gone']);
    expect(entries[1]).toMatchObject({ opaque: true, mode: 0o755 });
    expect(entries[4]).toMatchObject({ opaque: true, mode: 0o755 });
  });

  test("drops overlayfs's own attributes", async () => {
    const xattrs = {
      'trusted.overlay.opaque': 'y',
      'user.overlay.whiteout': '',
      'user.kept': '\x00\xff',
    };
    const { entries } = await load([{ ...directory('d'), xattrs }]);
    expect(entries).toMatchObject([{ opaque: undefined, xattrs: { 'user.kept': '\x00\xff' } }]);
  });

  test('refuses a layer that does not match its diffID, and leaves nothing', async () => {
    const store = openTestStore();
    const verify = `sha256:${'0'.repeat(64)}` as DiffId;
    await expect(importTar(store, [tar({ path: 'a' })], { verify })).rejects.toMatchObject({
      code: 'LAYER_DIFF_ID_MISMATCH',
    });
    const cut = tar({ path: 'a', content: 'x'.repeat(600) }).subarray(0, 900);
    await expect(importTar(store, [cut])).rejects.toMatchObject({ code: 'ARCHIVE_TRUNCATED' });
  });

  test('refuses a sparse file that claims to be larger than any file', async () => {
    const text = ['?? GNU.sparse.map=0,0\n', `?? GNU.sparse.size=${2 ** 53 - 1}\n`];
    const body = Buffer.from(text.map((record) => `${record.length}${record.slice(2)}`).join(''));
    const extension = encodeHeader({ ...plainHeader('x'), size: body.length });
    const type = 156;
    extension.writeUInt8(extension.readUInt8(type) + 'x'.charCodeAt(0) - '0'.charCodeAt(0), type);
    const sum = extension.reduce(
      (total, byte, at) => total + (at >= 148 && at < 156 ? 32 : byte),
      0,
    );
    extension.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
    const archive = [extension, body, Buffer.alloc(padding(body.length)), tar({ path: 'huge' })];
    const bounded = importTar(openTestStore(), archive);
    await expect(bounded).rejects.toMatchObject({ code: 'ARCHIVE_TOO_LARGE' });
    const unbounded = { ...openTestStore(), unpackLimit: Number.POSITIVE_INFINITY };
    await expect(importTar(unbounded, archive)).rejects.toEqual(invalid);
  });

  test('keeps all bytes of the tar, also those after its end', async () => {
    const store = openTestStore();
    const bytes = Buffer.concat([tar({ path: 'a', content: '1' }), Buffer.alloc(9000, 'rest')]);
    const { id, tarSize, diffId } = await importTar(store, [
      bytes.subarray(0, 700),
      bytes.subarray(700),
    ]);
    expect(tarSize).toBe(bytes.length);
    await expect(importTar(store, [bytes], { verify: diffId })).resolves.toMatchObject({ size: 1 });
    expect(showTree(MergedTree.of(store, [id]))).toEqual(['a file 644 1']);
  });
});

describe('importTar over a base', () => {
  async function withBase() {
    const store = openTestStore();
    const id = await packLayer(store, [
      { kind: 'entry', entry: entry('tmp', { type: 'directory', mode: 0o1777 }) },
      { kind: 'entry', entry: entry('lib', { type: 'symlink', linkTarget: 'usr/lib' }) },
      { kind: 'entry', entry: entry('usr/lib', { type: 'directory', mode: 0o711 }) },
      {
        kind: 'entry',
        entry: entry('usr/lib/data', { uid: 9 }),
        content: Buffer.from('from below'),
      },
    ]);
    return { store, base: MergedTree.of(store, [id]) };
  }

  test('takes directories that the tar leaves out from the base', async () => {
    const { entries, imported } = await load(
      [{ path: 'tmp/x' }, { path: 'lib/y' }],
      await withBase(),
    );
    expect(paths(entries)).toEqual(['tmp', 'tmp/x', 'usr/lib', 'usr/lib/y'].toSpliced(2, 0, 'usr'));
    expect(entries[0]).toMatchObject({ mode: 0o1777 });
    expect(entries[3]).toMatchObject({ mode: 0o711 });
    expect(imported.usesBase).toBe(true);
  });

  test('does not depend on the base when the tar is complete', async () => {
    const members = [directory('tmp', 0o700), { path: 'tmp/x' }];
    const { entries, imported } = await load(members, await withBase());
    expect(entries[0]).toMatchObject({ mode: 0o700 });
    expect(imported.usesBase).toBe(false);
  });

  test('copies a file of the base that a hard link names', async () => {
    const members = [hardlink('mine', 'usr/lib/data'), hardlink('too', 'mine')];
    const { entries, imported, layer } = await load(members, await withBase());
    expect(paths(entries)).toEqual(['mine', 'too']);
    for (const each of entries) {
      if (each.kind !== 'entry') throw new Error('a whiteout');
      expect(each).toMatchObject({ uid: 9, linkGroup: 1 });
      expect(readContent(contentOf(layer, each))).toBe('from below');
    }
    expect(imported.usesBase).toBe(true);
  });

  test('refuses a hard link to nothing', async () => {
    expect(await refusal(hardlink('a', 'nowhere'))).toMatchObject({
      code: 'LAYER_HARDLINK_TARGET_MISSING',
    });
  });
});
