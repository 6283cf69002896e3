import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  collect,
  entry,
  openTestStore,
  packLayer,
  readContent,
  type TestStore,
} from '../../test/support/layers.ts';
import { temporaryDirectory } from '../../test/support/temporary-directory.ts';
import type { LayerId, LayerMeta } from '../store/index.ts';
import { ROOT_FORM } from '../system/index.ts';
import { diffIdOf } from './diff-id.ts';
import { importTar } from './import-tar.ts';
import { readIndex, writeIndex } from './index-codec.ts';
import type { LayerItem } from './layer-item.ts';
import { layerTar } from './layer-tar.ts';
import { contentOf } from './layer-view.ts';
import { treeOf } from './tree-form.ts';

const LARGE = Buffer.alloc(1_234_567, '0123456789');

const ITEMS: readonly LayerItem[] = [
  { kind: 'entry', entry: entry('dir', { type: 'directory', mtime: 5000 }), opaque: true },
  { kind: 'whiteout', path: 'dir/gone' },
  { kind: 'entry', entry: entry('dir/large', { size: LARGE.length, mtimeNs: 5 }), content: LARGE },
  { kind: 'entry', entry: entry('empty', { mode: 0o4755, uid: 70_000, gid: 3_000_000_000 }) },
  { kind: 'entry', entry: entry('linked', { size: 2, linkGroup: 1 }), content: Buffer.from('hi') },
  { kind: 'entry', entry: entry('linked-too', { size: 2, linkGroup: 1 }) },
  { kind: 'entry', entry: entry('n'.repeat(120), { xattrs: { 'user.x': '\x00\xff' } }) },
  { kind: 'entry', entry: entry('null', { type: 'char', devMajor: 1, devMinor: 3, mtime: 9000 }) },
  { kind: 'entry', entry: entry('sym', { type: 'symlink', linkTarget: '\xe9/..', mtime: -7 }) },
];

/** Drops the tar from the record, so that it is made from the index. */
function forgetTar(store: TestStore, id: LayerId): void {
  const directory = store.layers.directory(id);
  writeIndex(directory, { entries: readIndex(directory).entries });
}

async function tarOf(times: LayerMeta['times'], epoch?: number): Promise<Buffer> {
  const store = openTestStore();
  return collect(
    layerTar(store, await packLayer(store, ITEMS, { times, keepXattrs: true }), { epoch }),
  );
}

/** `path seconds` of each member. */
function memberTimes(tar: Buffer): string[] {
  const input = { input: tar, env: { ...process.env, TZ: 'UTC' } };
  const lines = execFileSync('tar', ['-tvf', '-', '--full-time'], input)
    .toString()
    .trimEnd()
    .split('\n');
  return lines.map((line) => {
    const [, day, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)/.exec(line) ?? [];
    return `${Date.parse(`${day}T${time}Z`) / 1000}`;
  });
}

describe('layerTar', () => {
  test('gives the same bytes for ever', async () => {
    const digest = createHash('sha256')
      .update(await tarOf('set'))
      .digest('hex');
    expect(digest).toBe('ed270635da8b33182ec4d2e63fae98cd8b4584473291d4d0e09e1195459999f3');
  });

  test('makes from the index the very tar that the layer was written as', async () => {
    const store = openTestStore();
    const id = await packLayer(store, ITEMS);
    const written = readFileSync(join(store.layers.directory(id), 'layer.tar'));
    expect((await collect(layerTar(store, id))).equals(written)).toBe(true);
    const before = await diffIdOf(store, id);
    forgetTar(store, id);
    expect((await collect(layerTar(store, id))).equals(written)).toBe(true);
    expect(before.diffId).toBe(`sha256:${createHash('sha256').update(written).digest('hex')}`);
    expect(before.size).toBe(written.length);
  });

  test('rewrites times as the layer wants it', async () => {
    expect(new Set(memberTimes(await tarOf('set', 4000)))).toEqual(new Set(['4000']));
    const recorded = ['5000', '0', '0', '1000', '1000', '1000', '1000', '1000', '9000', '-7'];
    expect(memberTimes(await tarOf('set'))).toEqual(recorded);
    expect(memberTimes(await tarOf('keep', 4000))).toEqual(recorded);
    const clamped = recorded.map((time) => String(Math.min(Number(time), 4000)));
    expect(memberTimes(await tarOf('clamp', 4000))).toEqual(clamped);
  });

  test('has a diffId for each epoch', async () => {
    const store = openTestStore();
    const id = await packLayer(store, ITEMS);
    const [plain, one, two, again] = await Promise.all(
      [undefined, 1, 2, 1].map((epoch) => diffIdOf(store, id, epoch)),
    );
    expect(new Set([plain?.diffId, one?.diffId, two?.diffId]).size).toBe(3);
    expect(again).toEqual(one);
    rmSync(store.layers.directory(id), { recursive: true });
    expect(await diffIdOf(store, id, 2)).toEqual(two);
  });

  test('of an empty layer is an empty archive', async () => {
    const store = openTestStore();
    const tar = await collect(layerTar(store, await packLayer(store, [])));
    expect(tar.equals(Buffer.alloc(1024))).toBe(true);
  });

  test('fails when a file of the store does not match the index', async () => {
    const store = openTestStore();
    const id = await packLayer(store, ITEMS);
    truncateSync(join(store.layers.directory(id), 'layer.tar'), 4096);
    const damaged = expect.objectContaining({ code: 'LAYER_DAMAGED' });
    await expect(collect(layerTar(store, id))).rejects.toEqual(damaged);
    await expect(collect(layerTar(store, id, { epoch: 3 }))).rejects.toEqual(damaged);
    await expect(treeOf(store, id, { form: ROOT_FORM })).rejects.toEqual(damaged);
  });
});

describe('sparse files', () => {
  test.each(['0.0', '0.1', '1.0', 'gnu'])('of format %s are read in one piece', async (version) => {
    const directory = temporaryDirectory('sparse');
    writeFileSync(join(directory, 'sparse'), '');
    truncateSync(join(directory, 'sparse'), 3_000_000);
    execFileSync(
      'sh',
      [
        '-c',
        'printf middle | dd of=sparse bs=1 seek=1000000 conv=notrunc status=none; echo plain > plain',
      ],
      { cwd: directory },
    );
    const format =
      version === 'gnu' ? ['--format=gnu'] : ['--format=pax', `--sparse-version=${version}`];
    const tar = execFileSync('tar', ['-c', '-S', ...format, 'sparse', 'plain'], { cwd: directory });
    const store = openTestStore();
    const { id, tarSize } = await importTar(store, [tar]);
    expect(tarSize).toBe(tar.length);
    const layer = store.layers.directory(id);
    const contents = readIndex(layer).entries.map((each) =>
      each.kind === 'entry' ? readContent(contentOf(layer, each)) : '',
    );
    expect(contents[0]).toBe('plain\n');
    expect(contents[1]).toBe(readFileSync(join(directory, 'sparse'), 'latin1'));
    expect((await collect(layerTar(store, id))).equals(tar)).toBe(true);
    expect(
      readFileSync(join(await treeOf(store, id, { form: ROOT_FORM }), 'sparse'), 'latin1'),
    ).toBe(contents[1]);
  });
});
