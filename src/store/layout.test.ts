import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { defaultRoot, STORE_VERSION, Store } from './index.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-layout-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function open(root: string): Promise<void> {
  await using _store = await Store.open({ root });
}

describe('opening a store', () => {
  test('makes it, for its owner alone', async () => {
    const root = join(directory, 'deep', 'inside');
    await open(root);
    expect(statSync(root).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(root, 'version'), 'utf8')).toBe(`${STORE_VERSION}\n`);
  });

  test('makes it in an empty directory and closes that to others', async () => {
    const root = join(directory, 'empty');
    mkdirSync(root, { mode: 0o755 });
    await open(root);
    expect(statSync(root).mode & 0o777).toBe(0o700);
  });

  test('is completed if its creation was killed halfway', async () => {
    const root = join(directory, 'half');
    mkdirSync(root);
    writeFileSync(join(root, 'version.0123456789ab'), '');
    await open(root);
    rmSync(join(root, 'layers'), { recursive: true });
    await using store = await Store.open({ root });
    const staged = await store.layers.stage();
    expect(existsSync(staged.directory)).toBe(true);
  });

  test('works many times at once', async () => {
    const root = join(directory, 'new');
    await Promise.all(Array.from({ length: 5 }, () => open(root)));
    expect(readdirSync(root).sort()).toEqual([
      'blobs',
      'db',
      'layers',
      'leases',
      'locks',
      'mounts',
      'tmp',
      'version',
    ]);
  });

  test('follows a relative root from the current directory', async () => {
    await using store = await Store.open({ root: join(directory, 'a', '..', 'b') });
    expect(store.root).toBe(join(directory, 'b'));
  });
});

describe('opening a store refuses', () => {
  test.each([
    [`${STORE_VERSION + 1}\n`, 'STORE_VERSION', /newer lamina: its format is 3, not 2$/],
    ['1\n', 'STORE_VERSION', /older lamina: its format is 1, not 2$/],
    ['two\n', 'STORE_DAMAGED', /version: it does not contain a number$/],
    ['', 'STORE_DAMAGED', /version: it does not contain a number$/],
  ])('version %j', async (version, code, message) => {
    writeFileSync(join(directory, 'version'), version);
    await expect(open(directory)).rejects.toMatchObject({ code, message });
  });

  test.each([
    ['a pipe', (path: string) => execFileSync('mkfifo', [path]), /it is a pipe/],
    ['a directory', (path: string) => mkdirSync(path), /it is a directory/],
    ['a link to a device', (path: string) => symlinkSync('/dev/zero', path), /it is a device/],
    ['a link to itself', (path: string) => symlinkSync('version', path), /ELOOP/],
  ])('%s as its version', async (_, make, message) => {
    make(join(directory, 'version'));
    await expect(open(directory)).rejects.toMatchObject({ code: 'STORE_DAMAGED', message });
  });

  test('a directory with other things in it, and leaves it as it is', async () => {
    chmodSync(directory, 0o755);
    writeFileSync(join(directory, 'notes.txt'), '');
    await expect(open(directory)).rejects.toMatchObject({ code: 'STORE_NOT_A_STORE' });
    expect(readdirSync(directory)).toEqual(['notes.txt']);
    expect(statSync(directory).mode & 0o777).toBe(0o755);
  });

  test('a directory of another user', async () => {
    chownSync(directory, 12_345, 12_345);
    await expect(open(directory)).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each(['file', 'file/below', '/proc/lamina'])(
    '%s, where no directory can be',
    async (name) => {
      writeFileSync(join(directory, 'file'), '');
      const root = name.startsWith('/') ? name : join(directory, name);
      await expect(open(root)).rejects.toMatchObject({
        code: 'STORE_UNWRITABLE',
        hint: expect.stringMatching(/--root or LAMINA_ROOT/),
      });
    },
  );
});

describe('the default root', () => {
  test('is the value of LAMINA_ROOT', () => {
    expect(defaultRoot({ LAMINA_ROOT: '/srv/store', HOME: '/home/me' })).toBe('/srv/store');
  });

  test('is one for the whole machine when root asks', () => {
    expect(defaultRoot({ HOME: '/root', LAMINA_ROOT: '' })).toBe('/var/lib/lamina');
  });

  test.each([
    [{ XDG_DATA_HOME: '/data', HOME: '/home/me' }, '/data/lamina'],
    [{ XDG_DATA_HOME: 'relative', HOME: '/home/me' }, '/home/me/.local/share/lamina'],
    [{ HOME: '/home/me' }, '/home/me/.local/share/lamina'],
  ])('lies with the data of any other user: %j', (env, expected) => {
    const before = process.geteuid;
    try {
      process.geteuid = () => 1000;
      expect(defaultRoot(env)).toBe(expected);
    } finally {
      if (before) process.geteuid = before;
    }
  });
});
