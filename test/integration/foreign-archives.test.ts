/** Reports and checks of archives and layouts that other tools made, or made incomplete. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ImageCheck, ImageReport } from '../../src/index.ts';
import { json } from '../support/archives.ts';
import { busybox, Workbench } from '../support/cli.ts';
import { outputOf } from '../support/in-this-process.ts';
import { DockerDaemon, ensureTool, Podman, succeed } from '../support/tools.ts';
import { unpackImage } from '../support/unpacked-image.ts';

/** Files that are overwritten, deleted, linked, hidden by an opaque directory, and shipped twice in the same layer. */
const DOCKERFILE = `
FROM scratch
COPY --chmod=755 busybox /bin/busybox
COPY big small /data/
RUN ["/bin/busybox", "sh", "-c", "cd /data; /bin/busybox ln small link; /bin/busybox mkdir d; /bin/busybox cp big d/copy"]
RUN ["/bin/busybox", "sh", "-c", "cd /data; /bin/busybox rm big; /bin/busybox rm -r d; /bin/busybox mkdir d; echo new >d/new"]
COPY small /again
COPY small /again
CMD ["/bin/busybox"]
`;
const NAME = 'foreign:1';

describe('an archive', () => {
  const bench = new Workbench();
  const file = (name: string) => join(bench.directory, name);
  const made = `docker-archive:${file('docker.tar')}`;

  beforeAll(async () => {
    ensureTool('zstd', 'zstd');
    const files = { Dockerfile: DOCKERFILE, busybox: readFileSync(busybox()), small: 'small' };
    const big = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index * index));
    await bench.succeed([
      ...['build', '-q', '-t', NAME, '-o', `type=docker,dest=${file('docker.tar')}`],
      ...['-o', `type=oci,compression=estargz,dest=${file('estargz.tar')}`],
      bench.project({ ...files, big }),
    ]);
  });
  afterAll(() => bench[Symbol.dispose]());

  const said = (...argv: readonly string[]) => outputOf(bench.store, argv);

  /** `du` and the report have to agree, and nothing may fail. */
  async function expectSameFigures(image: string): Promise<ImageReport> {
    const directory = mkdtempSync(file('unpacked-'));
    const { layers, visible, files, compressed } = await unpackImage(image, directory);
    rmSync(directory, { recursive: true });
    const report: ImageReport = JSON.parse(await said('report', '--format', 'json', image));
    const unpacked = layers.reduce((sum, bytes) => sum + bytes, 0);
    expect(report.layers.map((layer) => layer.unpacked)).toEqual(layers);
    expect(report.size).toEqual({ unpacked, visible, files, compressed });
    expect(report.reclaimable.bytes).toBe(unpacked - visible);
    expect(report.problems).toEqual([]);
    const check: ImageCheck = JSON.parse(await said('check', '--format', 'json', image));
    expect(check).toMatchObject({ passed: true, problems: [], image: { id: report.image.id } });
    const history = await said('history', '--wide', image);
    expect(history.trimEnd().split('\n').length).toBeGreaterThan(layers.length);
    expect(history).not.toContain('<missing>');
    return report;
  }

  const instructions = ({ layers }: ImageReport) => layers.map(({ instruction }) => instruction);

  test('of lamina, with eStargz layers', async () => {
    await expectSameFigures(`oci-archive:${file('estargz.tar')}`);
  });

  test('of `docker save`, of what was loaded and of what was built there', async () => {
    await using daemon = await DockerDaemon.start();
    await daemon.docker('load', '-q', '-i', file('docker.tar'));
    await daemon.docker('save', '-o', file('docker-save.tar'), NAME);
    await expectSameFigures(`docker-archive:${file('docker-save.tar')}`);
    const project = bench.project(
      { Dockerfile: `FROM ${NAME}\nCOPY own /own\nCOPY own /data/small\n`, own: 'own' },
      'of-docker',
    );
    await daemon.docker('build', '-q', '-t', 'built:1', project);
    await daemon.docker('save', '-o', file('docker-built.tar'), 'built:1');
    const report = await expectSameFigures(`docker-archive:${file('docker-built.tar')}`);
    expect(instructions(report).at(-1)).toMatch(/^COPY .* in \/data\/small$/);
  });

  test('of `podman save`, in each of its formats', async () => {
    await using podman = await Podman.open();
    await podman.podman('load', '-q', '-i', file('docker.tar'));
    const save = (format: string, name: string) =>
      podman.podman('save', '-q', '--format', format, '-o', file(name), NAME);
    await save('docker-archive', 'podman-docker.tar');
    await save('oci-archive', 'podman-oci.tar');
    await save('oci-dir', 'podman-oci');
    await expectSameFigures(`docker-archive:${file('podman-docker.tar')}`);
    await expectSameFigures(`oci-archive:${file('podman-oci.tar')}`);
    const whole = await expectSameFigures(`oci:${file('podman-oci')}`);
    rmSync(join(file('podman-oci'), 'oci-layout'));
    expect(await expectSameFigures(`oci:${file('podman-oci')}`)).toEqual(whole);
  });

  test.each([
    ['gzip', 'oci-archive', 'skopeo-gzip.tar'],
    ['gzip', 'oci', 'skopeo-gzip'],
    ['zstd', 'oci-archive', 'skopeo-zstd.tar'],
    ['zstd', 'oci', 'skopeo-zstd'],
  ])('of skopeo: %s in %s', async (compression, transport, name) => {
    const skopeo = ensureTool('skopeo', 'skopeo');
    const target = `${transport}:${file(name)}`;
    const flags = ['-q', '--dest-compress-format', compression];
    await succeed(skopeo, ['copy', ...flags, made, `${target}:1`]);
    await expectSameFigures(target);
  });

  test('of buildah, of what was built there', async () => {
    const buildah = ensureTool('buildah', 'buildah');
    const root = mkdtempSync(file('buildah-'));
    const storage = ['--root', join(root, 'root'), '--runroot', join(root, 'run')];
    const run = async (...args: readonly string[]) =>
      (await succeed(buildah, [...storage, '--storage-driver', 'vfs', ...args])).stdout.trim();
    writeFileSync(file('own'), 'own');
    const container = await run('from', '-q', made);
    await run('copy', '-q', container, file('own'), '/data/small');
    await run('commit', '-q', container, 'built');
    await run('push', '-q', 'built', `oci-archive:${file('buildah.tar')}`);
    const zstd = ['--compression-format', 'zstd'];
    await run('push', '-q', ...zstd, 'built', `oci:${file('buildah-zstd')}:1`);
    await expectSameFigures(`oci-archive:${file('buildah.tar')}`);
    await expectSameFigures(`oci:${file('buildah-zstd')}`);
  });

  test.each([
    ['gzip', 'gz'],
    ['zstd', 'zst'],
  ])('under %s as a whole', async (program, extension) => {
    cpSync(file('docker.tar'), file('whole.tar'));
    await succeed(program, ['-q', '-f', file('whole.tar')]);
    await expectSameFigures(`docker-archive:${file(`whole.tar.${extension}`)}`);
  });

  test('without `manifest.json`, `oci-layout`, or both', async () => {
    const whole = await expectSameFigures(made);
    mkdirSync(file('parts'));
    await succeed('tar', ['-xf', file('docker.tar'), '-C', file('parts')]);
    const images = ['docker-archive', 'oci-archive'].map((name) => `${name}:${file('part.tar')}`);
    for (const missing of [['oci-layout'], ['manifest.json'], ['manifest.json', 'oci-layout']]) {
      const without = missing.map((name) => `--exclude=${name}`);
      await succeed('tar', ['-cf', file('part.tar'), '-C', file('parts'), ...without, '.']);
      for (const image of images) {
        const { reclaimable } = await expectSameFigures(image);
        expect(reclaimable).toEqual(whole.reclaimable);
      }
    }
  });

  /** A Docker archive as kaniko and crane write it: compressed layers, and no OCI layout. */
  async function asByKaniko(name: string, history: (whole: readonly unknown[]) => unknown) {
    const [content, packed] = [file(`${name}-content`), file(name)];
    mkdirSync(content);
    mkdirSync(packed);
    await succeed('tar', ['-xf', file('docker.tar'), '-C', content]);
    const [image] = JSON.parse(readFileSync(join(content, 'manifest.json'), 'utf8'));
    const config = JSON.parse(readFileSync(join(content, image.Config), 'utf8'));
    const Layers = image.Layers.map((path: string, index: number) => {
      cpSync(join(content, path), join(packed, `${index}.tar.gz`));
      return `${index}.tar.gz`;
    });
    writeFileSync(join(packed, 'config'), json({ ...config, history: history(config.history) }));
    const manifest = [{ Config: 'config', RepoTags: [NAME], Layers }];
    writeFileSync(join(packed, 'manifest.json'), json(manifest));
    await succeed('tar', ['-cf', file(`${name}.tar`), '-C', packed, '.']);
    return `docker-archive:${file(`${name}.tar`)}`;
  }

  test('as kaniko and crane write it', async () => {
    const report = await expectSameFigures(await asByKaniko('kaniko', (whole) => whole));
    expect(instructions(report)[0]).toBe('COPY --chmod=755 busybox /bin/busybox');
  });

  test.each<[string, (whole: readonly unknown[]) => unknown]>([
    ['shorter', (whole) => whole.slice(0, 2)],
    ['longer', (whole) => [...whole, { created_by: 'more' }]],
    ['missing', () => undefined],
  ])('with a %s history', async (name, history) => {
    const report = await expectSameFigures(await asByKaniko(name, history));
    expect(new Set(instructions(report))).toEqual(new Set([null]));
  });
});
