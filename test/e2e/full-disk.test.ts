/** A store on a disk that is full. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { execute, Workbench } from '../support/cli.ts';

describe('a full disk', () => {
  const bench = new Workbench();
  const disk = join(bench.directory, 'disk');
  const full = { env: { LAMINA_ROOT: join(disk, 'store') } };

  beforeAll(async () => {
    await makeBusyboxImage(bench);
    mkdirSync(disk);
    const mounted = await execute('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'lamina-test', disk]);
    expect(mounted).toMatchObject({ status: 0 });
    const archive = join(bench.directory, 'busybox.tar');
    await bench.succeed(['save', '-o', archive, 'busybox']);
    await bench.succeed(['load', '-i', archive], full);
  });
  afterAll(async () => {
    await execute('umount', [disk]);
    bench[Symbol.dispose]();
  });

  it('is named when COPY, RUN or the database meet it, and nothing is lost', async () => {
    const copy = bench.project(
      { Dockerfile: 'FROM busybox\nCOPY big /\n', big: randomBytes(16 << 20) },
      'copy',
    );
    const copied = await bench.lamina(['build', '-q', copy], full);
    expect(copied).toMatchObject({ status: 1, stderr: expect.stringMatching(/no space left/i) });
    expect(copied.stderr).toContain('STORE_DISK_FULL');
    expect(copied.stderr).toMatch(/Dockerfile:2\b/);

    const run = bench.project(
      { Dockerfile: 'FROM busybox\nRUN head -c 16m /dev/zero > /big\n' },
      'run',
    );
    const ran = await bench.lamina(['build', '-q', run], full);
    expect(ran).toMatchObject({ status: 1, stderr: expect.not.stringMatching(/Node\.js|^ +at /m) });

    expect(ran.stderr).toMatch(/Dockerfile:2\b/);

    const kept = bench.project({ Dockerfile: 'FROM busybox\nRUN echo kept > /kept\n' }, 'kept');
    await bench.succeed(['build', '-q', kept], full);
    const fill = join(disk, 'fill');
    const filled = await execute('dd', ['if=/dev/zero', `of=${fill}`, 'bs=4k']);
    expect(filled.stderr).toContain('No space left');
    const pruned = await bench.succeed(['builder', 'prune', '-af'], full);
    expect(pruned).toMatchObject({ stderr: '', stdout: expect.stringContaining('RUN echo kept') });

    rmSync(fill);
    const small = bench.project({ Dockerfile: 'FROM busybox\nRUN echo small > /small\n' }, 'small');
    await bench.succeed(['build', '-q', small], full);
  });
});
