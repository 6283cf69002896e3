/** Root file systems in and out: `export` of an image, `import` of a tar. */
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';

const bench = new Workbench();
let tar: string;
beforeAll(async () => {
  await makeBusyboxImage(bench);
  tar = join(bench.directory, 'root.tar');
  await bench.succeed(['export', '-o', tar, 'busybox']);
});
afterAll(() => bench[Symbol.dispose]());

const inspected = async (image: string, format: string) =>
  (await bench.succeed(['inspect', '-f', format, image])).stdout.trim();

it('export writes the files of an image, owners and links included', async () => {
  const listed = execFileSync('tar', ['-tvf', tar], { encoding: 'utf8' });
  expect(listed).toMatch(/^-rwxr-xr-x 0\/0 .* bin\/busybox$/m);
  expect(listed).toMatch(/^l.* bin\/ls -> /m);
  const { stdout } = await bench.succeed(['export', 'busybox']);
  expect(stdout.length).toBeGreaterThan(0);
});

describe('import', () => {
  it('makes an image that runs, with the changes that are asked for', async () => {
    const changes = ['CMD ["sh", "-c", "echo $WHO in $PWD"]', 'ENV WHO=me', 'WORKDIR /tmp'];
    const flags = changes.flatMap((change) => ['--change', change]);
    const args = ['import', ...flags, '-m', 'by hand', tar, 'imported:1'];
    expect((await bench.succeed(args)).stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    const { stdout } = await bench.succeed(['run', '--rm', 'imported:1']);
    expect(stdout).toBe('me in /tmp\n');
    expect((await bench.succeed(['history', 'imported:1'])).stdout).toContain('by hand');
    expect(await inspected('imported:1', '{{len .RootFS.Layers}}')).toBe('1');
  });

  it('gives the same image for the same tar, compressed or not, at a given time', async () => {
    const env = { SOURCE_DATE_EPOCH: '1700000000' };
    const message = ['-m', 'the same'];
    const plain = await bench.succeed(['import', ...message, tar], { env });
    const input = execFileSync('gzip', ['-c', tar], { maxBuffer: 1 << 26 });
    const piped = await bench.succeed(['import', ...message, '-'], { env, input });
    expect(piped.stdout).toBe(plain.stdout);
    expect(await inspected(plain.stdout.trim(), '{{json .RepoTags}}')).toBe('[]');
  });

  it('reads from an HTTP server', async () => {
    const body = execFileSync('tar', ['-C', bench.project({ file: 'x' }, 'served'), '-c', 'file']);
    const server = createServer((_request, response) => response.end(body));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = server.address() as AddressInfo;
      const url = `http://user:secret@127.0.0.1:${port}/root.tar`;
      await bench.succeed(['import', '--platform', 'linux/arm64', url, 'served']);
    } finally {
      server.close();
    }
    expect(await inspected('served', '{{.Architecture}}')).toBe('arm64');
    const { stdout } = await bench.succeed(['history', '--no-trunc', 'served']);
    expect(stdout).toContain('Imported from http://');
    expect(stdout).not.toContain('secret');
  });

  it('refuses what is no change of the config, no tar, or not there', async () => {
    const step = await bench.lamina(['import', '-c', 'RUN true', tar]);
    expect(step.stderr).toContain('IMAGE_CHANGE');
    const text = bench.project({ text: 'no tar\n' }, 'text');
    const { status, stderr } = await bench.lamina(['import', join(text, 'text')]);
    expect([status, /ARCHIVE_/.test(stderr)]).toEqual([1, true]);
    expect((await bench.lamina(['import', '/nowhere'])).stderr).toContain('ARCHIVE_NOT_FOUND');
  });
});
