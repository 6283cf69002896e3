import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { entry, openTestStore, packLayer } from '../../test/support/layers.ts';
import { makeNode, ROOT_FORM, setTimes, setXattr, type TreeForm } from '../system/index.ts';
import { indexTree } from './index-tree.ts';
import type { LayerEntry } from './layer-index.ts';
import type { LayerItem } from './layer-item.ts';
import { MergedTree } from './merged-tree.ts';

/** cap_net_bind_service=ep, as the kernel stores it. */
const CAPABILITY =
  '\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00';

let upper: string;

beforeEach(() => {
  upper = mkdtempSync(join(tmpdir(), 'lamina-upper-'));
  chmodSync(upper, 0o755);
});

afterEach(() => rmSync(upper, { recursive: true }));

function at(path: string): string {
  return join(upper, path);
}

function whiteout(path: string): void {
  makeNode(at(path), { type: 'char', mode: 0, major: 0, minor: 0 });
}

async function index(
  items: readonly LayerItem[] = [],
  form: TreeForm = ROOT_FORM,
): Promise<readonly LayerEntry[]> {
  const store = openTestStore();
  const base = MergedTree.of(store, [await packLayer(store, items)]);
  return (await indexTree(upper, { base, form })).entries;
}

function base(...directories: readonly string[]): LayerItem[] {
  return directories.map((path) => ({ kind: 'entry', entry: entry(path, { type: 'directory' }) }));
}

function paths(entries: readonly LayerEntry[]): string[] {
  return entries.map((each) => (each.kind === 'whiteout' ? `!${each.path}` : each.path));
}

