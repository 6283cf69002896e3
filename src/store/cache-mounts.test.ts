import { existsSync, mkdirSync, readdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { markBusy } from '../system/index.ts';
import type { CacheMountRequest } from './cache-mounts.ts';
import { Store } from './store.ts';

const DAY = 86_400_000;

describe('cache mounts', () => {
  let root: string;
  let store: Store;
  let now: number;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'lamina-cache-mounts-'));
    now = Date.now();
    store = await Store.open({ root: join(root, 'store'), now: () => now });
  });

  afterEach(async () => {
    await store.close();
    await rm(root, { recursive: true });
  });

  const request = (changes: Partial<CacheMountRequest> = {}): CacheMountRequest => ({
    key: 'ab'.repeat(32),
    id: '/root/.cache',
    sharing: 'shared',
    owner: { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 },
    mode: 0o755,
    ...changes,
  });
  const hold = (changes?: Partial<CacheMountRequest>) => store.cacheMounts.hold(request(changes));

  it('are created once and found again with their content', async () => {
    const first = await hold({ mode: 0o1770 });
    expect(statSync(first.directory).mode & 0o7777).toBe(0o1770);
    writeFileSync(join(first.directory, 'file'), '');
    first.release();
    const second = await hold({ mode: 0o700 });
    expect(readdirSync(second.directory)).toEqual(['file']);
    expect(statSync(second.directory).mode & 0o7777).toBe(0o1770);
  });

  describe('whose directory was moved into a root file system by a build that was killed', () => {
    const taken = async () => {
      const { directory, release } = await hold();
      writeFileSync(join(directory, 'file'), '');
      release();
      const away = await store.temporaryDirectory();
      renameSync(directory, join(away, 'cache'));
      return { away, giveBack: () => renameSync(join(away, 'cache'), directory) };
    };

    it('wait for the helper that gives it back', async () => {
      const { away, giveBack } = await taken();
      const mark = markBusy(away, 'helper');
      const own = await hold({ sharing: 'private' });
      expect(readdirSync(own.directory)).toEqual([]);
      own.release();
      const waiting = hold({ sharing: 'locked' });
      giveBack();
      mark.finish();
      expect(readdirSync((await waiting).directory)).toEqual(['file']);
    });

    it('are made anew if there is no helper any more', async () => {
      await taken();
      expect(readdirSync((await hold()).directory)).toEqual([]);
    });
  });

  it('start with the content of a seed, and do not exist if it fails', async () => {
    const seed = async () => {
      throw new Error('no seed');
    };
    await expect(hold({ seed })).rejects.toThrow('no seed');
    const seeded = await hold({
      seed: async (directory) => {
        mkdirSync(directory);
        writeFileSync(join(directory, 'seed'), '');
      },
    });
    expect(readdirSync(seeded.directory)).toEqual(['seed']);
  });

  it('are one directory for all who share them', async () => {
    const held = await Promise.all([hold(), hold(), hold()]);
    expect(new Set(held.map(({ directory }) => directory)).size).toBe(1);
  });

  it('have a second instance for a private user while one is in use', async () => {
    const shared = await hold();
    const first = await hold({ sharing: 'private' });
    const second = await hold({ sharing: 'private' });
    expect(new Set([shared, first, second].map(({ directory }) => directory)).size).toBe(3);
    first.release();
    expect((await hold({ sharing: 'private' })).directory).toBe(first.directory);
  });

  it('are waited for by locked users, also across stores', async () => {
    const other = await Store.open({ root: join(root, 'store') });
    try {
      const first = await hold({ sharing: 'locked' });
      const order: string[] = [];
      const waiting = other.cacheMounts.hold(request({ sharing: 'locked' })).then((held) => {
        order.push('second');
        return held;
      });
      expect((await hold()).directory).not.toBe(first.directory);
      order.push('first ends');
      first.release();
      expect((await waiting).directory).toBe(first.directory);
      expect(order).toEqual(['first ends', 'second']);
    } finally {
      await other.close();
    }
  });

  it('are waited for no longer than the signal allows', async () => {
    await hold({ sharing: 'locked' });
    const abort = new AbortController();
    const waiting = store.cacheMounts.hold(request({ sharing: 'locked' }), abort);
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'BUILD_CANCELLED' });
  });

  it('are listed with their size and whether they are in use', async () => {
    const held = await hold();
    writeFileSync(join(held.directory, 'file'), Buffer.alloc(100_000, 1));
    const [info] = store.cacheMounts.list();
    expect(info).toMatchObject({ id: '/root/.cache', inUse: true });
    expect(info?.bytes).toBeGreaterThanOrEqual(100_000);
    held.release();
    expect(store.cacheMounts.list()).toMatchObject([{ inUse: false }]);
  });

  it('begin empty again once they are retired', async () => {
    const kept = await hold({ key: 'cd'.repeat(32) });
    writeFileSync(join(kept.directory, 'file'), '');
    kept.release();
    const old = await hold();
    writeFileSync(join(old.directory, 'file'), '');
    old.release();
    await store.cacheMounts.retire(({ key }) => key === request().key);
    expect(readdirSync(join(root, 'store/tmp'))).toEqual([]);
    expect(readdirSync((await hold()).directory)).toEqual([]);
    expect(readdirSync((await hold({ key: 'cd'.repeat(32) })).directory)).toEqual(['file']);
  });

  it('stay with their users when they are retired, and are removed when free', async () => {
    const old = await hold({ sharing: 'locked' });
    writeFileSync(join(old.directory, 'file'), '');
    await store.cacheMounts.retire(() => true);
    const next = await hold({ sharing: 'locked' });
    expect(readdirSync(next.directory)).toEqual([]);
    expect(readdirSync(old.directory)).toEqual(['file']);
    old.release();
    next.release();
    expect((await hold({ sharing: 'locked' })).directory).toBe(next.directory);
    expect(existsSync(old.directory)).toBe(false);
  });

  it('are pruned once retired, however lately they were used', async () => {
    const old = await hold();
    await store.cacheMounts.retire(() => true);
    old.release();
    await store.prune({ cache: 'unused' });
    expect(existsSync(old.directory)).toBe(false);
  });

  it('are pruned when not in use: all, or those not used recently', async () => {
    const old = await hold();
    const used = await hold({ key: 'cd'.repeat(32) });
    old.release();
    expect((await store.prune()).removed).toEqual([]);
    expect((await store.prune({ cache: 'unused' })).removed).toEqual([]);
    now += 3 * DAY;
    const pruned = await store.prune({ cache: 'unused' });
    expect(pruned.removed).toMatchObject([
      { kind: 'cache-mount', description: 'cache mount /root/.cache' },
    ]);
    expect(existsSync(old.directory)).toBe(false);
    expect(existsSync(used.directory)).toBe(true);
    used.release();
    expect((await store.prune({ cache: 'all' })).removed).toHaveLength(1);
    expect(readdirSync(join(root, 'store/mounts'))).toEqual([]);
    expect(existsSync((await hold()).directory)).toBe(true);
  });
});
