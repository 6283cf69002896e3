import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Store } from './store.ts';

let root: string;
let store: Store;
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'lamina-records-'));
  store = await Store.open({ root });
});
afterEach(async () => {
  await store.close();
  rmSync(root, { recursive: true, force: true });
});

describe('records of builds', () => {
  it('are listed by age, read and removed, with the lists that only they name', () => {
    const { builds } = store;
    const [first, second] = [builds.newId(2000), builds.newId(1000)];
    const list = `sha512-256:${'a'.repeat(64)}`;
    builds.putList(list, 'files');
    builds.put(first, `{"files":"${list}"}`);
    builds.put(second, '{}');
    expect(builds.ids()).toEqual([second, first]);
    expect(builds.read(second)).toBe('{}');
    expect(builds.readList(list)).toBe('files');
    builds.remove([first]);
    expect(builds.ids()).toEqual([second]);
    expect(builds.readList(list)).toBeUndefined();
  });

  it('are bounded: the oldest go', () => {
    for (let time = 1; time <= 220; time++) store.builds.put(store.builds.newId(time), '{}');
    const ids = store.builds.ids();
    expect(ids).toHaveLength(200);
    expect(ids[0]?.startsWith((21).toString(36).padStart(9, '0'))).toBe(true);
  });

  it('do not bring back a store that was removed', () => {
    rmSync(root, { recursive: true });
    expect(() => store.builds.put(store.builds.newId(1), '{}')).toThrow('ENOENT');
    expect(existsSync(root)).toBe(false);
  });
});
