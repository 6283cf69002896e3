/** A store on a file system that is mounted read-only. */
import { cpSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { type CommandResult, Workbench } from '../support/cli.ts';

const bench = new Workbench();
beforeAll(async () => {
  mkdirSync(temporary);
  await makeBusyboxImage(bench);
  const project = bench.project({
    Dockerfile: 'FROM busybox\nRUN echo made > /made\nRUN --mount=type=cache,target=/c true\n',
  });
  await bench.succeed(['build', '-q', '-t', 'app', project]);
});
afterAll(() => bench[Symbol.dispose]());

const MOUNT = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"';

/** Runs a command in a mount namespace where the store is read-only. */
function readOnly(args: readonly string[], store = bench.store): Promise<CommandResult> {
  const wrapper = ['unshare', '--mount', 'sh', '-c', MOUNT, store];
  return bench.lamina(args, { wrapper, env: { LAMINA_ROOT: store, TMPDIR: temporary } });
}

/** For what cannot be in the store. */
const temporary = join(bench.directory, 'temporary');
const archive = join(bench.directory, 'saved.tar');

describe('a read-only store', () => {
  it.each([
    ['images', /^app +latest/m],
    ['inspect app', /"RepoTags"/],
    ['history app', /RUN \/bin\/sh -c echo made/],
    ['run --rm --read-only app cat /made', /^made$/m],
    ['run --rm app cat /made', /^made$/m],
    [`save -o ${archive} app`, /^$/],
    [`save --format oci -o ${archive} app`, /^$/],
    ['system df', /^Images/m],
    ['system df -v', /RUN echo made/],
    ['report app', /busybox/],
    ['builds ls', /app/],
    ['system check', /nothing is damaged/],
  ])('serves %s', async (line, output) => {
    const { status, stdout, stderr } = await readOnly(line.split(' '));
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(output);
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.each([
    'tag app other',
    'rmi app',
    'builder prune -af',
    'system check --repair',
    `build --no-cache ${join(bench.directory, 'project')}`,
  ])('says that it is read-only to %s', async (line) => {
    const { status, stderr } = await readOnly(line.split(' '));
    expect(status).toBe(1);
    expect(stderr).toContain('STORE_READ_ONLY');
    expect(stderr).toContain('the store is read-only');
  });

  it.each([
    ['and another process has its database open', true],
    ['after a crash, and its index of the log is lost', false],
  ])('is read with its log when that is not empty, %s', async (_, keepsIndex) => {
    const store = join(bench.directory, `with-log-${keepsIndex}`);
    cpSync(bench.store, store, { recursive: true, verbatimSymlinks: true });
    const writer = new DatabaseSync(join(store, 'db', 'store.db'));
    const { key, value } =
      writer.prepare('SELECT * FROM names WHERE key LIKE ?').get('%app%') ?? {};
    expect(String(value)).toMatch(/sha256/);
    writer.prepare('DELETE FROM names WHERE key = ?').run(String(key));
    expect(statSync(join(store, 'db', 'store.db-wal')).size).toBeGreaterThan(0);
    const seen = keepsIndex ? store : `${store}-copy`;
    if (!keepsIndex) {
      cpSync(store, seen, { recursive: true, verbatimSymlinks: true });
      rmSync(join(seen, 'db', 'store.db-shm'));
    }
    const { status, stdout, stderr } = await readOnly(['images'], seen);
    writer.close();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^busybox +latest/m);
    expect(stdout).not.toMatch(/^app +latest/m);
  });
});
