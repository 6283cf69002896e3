/** Reports on real images, wherever they are. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageReport } from '../../src/index.ts';
import { busybox, Workbench } from '../support/cli.ts';

const DOCKERFILE = `
FROM scratch
COPY --chmod=755 busybox /bin/busybox
COPY big small /data/
RUN ["/bin/busybox", "rm", "/data/big"]
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox chmod 600 /data/small; /bin/busybox cp -p /data/small /data/copy"]
COPY key /root/.ssh/id_ed25519
USER 1000
`;
const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
-----END OPENSSH PRIVATE KEY-----
`;

describe('a report', () => {
  const bench = new Workbench();
  const file = (name: string) => join(bench.directory, name);

  beforeAll(async () => {
    const files = {
      Dockerfile: DOCKERFILE,
      busybox: readFileSync(busybox()),
      ...{ big: 'x'.repeat(500_000), small: 'small', key: KEY },
    };
    const outputs = [`type=oci,dest=${file('oci.tar')}`, `type=docker,dest=${file('docker.tar')}`];
    await bench.succeed([
      ...['build', '-q', '-t', 'seen', '--output', 'type=image'],
      ...outputs.flatMap((output) => ['--output', output]),
      bench.project(files),
    ]);
  });
  afterAll(() => bench[Symbol.dispose]());

  async function report(image: string, ...flags: readonly string[]): Promise<ImageReport> {
    const { stdout } = await bench.succeed(['report', '--format', 'json', ...flags, image]);
    return JSON.parse(stdout) as ImageReport;
  }

  /** Without what depends on how the layer is packed. */
  const asRead = ({ digest, compressed, ...layer }: ImageReport['layers'][number]) => layer;

  it('has the sizes of what the layers ship and of what is visible', async () => {
    const size = readFileSync(busybox()).length;
    const { image, size: sizes, layers, reclaimable, duplicates } = await report('seen');
    expect(image).toMatchObject({ names: ['seen:latest'], user: '1000' });
    expect(sizes).toMatchObject({
      unpacked: size + 500_015 + KEY.length,
      visible: size + 10 + KEY.length,
      files: 4,
    });
    expect(layers.map(({ instruction }) => instruction)).toEqual([
      'COPY --chmod=755 busybox /bin/busybox',
      'COPY big small /data/',
      'RUN /bin/busybox rm /data/big',
      expect.stringMatching(/^RUN .*chmod/),
      'COPY key /root/.ssh/id_ed25519',
    ]);
    expect(reclaimable.files).toEqual([
      { path: 'data/big', bytes: 500_000, layer: 1, hiddenBy: 2, reason: 'deleted' },
      { path: 'data/small', bytes: 5, layer: 1, hiddenBy: 3, reason: 'metadata' },
    ]);
    expect(duplicates).toEqual({
      bytes: 5,
      groups: [{ bytes: 5, paths: ['data/copy', 'data/small'] }],
    });
  });

  it('is the same from an archive', async () => {
    const { layers, ...stored } = await report('seen');
    const { layers: packed, ...oci } = await report(`oci-archive:${file('oci.tar')}`);
    expect(oci).toEqual(stored);
    expect(packed.map(asRead)).toEqual(layers.map(asRead));
    const docker = await report(`docker-archive:${file('docker.tar')}`);
    expect(docker).toMatchObject({
      ...{ image: stored.image, reclaimable: stored.reclaimable, packages: stored.packages },
      size: { ...stored.size, compressed: null },
    });
  });

  it('knows the compressed size of what was exported', async () => {
    const { size, layers } = await report('seen');
    const blobs = layers.map(({ compressed }) => compressed ?? Number.NaN);
    const sum = blobs.reduce((all, bytes) => all + bytes, 0);
    expect(size.compressed).toBeGreaterThan(sum);
    expect(size.compressed).toBeLessThan(sum + 10_000);
  });

  it('shows people the same, and never a secret', async () => {
    for (const format of ['text', 'markdown', 'html']) {
      const { stdout } = await bench.succeed(['report', '--format', format, 'seen']);
      expect(stdout).toContain('data/big');
      expect(stdout).toMatch(/root\/\.?ssh\/id.{0,2}ed25519|id.{0,2}ed25519/);
      expect(stdout).not.toContain('b3BlbnNzaC1rZXktdjE');
    }
  });

  it('fits into 80 columns', async () => {
    const { stdout } = await bench.succeed(['report', 'seen']);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});
