/** Our archives in the hands of Docker, Podman and Skopeo, and theirs in ours. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inspectImage } from '../../src/export/index.ts';
import { loadArchive, readConfig } from '../../src/image/index.ts';
import type { ImageRecord } from '../../src/store/index.ts';
import { exportDocker, exportOci } from '../support/exports.ts';
import { addImage, TestStore } from '../support/images.ts';
import { OciSchemas } from '../support/oci-schemas.ts';
import { DockerDaemon, ensureTool, Podman, succeed } from '../support/tools.ts';

const FIRST = {
  'bin/': {},
  'bin/tool': { content: '#!/bin/sh\n', mode: 0o4755, uid: 7, gid: 8 },
  'bin/link': { type: 'symlink', linkTarget: 'tool' },
  'etc/gone': 'x',
  'etc/keep': 'y',
} as const;
const SECOND = {
  'etc/gone': { whiteout: true },
  'opt/a': { content: 'same', linkGroup: 1 },
  'opt/b': { content: 'same', linkGroup: 1 },
} as const;

let bench: TestStore;
let image: ImageRecord;
let other: ImageRecord;
let skopeo: string;

beforeAll(async () => {
  skopeo = ensureTool('skopeo', 'skopeo');
  bench = await TestStore.open();
  image = await addImage(bench.store, [FIRST, SECOND]);
  other = await addImage(bench.store, [FIRST, { 'opt/other': 'z' }]);
});

afterAll(() => bench?.[Symbol.asyncDispose]());

/** Loads an archive into a store of its own and gives the ids it has then. */
async function loadElsewhere(source: string): Promise<{ id: string; references: string[] }[]> {
  await using elsewhere = await TestStore.open();
  const loaded = await loadArchive(elsewhere.store, source);
  return loaded.map(({ id, references }) => ({ id, references: [...references] }));
}

async function inspectBySkopeo(reference: string): Promise<{ Digest: string; Layers: string[] }> {
  const { stdout } = await succeed(skopeo, ['inspect', reference]);
  return JSON.parse(stdout);
}

describe('skopeo', () => {
  test('inspects and copies the OCI archive, whose manifest keeps its digest', async () => {
    const dest = bench.path('skopeo-oci.tar');
    const { descriptor } = await exportOci(bench.store, image, { dest, references: ['demo:1'] });
    expect((await inspectBySkopeo(`oci-archive:${dest}:1`)).Digest).toBe(descriptor.digest);
    const copy = bench.path('skopeo-copy');
    await succeed(skopeo, ['copy', `oci-archive:${dest}:1`, `oci:${copy}:demo:2`]);
    expect((await inspectBySkopeo(`oci:${copy}:demo:2`)).Digest).toBe(descriptor.digest);
    expect(await loadElsewhere(copy)).toEqual([
      { id: image.id, references: ['docker.io/library/demo:2'] },
    ]);
  });

  test('copies from and to the layout directory', async () => {
    const layout = bench.path('layout');
    await exportOci(bench.store, image, { dest: layout, tar: false, references: ['demo:1'] });
    await exportOci(bench.store, other, { dest: layout, tar: false, references: ['demo:2'] });
    const copy = bench.path('layout-copy');
    await succeed(skopeo, ['copy', `oci:${layout}:2`, `oci:${copy}:x:1`]);
    await succeed(skopeo, ['copy', `oci:${copy}:x:1`, `oci:${layout}:again`]);
    const { Layers } = await inspectBySkopeo(`oci:${layout}:again`);
    expect(Layers).toHaveLength(2);
  });

  test('reads the Docker archive, and its own is loaded', async () => {
    const dest = bench.path('skopeo-docker.tar');
    await exportDocker(bench.store, [{ image, references: ['demo:1'] }], { dest });
    const copy = bench.path('skopeo-copy.tar');
    await succeed(skopeo, ['copy', `docker-archive:${dest}`, `docker-archive:${copy}:a/b:3`]);
    expect(await loadElsewhere(copy)).toEqual([{ id: image.id, references: ['docker.io/a/b:3'] }]);
  });

  test('an image compressed with zstd is loaded', async () => {
    const dest = bench.path('plain-oci.tar');
    await exportOci(bench.store, image, { dest, compression: 'uncompressed' });
    const copy = bench.path('zstd-layout');
    const format = ['--dest-compress-format', 'zstd', '--dest-compress'];
    await succeed(skopeo, ['copy', ...format, `oci-archive:${dest}`, `oci:${copy}:demo:z`]);
    expect(await readFile(`${copy}/index.json`, 'utf8')).toContain('demo:z');
    expect(await loadElsewhere(copy)).toEqual([
      { id: image.id, references: ['docker.io/library/demo:z'] },
    ]);
  });
});

