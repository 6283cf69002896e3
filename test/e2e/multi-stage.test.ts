/** What a multi-stage build runs, and what it leaves alone. */
import { appendFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { stepsOf, Workbench } from '../support/cli.ts';
import { freePort } from '../support/ports.ts';

describe('a multi-stage build', () => {
  const bench = new Workbench();
  beforeAll(() => makeBusyboxImage(bench));
  afterAll(() => bench[Symbol.dispose]());

  const build = (directory: string, ...args: string[]) =>
    bench.succeed(['build', '--progress=plain', ...args, directory]);

  /** Each branch listens, and connects to the other: both end well only if both run at the same time. */
  const meeting = (own: number, other: number) =>
    `RUN (timeout 20 nc -l -p ${own} && echo served > /served) & \\
      for i in $(seq 1 100); do echo hello | nc 127.0.0.1 ${other} && break || usleep 100000; done; \\
      wait; test -f /served`;

  const diamond = (left: number, right: number) => `
FROM busybox AS base
FROM base AS left
${meeting(left, right)}
FROM base AS right
${meeting(right, left)}
FROM scratch
COPY --from=left /served /left
COPY --from=right /served /right
`;

  it('runs the branches of a diamond at the same time', async () => {
    const directory = bench.project(
      { Dockerfile: diamond(await freePort(), await freePort()) },
      'diamond',
    );
    await build(directory, '--jobs', '2');
  });

  it('runs them one after the other with one job', async () => {
    const directory = bench.project(
      { Dockerfile: diamond(await freePort(), await freePort()) },
      'diamond-alone',
    );
    const result = await bench.lamina(['build', '--jobs', '1', '--progress=plain', directory]);
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('RUN_FAILED');
  });

  it('does not run a stage that the target does not need, and names it', async () => {
    const directory = bench.project(
      {
        Dockerfile: `
FROM busybox AS broken
RUN exit 3
FROM busybox AS tested
RUN exit 4
FROM busybox
RUN echo ok > /ok
`,
      },
      'unused',
    );
    const { stderr } = await build(directory);
    expect(stderr).not.toContain('exit 3');
    expect(stderr).toMatch(/broken.*tested/);
  });

  it('builds only what --target needs', async () => {
    const directory = bench.project(
      {
        Dockerfile: 'FROM busybox AS first\nRUN echo 1 > /one\nFROM first AS second\nRUN exit 5\n',
      },
      'target',
    );
    await build(directory, '--target', 'first', '-t', 'only-first');
    const { stdout } = await bench.succeed(['run', '--rm', 'only-first', 'cat', '/one']);
    expect(stdout).toBe('1\n');
  });

  describe('when something changes', () => {
    const files = {
      Dockerfile: `
FROM busybox AS build
WORKDIR /src
COPY tools.txt .
RUN cp tools.txt tools.out
COPY main.txt .
RUN tr a-z A-Z < main.txt > /main.out
RUN grep -c . main.txt > /count.out
FROM busybox
COPY --from=build /count.out /count
RUN cp /count /count-again
COPY --from=build /main.out /main
`,
      'main.txt': 'one\ntwo\n',
      'tools.txt': 'tools\n',
    };

    it('reruns only the steps that can see the file', async () => {
      const directory = bench.project(files, 'change');
      await build(directory);
      appendFileSync(join(directory, 'main.txt'), 'three\n');
      const { run } = stepsOf((await build(directory)).stderr);
      expect(run.filter((step) => step.includes('tools'))).toEqual([]);
      expect(run.some((step) => step.includes('COPY main.txt'))).toBe(true);
      expect(run.some((step) => step.includes('grep -c'))).toBe(true);
    });

    it('reruns nothing when a file is touched without being changed', async () => {
      const directory = bench.project(files, 'touch');
      await build(directory);
      utimesSync(join(directory, 'main.txt'), 1, 1);
      const { run } = stepsOf((await build(directory)).stderr);
      expect(run.filter((step) => /RUN|COPY|WORKDIR/.test(step))).toEqual([]);
    });

    it('keeps a copy and all after it when the source stage is rebuilt to identical bytes', async () => {
      const directory = bench.project(files, 'identical');
      await build(directory);
      // The number of lines stays, so /count.out is made again with the same bytes.
      writeFileSync(join(directory, 'main.txt'), 'uno\ndos\n');
      const { run } = stepsOf((await build(directory)).stderr);
      expect(run.some((step) => step.includes('grep -c'))).toBe(true);
      expect(
        run.filter((step) => step.includes('/count.out /count') || step.includes('count-again')),
      ).toEqual([]);
      expect(run.some((step) => step.includes('/main.out /main'))).toBe(true);
    });
  });
});
