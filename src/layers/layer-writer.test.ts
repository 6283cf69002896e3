import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { entry, openTestStore, packLayer, readContent } from '../../test/support/layers.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import type { ContentRange, FileEntry } from '../files/index.ts';
import { readIndex } from './index-codec.ts';
import type { LayerEntry, LayerFile, LayerIndex } from './layer-index.ts';
import type { LayerItem } from './layer-item.ts';
import { contentOf } from './layer-view.ts';
import { LayerWriter } from './layer-writer.ts';
import { MergedTree } from './merged-tree.ts';

const LARGE = 3_000_001;
/** Such files are hashed by another thread. */
const HUGE = 40_000_001;
let directory: string;
let sources: string;

beforeEach(() => {
  const root = temporaryDirectory('writer');
  directory = join(root, 'layer');
  sources = join(root, 'sources');
  mkdirSync(directory);
  mkdirSync(sources);
});

function source(name: string, content: string | Buffer): ContentRange {
  writeFileSync(join(sources, name), content);
  return { hostPath: join(sources, name), offset: 0, size: content.length };
}

function item(file: FileEntry, content?: ContentRange | Uint8Array): LayerItem {
  return { kind: 'entry', entry: file, content };
}

function file(found: LayerEntry | undefined): LayerFile {
  if (found?.kind !== 'entry') throw new Error('no entry');
  return found;
}

function digestOf(content: string | Buffer): string {
  return `sha512-256:${createHash('sha512-256').update(content).digest('hex')}`;
}