describe('podman', () => {
  test('loads a Docker archive under the same ids, and what it saves is loaded', async () => {
    await using podman = await Podman.open();
    const dest = bench.path('podman.tar');
    const both = [
      { image, references: ['demo:1', 'demo:one'] },
      { image: other, references: ['demo:2'] },
    ];
    await exportDocker(bench.store, both, { dest });
    // Podman puts the short names of a Docker archive under localhost/, Docker's own archives included.
    const loaded = await podman.podman('load', '-i', dest);
    for (const tag of ['1', 'one', '2']) expect(loaded).toContain(`localhost/demo:${tag}`);
    const ids = await podman.podman('images', '--no-trunc', '--format', '{{.Tag}} {{.ID}}');
    expect(ids.trim().split('\n').sort()).toEqual([
      `1 ${image.id}`,
      `2 ${other.id}`,
      `one ${image.id}`,
    ]);
    const saved = bench.path('podman-saved.tar');
    await podman.podman('save', '-q', '-m', '-o', saved, 'demo:1', 'demo:2');
    expect(await loadElsewhere(saved)).toEqual([
      { id: image.id, references: ['localhost/demo:1'] },
      { id: other.id, references: ['localhost/demo:2'] },
    ]);
  });

  test('loads an OCI archive under its full name and saves it again', async () => {
    await using podman = await Podman.open();
    const dest = bench.path('podman-oci.tar');
    await exportOci(bench.store, image, { dest, references: ['demo:oci'] });
    expect(await podman.podman('load', '-i', dest)).toContain('docker.io/library/demo:oci');
    const saved = bench.path('podman-saved-oci.tar');
    await podman.podman('save', '-q', '--format', 'oci-archive', '-o', saved, 'demo:oci');
    expect(await loadElsewhere(saved)).toEqual([
      { id: image.id, references: ['docker.io/library/demo:oci'] },
    ]);
  });

  test('shows the files as they are in the image', async () => {
    await using podman = await Podman.open();
    const dest = bench.path('podman-files.tar');
    await exportDocker(bench.store, [{ image, references: ['demo:1'] }], { dest });
    await podman.podman('load', '-i', dest);
    const root = (await podman.podman('image', 'mount', 'demo:1')).trim();
    const list = await succeed('find', [root, '-mindepth', '1', '-printf', '%P %M %U %G %n\n']);
    await podman.podman('image', 'umount', 'demo:1');
    expect(list.stdout.trim().split('\n').sort()).toEqual([
      'bin drwxr-xr-x 0 0 2',
      'bin/link lrwxrwxrwx 0 0 1',
      'bin/tool -rwsr-xr-x 7 8 1',
      'etc drwxr-xr-x 0 0 2',
      'etc/keep -rw-r--r-- 0 0 1',
      'opt drwxr-xr-x 0 0 2',
      'opt/a -rw-r--r-- 0 0 2',
      'opt/b -rw-r--r-- 0 0 2',
    ]);
  });
});

describe('docker', () => {
  test('loads our archives under the same id, and what it saves is loaded', async () => {
    await using daemon = await DockerDaemon.start();
    for (const compression of ['gzip', 'uncompressed'] as const) {
      const dest = bench.path(`docker-${compression}.tar`);
      const both = [
        { image, references: ['demo:1', 'demo:one'] },
        { image: other, references: ['demo:2'] },
      ];
      await exportDocker(bench.store, both, { dest, compression });
      const loaded = await daemon.docker('load', '-i', dest);
      for (const tag of ['1', 'one', '2']) expect(loaded).toContain(`Loaded image: demo:${tag}`);
      const ids = await daemon.docker('images', '--no-trunc', '--format', '{{.Tag}} {{.ID}}');
      expect(ids.trim().split('\n').sort()).toEqual([
        `1 ${image.id}`,
        `2 ${other.id}`,
        `one ${image.id}`,
      ]);
      if (compression === 'gzip') await daemon.docker('rmi', 'demo:1', 'demo:one', 'demo:2');
    }
    await sameInspect(daemon);
    const saved = bench.path('docker-saved.tar');
    await daemon.docker('save', '-o', saved, 'demo:one', 'demo:2');
    const loadedBack = await loadElsewhere(saved);
    expect(loadedBack).toHaveLength(2);
    expect(loadedBack).toContainEqual({
      id: image.id,
      references: ['docker.io/library/demo:one'],
    });
    expect(loadedBack).toContainEqual({ id: other.id, references: ['docker.io/library/demo:2'] });
  });
});

/** What our `inspect` prints agrees with what Docker prints of the same image. */
async function sameInspect(daemon: DockerDaemon): Promise<void> {
  bench.store.images.tag(image.id, 'demo:1');
  bench.store.images.tag(image.id, 'demo:one');
  const [docker] = JSON.parse(await daemon.docker('inspect', 'demo:1'));
  const ours = await inspectImage(bench.store, image);
  const { Id, RepoTags, Comment, Created, Author, Architecture, Os, Size, RootFS } = docker;
  expect(ours).toMatchObject({ Id, RepoTags, Comment, Created, Author, Architecture, Os, RootFS });
  expect(ours.Size).toBe(Size);
  expect(docker.Config).toMatchObject(ours.Config);
}

describe('the OCI image specification', () => {
  test.each(['gzip', 'uncompressed'] as const)(
    'its schemas accept a %s layout',
    async (compression) => {
      const schemas = await OciSchemas.load();
      const layout = bench.path(`schema-${compression}`);
      const references = ['demo:1', 'demo:2'];
      await exportOci(bench.store, image, { dest: layout, tar: false, references, compression });
      const read = async (name: string): Promise<unknown> =>
        JSON.parse(await readFile(`${layout}/${name}`, 'utf8'));
      const blob = (digest: string) => read(`blobs/${digest.replace(':', '/')}`);
      expect(schemas.errors('image-layout', await read('oci-layout'))).toEqual([]);
      const index = (await read('index.json')) as { manifests: { digest: string }[] };
      expect(schemas.errors('image-index', index)).toEqual([]);
      for (const { digest } of index.manifests) {
        const manifest = (await blob(digest)) as { config: { digest: string } };
        expect(schemas.errors('image-manifest', manifest)).toEqual([]);
        expect(schemas.errors('config', await blob(manifest.config.digest))).toEqual([]);
      }
      expect(schemas.errors('config', await readConfig(bench.store, image))).toEqual([]);
    },
  );

  test('its schemas are really asked', async () => {
    const schemas = await OciSchemas.load();
    expect(schemas.errors('image-manifest', { schemaVersion: 2 })).not.toEqual([]);
    expect(schemas.errors('config', { os: 'linux', architecture: 1, rootfs: {} })).not.toEqual([]);
  });
});
