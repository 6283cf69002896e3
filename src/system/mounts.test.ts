import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundleScript } from '../../test/support/script.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-mounts-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/**
 * Runs a module in its own mount namespace, with `directory` and the folder's functions in scope. Returns the value
 * that it passes to `report`.
 */
async function inNamespace(body: string): Promise<unknown> {
  using script = await bundleScript(`
    import * as fs from 'node:fs';
    import { join } from 'node:path';
    import * as system from './system/index.ts';
    import { mountClassic, mountWithContext } from './system/mount-overlay.ts';
    const directory = process.argv[2];
    const report = (value) => process.stdout.write(JSON.stringify(value));
    const codeOf = (action) => { try { action(); } catch (error) { return error.code; } };
    ${body}
  `);
  const args = ['--mount', '--propagation', 'private', process.execPath, script.path, directory];
  const { status, stdout, stderr } = spawnSync('unshare', args, {
    env: script.env,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function makeDirectories(...names: readonly string[]): void {
  for (const name of names) mkdirSync(join(directory, name), { recursive: true });
}

test('mounts and unmounts a tmpfs', async () => {
  makeDirectories('target');
  const result = await inNamespace(`
    const target = join(directory, 'target');
    const { nosuid, nodev } = system.MountFlag;
    system.mount({ source: 'tmpfs', target, type: 'tmpfs', flags: nosuid | nodev, data: 'mode=750' });
    fs.writeFileSync(join(target, 'file'), '');
    const mode = (fs.statSync(target).mode & 0o777).toString(8);
    system.umount(target);
    report([mode, fs.readdirSync(target), codeOf(() => system.umount(target))]);
  `);
  expect(result).toEqual(['750', [], 'EINVAL']);
});

test('binds a directory and makes the bind read-only', async () => {
  makeDirectories('source', 'target');
  const result = await inNamespace(`
    const source = join(directory, 'source'), target = join(directory, 'target');
    const { bind, remount, readonly } = system.MountFlag;
    system.mount({ source, target, flags: bind });
    system.mount({ source: 'none', target, flags: bind | remount | readonly });
    const code = codeOf(() => fs.writeFileSync(join(target, 'file'), ''));
    system.umount(target, { detach: true });
    report(code);
  `);
  expect(result).toBe('EROFS');
});

describe.each(['system.mountOverlay', 'mountWithContext', 'mountClassic'])('%s', (mountOverlay) => {
  test('merges lower directories, the first on top, and changes only the upper one', async () => {
    makeDirectories('a', 'b', 'upper', 'work', 'target');
    writeFileSync(join(directory, 'a/both'), 'from a');
    writeFileSync(join(directory, 'b/both'), 'from b');
    writeFileSync(join(directory, 'b/below'), 'from b');
    const result = await inNamespace(`
      const at = (name) => join(directory, name);
      ${mountOverlay}({ lowers: [at('a'), at('b')], upper: at('upper'), work: at('work'), target: at('target') });
      const before = ['both', 'below'].map((name) => fs.readFileSync(join(at('target'), name), 'utf8'));
      fs.renameSync(at('target/below'), at('target/moved'));
      report(before);
    `);
    expect(result).toEqual(['from a', 'from b']);
    // metacopy and redirect_dir are off: the content is here, not a pointer to it.
    expect(readFileSync(join(directory, 'upper/moved'), 'utf8')).toBe('from b');
    expect(readFileSync(join(directory, 'b/below'), 'utf8')).toBe('from b');
  });

  test('takes names with commas, colons and backslashes', async () => {
    makeDirectories('a,b:c\\d', 'upper,x', 'work:y', 'target');
    writeFileSync(join(directory, 'a,b:c\\d/file'), 'x');
    const result = await inNamespace(`
      const at = (name) => join(directory, name);
      ${mountOverlay}({ lowers: [at('a,b:c\\\\d')], upper: at('upper,x'), work: at('work:y'), target: at('target') });
      report(fs.readdirSync(at('target')));
    `);
    expect(result).toEqual(['file']);
  });

  test('makes a read-only view without an upper directory', async () => {
    makeDirectories('a', 'b', 'target');
    writeFileSync(join(directory, 'b/file'), 'x');
    const result = await inNamespace(`
      const at = (name) => join(directory, name);
      ${mountOverlay}({ lowers: [at('a'), at('b')], target: at('target') });
      report([fs.readdirSync(at('target')), codeOf(() => fs.writeFileSync(at('target/new'), ''))]);
    `);
    expect(result).toEqual([['file'], 'EROFS']);
  });

  test('stacks 130 layers with long names', async () => {
    const names = Array.from({ length: 130 }, (_, index) => `${'long-'.repeat(20)}${index}`);
    makeDirectories(...names, 'target');
    for (const [index, name] of names.entries())
      writeFileSync(join(directory, name, `f${index}`), '');
    const result = await inNamespace(`
      const at = (name) => join(directory, name);
      const lowers = Array.from({ length: 130 }, (_, index) => at('long-'.repeat(20) + index));
      ${mountOverlay}({ lowers, target: at('target') });
      report(fs.readdirSync(at('target')).length);
    `);
    expect(result).toBe(130);
  });

  test('reports a missing lower directory', async () => {
    makeDirectories('a', 'target');
    const result = await inNamespace(`
      const at = (name) => join(directory, name);
      report(codeOf(() => ${mountOverlay}({ lowers: [at('a'), at('gone')], target: at('target') })));
    `);
    expect(result).toBe('ENOENT');
  });
});

test('an overlay that cannot be is explained in the words of the kernel', async () => {
  makeDirectories('a', 'upper', 'target');
  writeFileSync(join(directory, 'file'), '');
  const result = await inNamespace(`
    const at = (name) => join(directory, name);
    try {
      system.mountOverlay({ lowers: [at('a'), at('file')], target: at('target') });
    } catch (error) {
      report(error.message);
    }
  `);
  expect(result).toMatch(/not a directory/);
});

test('mounts an EROFS whose content lies in another file', async () => {
  makeDirectories('target');
  writeFileSync(join(directory, 'meta'), gunzipSync(Buffer.from(EROFS_META, 'base64')));
  // The metadata: one file, the first 5000 bytes of the device.
  writeFileSync(join(directory, 'device'), Buffer.alloc(8192, 'a'));
  const result = await inNamespace(`
    const at = (name) => join(directory, name);
    system.mountErofs({ meta: at('meta'), device: at('device'), target: at('target') });
    const content = fs.readFileSync(at('target/file'), 'utf8');
    const code = codeOf(() => fs.writeFileSync(at('target/new'), ''));
    report([content.length, content === 'a'.repeat(5000), fs.readlinkSync(at('target/link')), code]);
  `);
  expect(result).toEqual([5000, true, 'file', 'EROFS']);
});

/** `file` of 5000 bytes in chunks of 4096 on an extra device, and a symlink `link` to it; gzip. */
const EROFS_META =
  'H4sIAAAAAAACA2NgGAWjYBSMVPDo4dcH9rdexDAzMDDwMGgwMGNRw4hbO4YUD1SYc4j4n4WBgeGtIxODNZT//////8jyGlDagIEJzjZkYGLQ' +
  'hrKNGRgZdKFscwZ2Bj09vbTMnNSczLxssBgHAwPDkkZGhg5hiBoFjEBjhNOMONz3fyEjmIa5jwlJHmTZaCoeBaNgFIyCUTAKRsEoGAXEAgDW' +
  '567rABAAAA==';
