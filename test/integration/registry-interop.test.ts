/** What lamina pushes, others pull and run; what they push, lamina pulls and runs. Through a real registry. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf, MEDIA_TYPES } from '../../src/oci/index.ts';
import type { Workbench } from '../support/cli.ts';
import { Containerd } from '../support/containerd.ts';
import type { TestRegistry } from '../support/registry.ts';
import { elsewhere, pulledAndRun, RegistryBench } from '../support/registry-bench.ts';
import { DockerDaemon, ensureTool, Podman, succeed } from '../support/tools.ts';

let desk: RegistryBench;
let registry: TestRegistry;
let bench: Workbench;
let repository: string;
let skopeo: string;

beforeAll(async () => {
  skopeo = ensureTool('skopeo', 'skopeo');
  desk = await RegistryBench.open();
  ({ registry, bench, repository } = desk);
});

afterAll(() => desk?.[Symbol.asyncDispose]());

describe('others run what lamina pushed', () => {
  test('podman, and skopeo sees the same digest', async () => {
    const inspected = await succeed(skopeo, [
      'inspect',
      '--tls-verify=false',
      `docker://${repository}:1`,
    ]);
    expect(JSON.parse(inspected.stdout).Digest).toBe(
      digestOf(await desk.rawManifest(`${repository}:1`)),
    );
    await using podman = await Podman.open();
    await podman.podman('pull', '-q', '--tls-verify=false', `${repository}:1`);
    const limits = ['--ulimit=nofile=1024:1024', '--ulimit=nproc=1024:1024'];
    const ran = await podman.podman('run', '--rm', '--network=none', ...limits, `${repository}:1`);
    expect(ran).toBe('hello\n');
  });

  test('docker', async () => {
    await using daemon = await DockerDaemon.start();
    await daemon.docker('pull', '-q', `${repository}:1`);
    expect(await daemon.docker('run', '--rm', '--network=none', `${repository}:1`)).toBe('hello\n');
    // And what docker pushes is pulled, in Docker's media types.
    const back = `${registry.name}/docker/app:1`;
    await daemon.docker('tag', `${repository}:1`, back);
    await daemon.docker('push', '-q', back);
    expect(JSON.parse((await desk.rawManifest(back)).toString()).mediaType).toBe(
      MEDIA_TYPES.dockerManifest,
    );
    expect(await pulledAndRun(back)).toBe('hello');
    // Pulled and pushed on, it is still what docker made.
    const on = `${registry.name}/docker/on:1`;
    using other = elsewhere();
    await other.succeed(['pull', '-q', back]);
    await other.succeed(['tag', back, on]);
    await other.succeed(['push', '-q', on]);
    expect(await desk.rawManifest(on)).toEqual(await desk.rawManifest(back));
  });
});

test('containerd runs all that lamina pushes, and lamina what containerd pushes', async () => {
  await using containerd = await Containerd.start();
  for (const [kind, type] of [
    ['compression=gzip', MEDIA_TYPES.ociLayerGzip],
    ['compression=zstd', MEDIA_TYPES.ociLayerZstd],
    ['compression=estargz', MEDIA_TYPES.ociLayerGzip],
    ['compression=uncompressed', MEDIA_TYPES.ociLayer],
    ['compression=gzip,oci-mediatypes=false', MEDIA_TYPES.dockerLayerGzip],
    ['compression=uncompressed,oci-mediatypes=false', MEDIA_TYPES.dockerLayer],
  ] as const) {
    const says = kind.replaceAll(/\W/g, ' ');
    const name = `${registry.name}/containerd/${says.replaceAll(' ', '-')}:1`;
    await desk.build(name, says, ['-o', `type=image,name=${name},push=true,${kind}`]);
    const { layers } = JSON.parse((await desk.rawManifest(name)).toString());
    expect(layers.at(-1).mediaType).toBe(type);
    expect(await containerd.pulledAndRun(name)).toBe(says);
  }
  const back = `${registry.name}/containerd/back:1`;
  const plain = ['--uncompress', '--oci', '--platform=linux/amd64'];
  await containerd.ctr('images', 'pull', '--plain-http', '--snapshotter=native', `${repository}:1`);
  await containerd.ctr('images', 'convert', ...plain, `${repository}:1`, back);
  await containerd.ctr('images', 'push', '--plain-http', back);
  expect(await pulledAndRun(back)).toBe('hello');
});

describe('lamina runs what others pushed', () => {
  test.each([
    ['gzip', 'oci', /tar\+gzip$/],
    ['gzip', 'v2s2', /tar\.gzip$/],
    ['zstd', 'oci', /tar\+zstd$/],
    ['zstd:chunked', 'oci', /tar\+zstd$/],
  ])('skopeo: %s, %s', async (compression, format, type) => {
    const says = `skopeo ${compression.replace(':', ' ')} ${format}`;
    const layout = join(bench.directory, `layout-${says.replaceAll(' ', '-')}`);
    const output = `type=oci,tar=false,compression=uncompressed,dest=${layout}`;
    await desk.build('', says, ['-t', 'x:1', '-o', output]);
    const name = `${registry.name}/skopeo/${says.replaceAll(' ', '-')}:1`;
    await succeed(skopeo, [
      ...['copy', '-q', '--dest-tls-verify=false', '--format', format],
      ...['--dest-compress-format', compression, `oci:${layout}:1`, `docker://${name}`],
    ]);
    const { layers } = JSON.parse((await desk.rawManifest(name)).toString());
    // The first one may be reused as the registry has it.
    expect(layers.at(-1).mediaType).toMatch(type);
    expect(await pulledAndRun(name)).toBe(says);
  });

  test('skopeo: uncompressed layers', async () => {
    const layout = join(bench.directory, 'layout-plain');
    const output = `type=oci,tar=false,compression=uncompressed,dest=${layout}`;
    await desk.build('', 'plain layers', ['-t', 'x:1', '-o', output]);
    const name = `${registry.name}/skopeo/plain:1`;
    await succeed(skopeo, [
      ...['copy', '-q', '--dest-tls-verify=false', '--preserve-digests'],
      ...[`oci:${layout}:1`, `docker://${name}`],
    ]);
    const { layers } = JSON.parse((await desk.rawManifest(name)).toString());
    for (const layer of layers) expect(layer.mediaType).toBe(MEDIA_TYPES.ociLayer);
    expect(await pulledAndRun(name)).toBe('plain layers');
    // Pulled and pushed on, they stay so.
    const on = `${registry.name}/skopeo/plain-on:1`;
    using other = elsewhere();
    await other.succeed(['pull', '-q', name]);
    await other.succeed(['tag', name, on]);
    await other.succeed(['push', '-q', on]);
    expect(await desk.rawManifest(on)).toEqual(await desk.rawManifest(name));
  });

  test('buildah: gzip and zstd, of both families of types', async () => {
    const buildah = ensureTool('buildah', 'buildah');
    const root = mkdtempSync(join(tmpdir(), 'lamina-buildah-'));
    try {
      const storage = ['--root', `${root}/root`, '--runroot', `${root}/run`];
      const call = (...args: string[]) =>
        succeed(buildah, [...storage, '--storage-driver', 'vfs', ...args]);
      for (const [format, compression, type] of [
        ['oci', 'gzip', MEDIA_TYPES.ociLayerGzip],
        ['v2s2', 'gzip', MEDIA_TYPES.dockerLayerGzip],
        ['oci', 'zstd', MEDIA_TYPES.ociLayerZstd],
      ] as const) {
        const tag = `${format}-${compression}`;
        const says = `buildah ${tag}`;
        const archive = join(bench.directory, `buildah-${tag}.tar`);
        await desk.build('', says, ['-t', `says:${tag}`, '-o', `type=oci,dest=${archive}`]);
        const id = (await call('pull', '-q', `oci-archive:${archive}`)).stdout.trim();
        const name = `${registry.name}/buildah/app:${tag}`;
        const flags = ['--tls-verify=false', '-f', format, '--compression-format', compression];
        await call('push', '-q', ...flags, id, `docker://${name}`);
        const { layers } = JSON.parse((await desk.rawManifest(name)).toString());
        expect(layers.at(-1).mediaType).toBe(type);
        expect(await pulledAndRun(name)).toBe(says);
      }
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });

  test('podman: an index of which the right image is taken', async () => {
    await using podman = await Podman.open();
    const name = `${registry.name}/podman/index:1`;
    const another = `${registry.name}/podman/another:1`;
    await desk.build(another, 'another');
    await bench.succeed(['push', '-q', another]);
    await podman.podman('manifest', 'create', 'both');
    const add = ['manifest', 'add', '--tls-verify=false', '--arch'];
    await podman.podman(...add, 'arm64', 'both', `docker://${another}`);
    await podman.podman(...add, 'amd64', 'both', `docker://${repository}:1`);
    await podman.podman(
      'manifest',
      'push',
      '--all',
      '--tls-verify=false',
      'both',
      `docker://${name}`,
    );
    expect(await pulledAndRun(name)).toBe('hello');
    const tools = await bench.succeed(['buildx', 'imagetools', 'inspect', name]);
    expect(tools.stdout).toContain('Platform:    linux/arm64');
    expect(tools.stdout).toContain('Platform:    linux/amd64');
  });
});