function sha256Of(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

function list(): string[] {
  const tar = join(directory, 'layer.tar');
  return execFileSync('tar', ['-tvf', tar, '--numeric-owner', '--full-time'], {
    env: { ...process.env, TZ: 'UTC' },
  })
    .toString()
    .trimEnd()
    .split('\n');
}

function indexOf(writer: LayerWriter): LayerIndex {
  writer.finish();
  return readIndex(directory);
}

describe('LayerWriter', () => {
  test('writes a tar and an index that agree', async () => {
    const large = Buffer.alloc(LARGE, 'abc');
    const writer = LayerWriter.create(directory);
    await writer.addAll([
      item(entry('b', { uid: 5, gid: 6, size: 5 }), source('b', 'hello')),
      item(entry('a', { type: 'directory', mode: 0o1777 })),
      item(entry('a/large', { size: LARGE, mtimeNs: 7 }), source('large', large)),
      item(entry('a/link', { type: 'symlink', linkTarget: '../b' })),
      { kind: 'whiteout', path: 'a/gone' },
      item(entry('c', { size: 6 }), Buffer.from('memory')),
    ]);
    const { size, files } = writer.finish();
    const index = readIndex(directory);
    expect({ size, files }).toEqual({ size: LARGE + 11, files: 3 });
    expect(index.entries.map((each) => each.path)).toEqual([
      'a',
      'a/gone',
      'a/large',
      'a/link',
      'b',
      'c',
    ]);
    expect(index.tarSize).toBe(readFileSync(join(directory, 'layer.tar')).length);
    const copied = index.entries
      .filter((each) => each.kind === 'entry' && each.type === 'file')
      .map(file);
    expect(copied.map(({ digest }) => digest)).toEqual([large, 'hello', 'memory'].map(digestOf));
    expect(copied.map((each) => readContent(contentOf(directory, each)))).toEqual([
      large.toString(),
      'hello',
      'memory',
    ]);
    expect(list()).toEqual([
      'drwxrwxrwt 0/0               0 1970-01-01 00:16:40 a/',
      '---------- 0/0               0 1970-01-01 00:00:00 a/.wh.gone',
      '-rw-r--r-- 0/0         3000001 1970-01-01 00:16:40 a/large',
      'lrwxrwxrwx 0/0               0 1970-01-01 00:16:40 a/link -> ../b',
      '-rw-r--r-- 5/6               5 1970-01-01 00:16:40 b',
      '-rw-r--r-- 0/0               6 1970-01-01 00:16:40 c',
    ]);
  });

  test('records a small file as it was read, whatever was announced', async () => {
    const grown = source('grown', 'short');
    const cut = source('cut', 'a longer text');
    appendFileSync(join(sources, 'grown'), ' and more');
    truncateSync(join(sources, 'cut'), 3);
    const writer = LayerWriter.create(directory);
    await writer.addAll([
      item(entry('cut', { size: 13 }), cut),
      item(entry('grown', { size: 5 }), grown),
      item(entry('next', { size: 4 }), source('next', 'next')),
    ]);
    const { size } = writer.finish();
    const index = readIndex(directory);
    const found = index.entries.map(file);
    expect(found.map((each) => readContent(contentOf(directory, each)))).toEqual([
      'a l',
      'short and more',
      'next',
    ]);
    expect(found.map(({ digest }) => digest)).toEqual(
      ['a l', 'short and more', 'next'].map(digestOf),
    );
    expect(found.map((each) => each.size)).toEqual([3, 14, 4]);
    expect(size).toBe(21);
    expect(list()).toHaveLength(3);
  });

  test('records a small file that became large before it was read', async () => {
    const range = source('file', 'small');
    const large = Buffer.alloc(LARGE, 'xyz');
    writeFileSync(join(sources, 'file'), large);
    const writer = LayerWriter.create(directory);
    await writer.addAll([item(entry('file', { size: 5 }), range)]);
    const found = file(indexOf(writer).entries[0]);
    expect(found).toMatchObject({ size: LARGE, digest: digestOf(large) });
  });

  test('fails when a large file has another size than announced', () => {
    const range = source('file', Buffer.alloc(LARGE));
    for (const size of [LARGE - 1, LARGE + 1]) {
      const into = mkdtempSync(join(directory, 'layer-'));
      using writer = LayerWriter.create(into);
      expect(() => writer.add(entry('file', { size }), { ...range, size })).toThrow(
        expect.objectContaining({ code: 'CONTEXT_CHANGED' }),
      );
    }
  });

  test('fails when a file is gone or has become a symlink, and does not wait for a fifo', () => {
    using writer = LayerWriter.create(directory);
    const gone = { hostPath: join(sources, 'gone'), offset: 0, size: 4 };
    const changed = expect.objectContaining({ code: 'CONTEXT_CHANGED' });
    expect(() => writer.add(entry('a', { size: 4 }), gone)).toThrow(changed);
    source('target', 'data');
    symlinkSync('target', join(sources, 'link'));
    const link = { ...gone, hostPath: join(sources, 'link') };
    expect(() => writer.add(entry('b', { size: 4 }), link)).toThrow(changed);
    execFileSync('mkfifo', [join(sources, 'fifo')]);
    const fifo = { ...gone, hostPath: join(sources, 'fifo') };
    expect(() => writer.add(entry('c', { size: 4 }), fifo)).toThrow(changed);
  });

  test('reads a range inside another file', async () => {
    const whole = source('whole', 'before|content|after');
    const writer = LayerWriter.create(directory);
    const items = ['x', 'y'].map((path) =>
      item(entry(path, { size: 7 }), { ...whole, offset: 7, size: 7 }),
    );
    await writer.addAll(items);
    const found = indexOf(writer).entries.map(file);
    expect(found.map((each) => readContent(contentOf(directory, each)))).toEqual([
      'content',
      'content',
    ]);
  });

  test('stores hard links once, under numbers of its own', async () => {
    const linked = { size: 4, linkGroup: 2 ** 40 };
    const writer = LayerWriter.create(directory);
    await writer.addAll([
      item(entry('a', linked), source('a', 'same')),
      item(entry('b', linked), source('b', 'same')),
      item(entry('c', linked), source('c', 'same')),
      item(entry('single', { size: 3, linkGroup: 7 }), source('single', 'one')),
    ]);
    const { size, files } = writer.finish();
    const index = readIndex(directory);
    expect({ size, files }).toEqual({ size: 7, files: 4 });
    const found = index.entries.map(file);
    expect(found.map(({ linkGroup }) => linkGroup)).toEqual([1, 1, 1, undefined]);
    expect(new Set(found.slice(0, 3).map(({ tarOffset }) => tarOffset)).size).toBe(1);
    expect(list().map((line) => line.slice(51))).toEqual([
      'a',
      'b link to a',
      'c link to a',
      'single',
    ]);
  });

  test('refuses names that would be whiteouts, and entries out of order', () => {
    using writer = LayerWriter.create(directory);
    for (const name of ['.wh.file', 'dir/.wh..wh..opq']) {
      expect(() => writer.add(entry(name))).toThrow(
        expect.objectContaining({ code: 'LAYER_RESERVED_NAME' }),
      );
    }
    writer.add(entry('b'));
    expect(() => writer.add(entry('a'))).toThrow('out of order');
    expect(() => writer.add(entry('b'))).toThrow('out of order');
  });

  test('keeps the attributes of other layers on request', async () => {
    const xattrs = { 'user.overlay.opaque': 'y', 'user.mine': '1' };
    const writer = LayerWriter.create(directory, { keepXattrs: true });
    writer.add(entry('file', { xattrs }));
    expect(indexOf(writer).entries).toMatchObject([{ xattrs: { 'user.mine': '1' } }]);
  });

  test('leaves out sockets and all attributes but capabilities', async () => {
    const xattrs = {
      'trusted.overlay.redirect': '/x',
      'user.overlay.opaque': 'y',
      'security.selinux': 'x',
      'security.capability': 'c',
      'user.mine': '1',
    };
    const writer = LayerWriter.create(directory);
    await writer.addAll([
      item(entry('file', { xattrs })),
      item(entry('plain', { xattrs: { 'trusted.overlay.opaque': 'y' } })),
      item(entry('socket', { type: 'socket' })),
    ]);
    const found = indexOf(writer).entries.map(file);
    expect(found.map(({ path, xattrs: kept }) => [path, kept])).toEqual([
      ['file', { 'security.capability': 'c' }],
      ['plain', undefined],
    ]);
  });

  test('repeats directories of the base that hold something new', async () => {
    const store = openTestStore();
    const base = await packLayer(store, [
      item(entry('tmp', { type: 'directory', mode: 0o1777, mtime: 5 })),
      item(entry('tmp/own', { type: 'directory', mode: 0o700, uid: 7 })),
      item(entry('link', { type: 'symlink', linkTarget: 'tmp' })),
    ]);
    const writer = LayerWriter.create(directory, { base: MergedTree.of(store, [base]) });
    await writer.addAll([
      item(entry('tmp/own/file')),
      item(entry('tmp/own/other')),
      item(entry('new/file')),
      { kind: 'whiteout', path: 'tmp/gone' },
    ]);
    const found = indexOf(writer).entries;
    expect(found.map(({ path }) => path)).toEqual([
      'new/file',
      'tmp',
      'tmp/gone',
      'tmp/own',
      'tmp/own/file',
      'tmp/own/other',
    ]);
    expect(found[1]).toMatchObject({ mode: 0o1777, mtime: 5 });
    expect(found[3]).toMatchObject({ mode: 0o700, uid: 7 });
  });

  test('stops when its signal is aborted', async () => {
    const range = source('file', Buffer.alloc(LARGE));
    using writer = LayerWriter.create(directory);
    const items = Array.from({ length: 40 }, (_, at) =>
      item(entry(`file-${100 + at}`, { size: LARGE }), range),
    );
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(writer.addAll(items, { signal })).rejects.toThrow('enough');
  });
});

describe('hashing the tar on the way', () => {
  test.each([
    ['a small one', 10],
    ['one large enough for a thread', 9 << 20],
  ])('%s: the digest and size are those of the file', async (_, size) => {
    using writer = LayerWriter.create(directory, { hashTar: true });
    const content = source('content', Buffer.alloc(size, 'x'));
    await writer.addAll([item(entry('file', { size }), content)]);
    const tar = await writer.finish().tar;
    const bytes = readFileSync(join(directory, 'layer.tar'));
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(tar).toEqual({ diffId: `sha256:${sha256}`, size: bytes.length });
  });

  test('has the digests of huge files, with holes and among small ones, when all are added', async () => {
    const huge = (fill: string): Buffer => Buffer.alloc(HUGE, fill);
    const sparse = Buffer.concat([Buffer.alloc(HUGE), Buffer.from('end')]);
    writeFileSync(join(sources, 'c'), 'end');
    truncateSync(join(sources, 'c'), 0);
    truncateSync(join(sources, 'c'), HUGE);
    appendFileSync(join(sources, 'c'), 'end');
    const hole: ContentRange = { hostPath: join(sources, 'c'), offset: 0, size: sparse.length };
    const contents = new Map<string, Buffer>([
      ['a', huge('a\n')],
      ['b', Buffer.from('small')],
      ['c', sparse],
      ['d', huge('a\n')],
    ]);
    const items = [...contents].map(([name, content]) =>
      item(entry(name, { size: content.length }), name === 'c' ? hole : source(name, content)),
    );
    const stored = new Map<number, string>();
    using writer = LayerWriter.create(directory, { hashTar: true });
    await writer.addAll(items, { onStored: (number, { digest }) => stored.set(number, digest) });
    const { tar } = writer.finish();
    const { entries } = readIndex(directory);
    const expected = [...contents.values()].map(digestOf);
    expect(entries.map((found) => file(found).digest)).toEqual(expected);
    expect([0, 1, 2, 3].map((number) => stored.get(number))).toEqual(expected);
    expect((await tar)?.diffId).toBe(sha256Of(readFileSync(join(directory, 'layer.tar'))));
  });

  test('waits for no digest once its signal is aborted', async () => {
    const stop = new AbortController();
    const content = source('a', Buffer.alloc(HUGE, 'a'));
    using writer = LayerWriter.create(directory);
    function* items(): Generator<LayerItem, void> {
      yield item(entry('a', { size: HUGE }), content);
      stop.abort(new Error('stop'));
    }
    const adding = writer.addAll(items(), { signal: stop.signal, sorted: true });
    await expect(adding).rejects.toThrow('stop');
  });

  test('nothing is hashed without a request', () => {
    using writer = LayerWriter.create(directory);
    expect(writer.finish().tar).toBeUndefined();
  });
});
