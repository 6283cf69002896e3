/** `system df` equals the disk's own count, and a prune frees what it promises. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { execute, Workbench } from '../support/cli.ts';

const MB = 1 << 20;
const DOCKERFILE = `FROM busybox AS other
RUN mkdir /many && cd /many && for i in $(seq 300); do echo $i > $i; done
FROM busybox
COPY big one /
RUN --mount=type=cache,target=/c dd if=/dev/urandom of=/c/data bs=1M count=2 && ln /big /hard && cp /one /two
COPY --from=other /many /many
`;

describe('the disk', () => {
  const bench = new Workbench();
  let project: string;

  beforeAll(async () => {
    await makeBusyboxImage(bench);
    project = bench.project({ Dockerfile: DOCKERFILE, big: randomBytes(6 * MB), one: '1' });
    await bench.succeed(['build', '-t', 'app', project]);
    writeFileSync(join(project, 'one'), '2');
    await bench.succeed(['build', '-t', 'app', project]);
    await bench.succeed(['save', '-o', join(bench.directory, 'app.tar'), 'app']);
  });
  afterAll(() => bench[Symbol.dispose]());

  async function onDisk(): Promise<number> {
    const { stdout } = await execute('du', ['-s', '--block-size=1', bench.store]);
    return Number.parseInt(stdout, 10);
  }
  async function rows(): Promise<{ Type: string; Size: number; Reclaimable: number }[]> {
    const script = `import { diskUsage } from 'lamina-build';
      process.stdout.write(JSON.stringify(await diskUsage({ root: ${JSON.stringify(bench.store)} })));`;
    const library = join(import.meta.dirname, '../../dist/lib/index.js');
    const text = script.replace("'lamina-build'", JSON.stringify(library));
    const { stdout } = await execute(process.execPath, ['--input-type=module', '-e', text]);
    const found: { type: string; bytes: number; reclaimableBytes: number }[] = JSON.parse(stdout);
    return found.map((row) => ({
      ...{ Type: row.type, Size: row.bytes, Reclaimable: row.reclaimableBytes },
    }));
  }
  const total = (all: Awaited<ReturnType<typeof rows>>) =>
    all.reduce((sum, { Size }) => sum + Size, 0);

  it('is counted as du counts it, before and after every prune, which frees what was said', async () => {
    for (const [type, args] of [
      ['Images', ['image', 'prune', '-f']],
      ['Build Cache', ['builder', 'prune', '-af']],
      ['Other', ['system', 'prune', '-f']],
    ] as const) {
      const before = await rows();
      const disk = await onDisk();
      expect(Math.abs(total(before) - disk) / disk).toBeLessThan(0.01);
      const promised = before.find((row) => row.Type === type)?.Reclaimable ?? 0;
      const garbage = before.find((row) => row.Type === 'Other')?.Reclaimable ?? 0;
      await bench.succeed([...args]);
      const freed = disk - (await onDisk());
      const expected = promised + (type === 'Other' ? 0 : garbage);
      expect([type, Math.abs(freed - expected) < disk / 100]).toEqual([type, true]);
      if (type === 'Build Cache') expect(promised).toBeGreaterThan(2 * MB);
    }
  });

  it('has a row for what belongs to no image and no step', async () => {
    const { stdout } = await bench.succeed(['system', 'df']);
    expect(stdout).toMatch(/^Images .*\nBuild Cache .*\nOther /m);
  });
});
