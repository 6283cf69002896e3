/** Disks that fill up at any point of a build, and clocks that jump: the store stays whole, and complete images stay in it. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, execute, Workbench } from '../support/cli.ts';

const KB = 1024;

describe('a disk that fills up', () => {
  const bench = new Workbench();
  let project: string;
  let needed: number;

  beforeAll(async () => {
    await makeBusyboxImage(bench);
    project = bench.project({
      Dockerfile:
        'FROM busybox\nCOPY big /big\nRUN dd if=/dev/urandom of=/made bs=1k count=900 2>/dev/null\nCOPY big /again\n',
      big: randomBytes(1024 * KB),
    });
    mkdirSync(join(bench.directory, 'disk'));
    const { stdout } = await execute('du', ['-sk', bench.store]);
    needed = Number.parseInt(stdout, 10);
  });
  afterAll(() => bench[Symbol.dispose]());

  /** In a mount namespace of its own, which ends with the disk in it. */
  async function buildOn(kilobytes: number) {
    const script = `mount -t tmpfs -o size=${kilobytes}k lamina-test disk && cp -a store disk/ && export LAMINA_ROOT=disk/store
      lamina() { '${process.execPath}' '${COMMAND}' "$@"; }
      lamina build -q -t app '${project}' > out 2> err; echo "built $?"; cat err >&2
      lamina system check; echo "checked $?"
      lamina builder prune -af > /dev/null; echo "pruned $?"
      lamina save -o saved.tar busybox && tar -tf saved.tar > /dev/null && echo whole
      ls disk/store/tmp disk/store/leases | grep -c . ; true`;
    return execute('unshare', ['--mount', 'sh', '-c', script], { cwd: bench.directory });
  }

  it.each([64, 400, 900, 1500, 2200, 3000, 4500, 9000])(
    'with %i KB to spare loses nothing, and says what is wrong',
    async (spare) => {
      const { stdout, stderr } = await buildOn(needed + spare);
      const [, built] = /^built (\d+)$/m.exec(stdout) ?? [];
      if (built !== '0') expect(stderr).toMatch(/no space left|STORE_DISK_FULL|RUN_FAILED/i);
      expect(stderr).not.toMatch(/INTERNAL|^ +at /m);
      expect(stdout).toContain('checked 0');
      expect(stdout).toContain('pruned 0\nwhole\n');
      if (spare < 1000) expect(built).toBe('1');
      if (spare > 8000) expect(built).toBe('0');
      // Of tmp and leases, their names only.
      expect(stdout.trimEnd().endsWith('\n2')).toBe(true);
    },
  );
});

describe('a clock that jumps', () => {
  const bench = new Workbench();
  const at = (days: number) => ({
    env: {
      NODE_OPTIONS: `--require=${join(import.meta.dirname, '../support/shift-clock.cjs')}`,
      LAMINA_CLOCK_DAYS: String(days),
    },
  });
  beforeAll(() => makeBusyboxImage(bench));
  afterAll(() => bench[Symbol.dispose]());

  it('years ahead and back neither loses images nor breaks the cache', async () => {
    const dockerfile = 'FROM busybox\nRUN echo 1 > /made\n';
    const project = bench.project({ Dockerfile: dockerfile });
    const build = (days: number) =>
      bench.succeed(['build', '--progress=plain', '-t', 'app', project], at(days));
    await build(0);
    for (const days of [4000, -4000, 0, 1]) {
      expect((await build(days)).stderr).toContain('CACHED');
      expect((await bench.succeed(['system', 'check'], at(days))).stdout).toContain(
        'nothing is damaged',
      );
    }
    await bench.succeed(['builder', 'prune', '-f'], at(4000));
    await bench.succeed(['image', 'prune', '-f'], at(-4000));
    const { stdout } = await bench.succeed(['run', '--rm', 'app', 'cat', '/made'], at(-4000));
    expect(stdout).toBe('1\n');
  });
});
