import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { recordOf } from '../../test/support/store-content.ts';
import { keepReserve, spendReserve } from './reserve.ts';
import { Store } from './store.ts';

/** Enough that removing them needs more pages than a database has free. */
const RECORDS = 2000;

describe('a reserve', () => {
  const disk = mkdtempSync(join(tmpdir(), 'lamina-test-'));
  const root = join(disk, 'store');
  const database = join(root, 'db');
  beforeEach(async () => {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'lamina-test', disk]);
    await using store = await Store.open({ root });
    for (let index = 0; index < RECORDS; index++) store.records.put(`record ${index}`, recordOf());
  });
  afterEach(() => {
    execFileSync('umount', [disk]);
  });
  afterAll(() => rmdirSync(disk));

  const fill = () => spawnSync('dd', ['if=/dev/zero', `of=${disk}/fill`, 'bs=4k']);
  const prune = async () => {
    await using store = await Store.open({ root });
    return (await store.prune({ cache: 'all' })).removed.length;
  };

  it('lets the collector work on a disk without a free byte, and comes back when there is space', async () => {
    fill();
    expect(await prune()).toBe(RECORDS);
    rmSync(join(disk, 'fill'));
    await prune();
    expect(existsSync(join(database, 'reserve'))).toBe(true);
  });

  it('is necessary', async () => {
    spendReserve(database);
    fill();
    keepReserve(database);
    expect(existsSync(join(database, 'reserve'))).toBe(false);
    await expect(prune()).rejects.toMatchObject({ code: 'STORE_DISK_FULL' });
  });
});