describe('indexTree', () => {
  test('of an untouched upper directory is empty', async () => {
    expect(await index()).toEqual([]);
  });

  test('keeps whiteouts only of what the base has', async () => {
    mkdirSync(at('a'));
    whiteout('a/known');
    whiteout('a/unknown');
    whiteout('top');
    mkdirSync(at('new'));
    whiteout('new/known');
    expect(paths(await index(base('a', 'a/known', 'top')))).toEqual([
      'a',
      '!a/known',
      'new',
      '!top',
    ]);
  });

  test('drops directories that are as before and hold nothing, at any depth', async () => {
    mkdirSync(at('a/b/c'), { recursive: true });
    mkdirSync(at('d'));
    setTimes(at('d'), 5, 0);
    whiteout('a/b/c/nothing');
    expect(await index(base('a', 'a/b', 'a/b/c', 'd'))).toEqual([]);
  });

  test('drops files that are as before in every respect', async () => {
    const files = {
      same: 'abc',
      content: 'xyz',
      size: 'abcd',
      time: 'abc',
      mode: 'abc',
      empty: '',
    };
    for (const [name, content] of Object.entries(files)) {
      writeFileSync(at(name), content);
      chmodSync(at(name), name === 'mode' ? 0o600 : 0o644);
      setTimes(at(name), name === 'time' ? 1001 : 1000, 0);
    }
    const items = Object.keys(files).map((name): LayerItem => {
      const content = Buffer.from(name === 'empty' ? '' : 'abc');
      return { kind: 'entry', entry: entry(name, { size: content.length }), content };
    });
    expect(paths(await index(items))).toEqual(['content', 'mode', 'size', 'time']);
  });

  test('keeps directories whose mode or owner changed, and of attributes only capabilities', async () => {
    for (const name of ['mode', 'owner', 'attribute', 'same']) mkdirSync(at(name));
    writeFileSync(at('file'), '');
    setXattr(at('file'), 'user.x', '1');
    setXattr(at('file'), 'security.capability', CAPABILITY);
    chmodSync(at('mode'), 0o700);
    chownSync(at('owner'), 3, 4);
    setXattr(at('attribute'), 'user.x', '1');
    setXattr(at('same'), 'trusted.overlay.impure', 'y');
    const items = [...base('mode', 'owner', 'attribute', 'same')];
    items.push({ kind: 'entry', entry: entry('file') });
    const entries = await index(items);
    expect(paths(entries)).toEqual(['file', 'mode', 'owner']);
    expect(entries[0]).toMatchObject({ xattrs: { 'security.capability': CAPABILITY } });
  });

  test('sees opaque directories, and that nothing below them was there before', async () => {
    mkdirSync(at('a/old'), { recursive: true });
    setXattr(at('a'), 'trusted.overlay.opaque', 'y');
    whiteout('a/gone');
    mkdirSync(at('fresh'));
    setXattr(at('fresh'), 'trusted.overlay.opaque', 'y');
    const entries = await index(base('a', 'a/old', 'a/gone'));
    expect(paths(entries)).toEqual(['a', 'a/old', 'fresh']);
    expect(entries[0]).toMatchObject({ opaque: true, xattrs: undefined });
    expect(entries[2]).toMatchObject({ opaque: undefined });
  });

  test('takes no attribute of the other flavour for an opaque directory', async () => {
    for (const name of ['a', 'b']) mkdirSync(at(name));
    setXattr(at('a'), 'trusted.overlay.opaque', 'y');
    setXattr(at('b'), 'user.overlay.opaque', 'y');
    const opaque = async (form: TreeForm) => paths(await index(base('a', 'b'), form));
    expect(await opaque(ROOT_FORM)).toEqual(['a']);
    expect(await opaque({ ...ROOT_FORM, xattrFlavour: 'user' })).toEqual(['b']);
  });

  test('gives files the owners that the form has for them', async () => {
    writeFileSync(at('file'), '');
    chownSync(at('file'), 100_032, 100_032);
    const range = { inside: 0, outside: 100_000, count: 65_536 };
    const ids = [range, { inside: 65_536, outside: 0, count: 1 }];
    const idMap = { uids: ids, gids: ids };
    const [, mapped] = await index([], { idMap, xattrFlavour: 'user' });
    expect(mapped).toMatchObject({ path: 'file', uid: 32, gid: 32 });
    const [single] = await index([], { idMap: 'single', xattrFlavour: 'user' });
    expect(single).toMatchObject({ path: 'file', uid: 0, gid: 0 });
  });

  test('has the root only if its metadata changed', async () => {
    chmodSync(upper, 0o711);
    expect(await index()).toMatchObject([{ path: '', mode: 0o711 }]);
  });

  test('groups hard links, but not with links outside', async () => {
    writeFileSync(at('a'), '12');
    linkSync(at('a'), at('b'));
    mkdirSync(at('z'));
    writeFileSync(at('z/c'), '3');
    linkSync(at('z/c'), at('z/d'));
    writeFileSync(at('alone'), '4');
    const outside = `${upper}-outside`;
    linkSync(at('alone'), outside);
    const entries = await index();
    rmSync(outside);
    const groups = entries.map((each) => (each.kind === 'entry' ? each.linkGroup : undefined));
    expect(paths(entries)).toEqual(['a', 'alone', 'b', 'z', 'z/c', 'z/d']);
    expect(groups).toEqual([1, undefined, 1, undefined, 2, 2]);
  });

  test('groups hard links to symbolic links and pipes too', async () => {
    symlinkSync('target', at('l'));
    linkSync(at('l'), at('m'));
    makeNode(at('p'), { type: 'fifo', mode: 0o644 });
    linkSync(at('p'), at('q'));
    const entries = await index();
    const groups = entries.map((each) => (each.kind === 'entry' ? each.linkGroup : undefined));
    expect(paths(entries)).toEqual(['l', 'm', 'p', 'q']);
    expect(groups).toEqual([1, 1, 2, 2]);
  });

  test('reads exact times, also before the epoch, and devices', async () => {
    writeFileSync(at('a'), '');
    setTimes(at('a'), -3, 999_999_999);
    writeFileSync(at('b'), '');
    setTimes(at('b'), 1_700_000_000, 1);
    makeNode(at('c'), { type: 'char', mode: 0o600, major: 4095, minor: 0xfffff });
    symlinkSync('target/\u00e9', at('d'));
    const entries = await index();
    expect(entries).toMatchObject([
      { mtime: -3, mtimeNs: 999_999_999 },
      { mtime: 1_700_000_000, mtimeNs: 1 },
      { type: 'char', devMajor: 4095, devMinor: 0xfffff },
      { type: 'symlink', linkTarget: 'target/\xc3\xa9', size: 0 },
    ]);
  });

  test('leaves out sockets, and what they replaced is gone', async () => {
    const servers = ['socket', 'replaced'].map((name) => createServer().listen(at(name)));
    const entries = await index(base('replaced'));
    for (const server of servers) server.close();
    expect(paths(entries)).toEqual(['!replaced']);
  });

  test('refuses files whose names mean whiteouts in a layer', async () => {
    writeFileSync(at('.wh.file'), '');
    await expect(index()).rejects.toMatchObject({ code: 'LAYER_RESERVED_NAME' });
  });

  test('keeps the owners of the layers below where all files belong to one user', async () => {
    const store = openTestStore();
    const owned = entry('owned', { uid: 5, gid: 7 });
    const items = [owned, entry('other', { type: 'directory', uid: 8, gid: 9 })];
    const below = await packLayer(
      store,
      items.map((one): LayerItem => ({ kind: 'entry', entry: one })),
    );
    for (const name of ['owned', 'new', 'other']) writeFileSync(at(name), '');
    const entries = await indexTree(upper, {
      base: MergedTree.of(store, [below]),
      form: { idMap: 'single', xattrFlavour: 'user' },
      newOwner: { uid: 3, gid: 4 },
    });
    // A file that replaces a directory is a new one.
    expect(entries.entries).toMatchObject([
      { path: 'new', uid: 3, gid: 4 },
      { path: 'other', type: 'file', uid: 3, gid: 4 },
      { path: 'owned', uid: 5, gid: 7 },
    ]);
  });

  test('gives a directory that was made again, and its files, new owners where all belong to one user', async () => {
    const store = openTestStore();
    const items = [
      entry('dir', { type: 'directory', uid: 8, gid: 9 }),
      entry('dir/old', { uid: 5 }),
    ];
    const below = await packLayer(
      store,
      items.map((one): LayerItem => ({ kind: 'entry', entry: one })),
    );
    mkdirSync(at('dir'));
    writeFileSync(at('dir/old'), '');
    setXattr(at('dir'), 'user.overlay.opaque', 'y');
    const { entries } = await indexTree(upper, {
      base: MergedTree.of(store, [below]),
      form: { idMap: 'single', xattrFlavour: 'user' },
    });
    expect(entries).toMatchObject([
      { path: 'dir', uid: 0, gid: 0, opaque: true },
      { path: 'dir/old', uid: 0, gid: 0 },
    ]);
  });

  test('finds what overlayfs made', async () => {
    const lower = mkdtempSync(join(tmpdir(), 'lamina-lower-'));
    const work = mkdtempSync(join(tmpdir(), 'lamina-work-'));
    chmodSync(lower, 0o755);
    execFileSync(
      'sh',
      ['-c', 'mkdir -p dir/sub moved; echo old > dir/old; echo x > moved/x; touch gone'],
      {
        cwd: lower,
      },
    );
    const items: LayerItem[] = [
      ...base('dir', 'dir/sub', 'moved'),
      ...['dir/old', 'moved/x', 'gone'].map(
        (path): LayerItem => ({ kind: 'entry', entry: entry(path) }),
      ),
    ];
    const script = `
      mount -t overlay overlay -o lowerdir=${lower},upperdir=${upper},workdir=${work} /mnt
      cd /mnt && rm gone && echo new > dir/new && rm -r moved && mkdir moved && echo y > moved/y
      touch dir/sub/passing && rm dir/sub/passing`;
    execFileSync('unshare', ['--mount', 'sh', '-ec', script]);
    const entries = await index(items);
    expect(paths(entries)).toEqual(['dir', 'dir/new', '!gone', 'moved', 'moved/y']);
    expect(entries[3]).toMatchObject({ opaque: true });
  });
});
