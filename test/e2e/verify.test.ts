/** Whether a build gives the same twice, and what is not the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';

const bench = new Workbench();
beforeAll(() => makeBusyboxImage(bench));
afterAll(() => bench[Symbol.dispose]());

const EPOCH = { SOURCE_DATE_EPOCH: '1700000000' };

describe('build --verify', () => {
  it('builds twice from nothing but the base images, and finds the same image', async () => {
    const directory = bench.project(
      { Dockerfile: 'FROM busybox\nCOPY file /\nRUN cp /file /copy && mkdir /d\n', file: 'x' },
      'same',
    );
    const { stderr } = await bench.succeed(
      ['build', '--verify', '--progress=plain', '-t', 'same', directory],
      { env: EPOCH },
    );
    expect(stderr.match(/RUN cp \/file \/copy && mkdir \/d$/gm)).toHaveLength(2);
    expect(stderr).toContain('reproducible: both builds produced sha256:');
    await bench.succeed(['inspect', 'same']);
  });

  it('names the files that differ, their instruction, and what is known of such files', async () => {
    const directory = bench.project(
      {
        Dockerfile: [
          'FROM busybox',
          'RUN echo the same > /same',
          'RUN mkdir -p /var/log && cat /proc/sys/kernel/random/uuid > /var/log/build.log',
          'RUN head -c 99 /dev/urandom > /random',
        ].join('\n'),
      },
      'different',
    );
    const { status, stderr } = await bench.lamina(
      ['build', '--verify', '--progress=plain', directory],
      { env: EPOCH },
    );
    expect(status).toBe(1);
    const report = stderr.slice(stderr.indexOf('not reproducible'));
    expect(report).toMatch(
      /layer \d+, RUN .*mkdir -p \/var\/log .*: 1 file\n {2}~ \/var\/log\/build.log\n/,
    );
    expect(report).toMatch(/content: at byte \d+: [0-9a-f-]+ became at byte \d+: [0-9a-f-]+/);
    expect(report).toContain('why: logs contain the time of the build');
    expect(report).toContain('~ /random');
    expect(report).not.toContain('/same');
  });
});

describe('compare', () => {
  it('lists what a container would see of the difference', async () => {
    const first = bench.project(
      { Dockerfile: 'FROM busybox\nRUN echo 1 > /changed; echo a > /gone; chmod 600 /gone\n' },
      'first',
    );
    const second = bench.project(
      { Dockerfile: 'FROM busybox\nENV A=1\nRUN echo 2 > /changed\nRUN ln -s changed /new\n' },
      'second',
    );
    await bench.succeed(['build', '-t', 'first', first]);
    await bench.succeed(['build', '-t', 'second', second]);
    const { status, stdout } = await bench.lamina(['compare', 'first', 'second']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/ENV A +new: 1/);
    expect(stdout).toContain('files: 1 added, 1 removed, 1 changed');
    expect(stdout).toMatch(/ {2}~ \/changed\n {6}content: at byte 0: 1 became at byte 0: 2\n/);
    expect(stdout).toMatch(/ {2}- \/gone {2}2B\n/);
    expect(stdout).toMatch(/ {2}\+ \/new\n/);
  });

  it('ends with 0 for the same image', async () => {
    const { stdout } = await bench.succeed(['compare', 'busybox', 'busybox:latest']);
    expect(stdout).toMatch(/^the images are the same: sha256:/);
  });

  it('gives everything as JSON', async () => {
    const { stdout } = await bench.lamina([
      'compare',
      '--layers',
      '--format',
      'json',
      'first',
      'second',
    ]);
    const comparison = JSON.parse(stdout);
    expect(
      comparison.layers.map((layer: { files: unknown[] }) => layer.files.length > 0),
    ).toContain(true);
  });
});
