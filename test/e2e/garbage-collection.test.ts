/** The cache stays within limits by itself, in the background, and live processes keep what they use. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, Workbench } from '../support/cli.ts';

const MB = 1 << 20;

describe('the cache', () => {
  const bench = new Workbench();
  const stamp = join(bench.store, 'db/collected');
  /** Nobody removes the directory under a collector. */
  const collectors = async () => {
    while (readdirSync(join(bench.store, 'leases')).length > 0) await delay(50);
  };

  beforeAll(() => makeBusyboxImage(bench));
  afterAll(async () => {
    await collectors();
    bench[Symbol.dispose]();
  });

  /** Builds a layer of a megabyte that no image keeps. */
  async function build(args: readonly string[] = []) {
    const files = { Dockerfile: 'FROM busybox\nCOPY big /\n', big: randomBytes(MB) };
    const project = bench.project(files, 'project');
    return bench.succeed(['build', '-o', 'type=cacheonly', ...args, project]);
  }
  function makeDue(): void {
    const past = new Date(Date.now() - 3_600_000);
    utimesSync(stamp, past, past);
  }
  const layers = () => readdirSync(join(bench.store, 'layers')).length;
  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await delay(50);
  }

  it('is not collected right after a store was made', async () => {
    expect(existsSync(stamp)).toBe(true);
    const before = layers();
    await build(['--cache-max-size', '1']);
    expect(layers()).toBe(before + 1);
  });

  it('is brought within its limit after a build, which does not wait for it; images stay', async () => {
    for (let count = 0; count < 3; count++) await build();
    const before = layers();
    makeDue();
    await build(['--cache-max-size', '2m']);
    await until(() => layers() < before - 1);
    await collectors();
    expect((await bench.succeed(['run', '--rm', 'busybox', 'echo', 'whole'])).stdout).toBe(
      'whole\n',
    );
    expect((await bench.succeed(['system', 'check'])).stdout).toContain('nothing is damaged');
  });

  it('is left alone with --cache-max-size=none, also from the environment', async () => {
    await build();
    makeDue();
    const before = layers();
    await build(['--cache-max-size=none']);
    const files = { Dockerfile: 'FROM busybox\nCOPY big /\n', big: randomBytes(MB) };
    const project = bench.project(files, 'project');
    const env = { LAMINA_CACHE_MAX_SIZE: 'none' };
    await bench.succeed(['build', '-o', 'type=cacheonly', project], { env });
    await collectors();
    expect(layers()).toBe(before + 2);
  });

  it('loses nothing that a running build uses', async () => {
    const dockerfile =
      'FROM busybox\nCOPY big /\nRUN until [ -e /c/go ]; do sleep 0.1; done\nRUN wc -c /big\n';
    const slow = bench.project(
      {
        Dockerfile: dockerfile.replace('RUN until', 'RUN --mount=type=cache,target=/c until'),
        big: randomBytes(MB),
      },
      'slow',
    );
    const env = { ...process.env, LAMINA_ROOT: bench.store };
    const child = spawn(
      process.execPath,
      [COMMAND, 'build', '-t', 'slow', '--progress=plain', slow],
      { env },
    );
    let log = '';
    child.stderr.on('data', (data: Buffer) => {
      log += data;
    });
    await until(
      () => /RUN --mount/.test(log) && readdirSync(join(bench.store, 'mounts')).length > 0,
    );
    makeDue();
    await build(['--cache-max-size', '1']);
    await until(() => layers() < 8);
    const [key = ''] = readdirSync(join(bench.store, 'mounts'));
    writeFileSync(join(bench.store, 'mounts', key, '1/data/go'), '');
    const status = await new Promise((resolve) => child.once('close', resolve));
    expect([status, log]).toEqual([0, expect.stringContaining(`${MB} /big`)]);
  });

  it('has limits that are checked before a build', async () => {
    const project = bench.project({ Dockerfile: 'FROM busybox\n' }, 'plain');
    const bad = await bench.lamina(['build', '--cache-max-size', 'lots', project]);
    expect([bad.status, bad.stderr]).toEqual([125, expect.stringContaining('--cache-max-size')]);
    const age = await bench.lamina(['build', project], { env: { LAMINA_CACHE_MAX_AGE: 'old' } });
    expect([age.status, age.stderr]).toEqual([
      125,
      expect.stringContaining('LAMINA_CACHE_MAX_AGE'),
    ]);
  });
});
