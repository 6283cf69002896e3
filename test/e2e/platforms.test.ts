/** Images for other platforms than this machine's: built, emulated, and several of them under one name. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerEmulator } from '../support/binfmt.ts';
import { Workbench } from '../support/cli.ts';
import { foreignBusybox } from '../support/foreign-busybox.ts';

const bench = new Workbench();
let busybox: Buffer;
beforeAll(() => {
  busybox = foreignBusybox('arm64', join(bench.directory, 'apt'));
});
afterAll(() => bench[Symbol.dispose]());

const isKnownToTheKernel = existsSync('/proc/sys/fs/binfmt_misc/qemu-aarch64');
const ARM = 'FROM scratch\nCOPY --chmod=755 busybox /bin/sh\n';
const build = (directory: string, ...args: string[]) =>
  bench.succeed(['build', '--progress=plain', ...args, directory]);

describe('a build for several platforms', () => {
  const dockerfile = `
FROM --platform=$BUILDPLATFORM scratch AS tool
COPY tool /tool
FROM scratch
ARG TARGETARCH
COPY --from=tool /tool /tool
COPY <<EOT /architecture
$TARGETARCH
EOT
`;

  it('does once what they share, and names the platform of each step', async () => {
    const directory = bench.project({ Dockerfile: dockerfile, tool: 'tool' }, 'several');
    const { stderr } = await build(directory, '--platform', 'linux/amd64,linux/arm64');
    expect(stderr.match(/^#\d+ \[linux\/\w+ tool 1\/1\]/gm)).toHaveLength(1);
    expect(stderr).toMatch(/^#\d+ \[linux\/amd64 stage-1 2\/2\] COPY <<EOT/m);
    expect(stderr).toMatch(/^#\d+ \[linux\/arm64 stage-1 2\/2\] COPY <<EOT/m);
    expect(stderr).toMatch(/layers for linux\/arm64/);
  });

  it('gives one name to one image for each', async () => {
    const directory = bench.project({ Dockerfile: dockerfile, tool: 'tool' }, 'named');
    await build(directory, '--platform', 'linux/amd64', '--platform', 'linux/arm64', '-t', 'both');
    const { stdout } = await bench.succeed(['images', '--format', '{{.Repository}} {{.ID}}']);
    const ids = new Set(stdout.split('\n').filter((line) => line.startsWith('both ')));
    expect(ids.size).toBe(2);
    await bench.succeed(['rmi', 'both']);
    expect((await bench.succeed(['images', '-q'])).stdout).toBe('');
  });
});

describe('a step for another platform', () => {
  it('runs by a static emulator, with a warning that what it starts does not', async () => {
    const directory = bench.project(
      { Dockerfile: `${ARM}RUN ["/bin/sh", "-c", "echo $((6 * 7)) on an arm"]\n`, busybox },
      'static',
    );
    const { stderr } = await build(directory, '--platform', 'linux/arm64');
    expect(stderr).toContain('42 on an arm');
    // Machines that know all emulators from their start have nothing to warn of.
    expect(stderr.includes('EMULATOR_UNREGISTERED')).toBe(!isKnownToTheKernel);
  });

  it('runs all that it starts where the kernel knows the emulator', async () => {
    const run = 'RUN ["/bin/sh", "-c", "/bin/sh -c \'uname -m\' && (uname -m) > /machine"]';
    const directory = bench.project(
      {
        Dockerfile: `${ARM.replace('/bin/sh', '/bin/busybox')}RUN ["/bin/busybox", "--install", "/bin"]\n${run}\n`,
        busybox,
      },
      'registered',
    );
    using _emulator = registerEmulator('qemu-aarch64');
    const { stderr } = await build(directory, '--platform', 'linux/arm64', '-t', 'arm');
    expect(stderr).toMatch(/^#\d+ [\d.]+ aarch64$/m);
    expect(stderr).not.toContain('EMULATOR_UNREGISTERED');
    const { stdout } = await bench.succeed(['run', 'arm', 'uname', '-m']);
    expect(stdout).toBe('aarch64\n');
    const again = await bench.succeed(['run', '--platform', 'linux/arm64', 'arm', 'uname', '-m']);
    expect(again.stdout).toBe('aarch64\n');
  });

  it('is refused with a way out where nothing runs it', async () => {
    const directory = bench.project({ Dockerfile: `${ARM}RUN ["/bin/sh"]\n`, busybox }, 'none');
    const { status, stderr } = await bench.lamina([
      'build',
      '--platform',
      'linux/mips64p32',
      directory,
    ]);
    expect(status).toBe(1);
    expect(stderr).toContain('EMULATOR_MISSING');
    expect(stderr).toContain('Dockerfile:3');
    expect(stderr).toContain('FROM --platform=$BUILDPLATFORM');
  });
});
