import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exportDocker, exportOci } from '../../test/support/exports.ts';
import { addImage, TestStore } from '../../test/support/images.ts';
import { readContent, readTar } from '../archive/index.ts';
import { loadArchive } from '../image/load-archive.ts';
import { readConfig } from '../image/store/image-view.ts';
import type { BuildEvent } from '../progress/index.ts';
import type { ImageRecord } from '../store/index.ts';

let bench: TestStore;
let image: ImageRecord;

beforeEach(async () => {
  bench = await TestStore.open();
  image = await addImage(bench.store, [{ a: 'one' }, { b: 'two' }]);
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

/** The files of an archive by name. */
async function filesOf(path: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for await (const member of readTar([await readFile(path)])) {
    if (member.header.type === 'file') {
      files.set(member.header.path, await readContent(member, 1 << 20));
    }
  }
  return files;
}

function parsed(files: Map<string, Buffer>, name: string) {
  return JSON.parse(files.get(name)?.toString() ?? '');
}

async function sha256Of(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

describe('an OCI archive', () => {
  test('has an entry in its index for each name', async () => {
    const dest = bench.path('oci.tar');
    const references = ['demo', 'example.com:5000/a/b:2'];
    const { descriptor } = await exportOci(bench.store, image, { dest, references });
    const { manifests } = parsed(await filesOf(dest), 'index.json');
    const names = manifests.map(({ annotations, ...entry }: Record<string, unknown>) => {
      expect(entry).toMatchObject({ digest: descriptor.digest, size: descriptor.size });
      expect(entry.platform).toEqual({ architecture: 'amd64', os: 'linux' });
      return annotations;
    });
    const created = { 'org.opencontainers.image.created': '2023-11-14T22:13:20Z' };
    expect(names).toEqual([
      {
        'io.containerd.image.name': 'docker.io/library/demo:latest',
        'org.opencontainers.image.ref.name': 'latest',
        ...created,
      },
      {
        'io.containerd.image.name': 'example.com:5000/a/b:2',
        'org.opencontainers.image.ref.name': '2',
        ...created,
      },
    ]);
  });

  test.each(['gzip', 'uncompressed'] as const)(
    'with %s layers matches its manifest and config',
    async (compression) => {
      const dest = bench.path('oci.tar');
      const { descriptor } = await exportOci(bench.store, image, { dest, compression });
      const files = await filesOf(dest);
      for (const [name, bytes] of files) {
        if (!name.startsWith('blobs/')) continue;
        expect(createHash('sha256').update(bytes).digest('hex')).toBe(name.split('/')[2]);
      }
      const blob = (digest: string) =>
        files.get(`blobs/${digest.replace(':', '/')}`) ?? Buffer.alloc(0);
      const manifest = JSON.parse(blob(descriptor.digest).toString());
      const diffIds = manifest.layers.map(({ digest, size }: { digest: string; size: number }) => {
        const bytes = blob(digest);
        expect(bytes.length).toBe(size);
        const tar = compression === 'gzip' ? gunzipSync(bytes) : bytes;
        return `sha256:${createHash('sha256').update(tar).digest('hex')}`;
      });
      expect(diffIds).toEqual((await readConfig(bench.store, image)).rootfs.diff_ids);
      expect(manifest.config.digest).toBe(image.id);
    },
  );

  test('is the same whenever it is written, and its members carry no time but the epoch', async () => {
    const paths = [bench.path('1.tar'), bench.path('2.tar')];
    for (const dest of paths) await exportOci(bench.store, image, { dest, epoch: 1234 });
    expect(await sha256Of(paths[0] ?? '')).toBe(await sha256Of(paths[1] ?? ''));
    const names: string[] = [];
    for await (const { header } of readTar([await readFile(paths[0] ?? '')])) {
      expect(header).toMatchObject({ mtime: 1234, uid: 0, gid: 0 });
      expect(header.mode).toBe(header.type === 'directory' ? 0o755 : 0o644);
      names.push(header.path);
    }
    expect(names).toEqual([...names].sort());
  });

  test('of an image that was loaded is the one it came from', async () => {
    const dest = bench.path('oci.tar');
    const exported = await exportOci(bench.store, image, { dest, references: ['a:1'] });
    await using other = await TestStore.open();
    await loadArchive(other.store, dest);
    const loaded = other.store.images.resolve('a:1') as ImageRecord;
    const again = other.path('again.tar');
    expect(await exportOci(other.store, loaded, { dest: again, references: ['a:1'] })).toEqual(
      exported,
    );
    expect(await sha256Of(again)).toBe(await sha256Of(dest));
  });

  test('compresses a layer once', async () => {
    await exportOci(bench.store, image, { dest: bench.path('1.tar') });
    const before = [...bench.store.blobs.list()].length;
    await exportOci(bench.store, image, { dest: bench.path('2.tar') });
    expect([...bench.store.blobs.list()]).toHaveLength(before);
  });

  test('reports how many layers are done', async () => {
    const events: BuildEvent[] = [];
    const step = { id: 'x', name: 'exporting', stage: undefined, line: undefined };
    const progress = { emit: (event: BuildEvent) => events.push(event), step, now: () => 7 };
    await exportOci(bench.store, image, { dest: bench.path('oci.tar'), progress });
    const status = {
      kind: 'step.status',
      time: 7,
      step,
      label: 'exporting layers',
      unit: 'layers',
    };
    expect(events).toEqual([
      { ...status, current: 0, total: 2, done: false },
      { ...status, current: 1, total: 2, done: false },
      { ...status, current: 2, total: 2, done: true },
    ]);
  });
});

describe('a layout directory', () => {
  test('keeps its other images, and a name goes to the newest', async () => {
    const dest = bench.path('layout');
    const other = await addImage(bench.store, [{ c: 'three' }]);
    const options = { dest, tar: false };
    await exportOci(bench.store, image, { ...options, references: ['demo:1'] });
    await exportOci(bench.store, image, { ...options, references: ['demo:2'] });
    await exportOci(bench.store, other, { ...options, references: ['demo:2'] });
    await using elsewhere = await TestStore.open();
    expect(await loadArchive(elsewhere.store, dest)).toEqual([
      { id: image.id, references: ['docker.io/library/demo:1'] },
      { id: other.id, references: ['docker.io/library/demo:2'] },
    ]);
  });

  test('is not made among foreign files', async () => {
    const dest = bench.path('foreign');
    await mkdir(dest);
    await writeFile(`${dest}/letter`, 'dear');
    const refused = exportOci(bench.store, image, { dest, tar: false });
    await expect(refused).rejects.toMatchObject({ code: 'EXPORT_DESTINATION' });
    expect(await readdir(dest)).toEqual(['letter']);
  });
});

describe('a Docker archive', () => {
  test('names its images, and holds a layer they share once', async () => {
    const dest = bench.path('docker.tar');
    const other = await addImage(bench.store, [{ a: 'one' }, { c: 'three' }]);
    const images = [
      { image, references: ['demo:1', 'demo'] },
      { image: other, references: [] },
    ];
    await exportDocker(bench.store, images, { dest });
    const files = await filesOf(dest);
    const manifest = parsed(files, 'manifest.json');
    expect(manifest.map((entry: { RepoTags: unknown }) => entry.RepoTags)).toEqual([
      ['demo:1', 'demo:latest'],
      null,
    ]);
    expect(manifest[0].Layers[0]).toBe(manifest[1].Layers[0]);
    for (const name of [...manifest[0].Layers, manifest[0].Config])
      expect(files.has(name)).toBe(true);
    // Three layers, two configs, two manifests, and the three files that name them.
    expect(files.size).toBe(10);
  });

  test('has an image requested twice only once, with both names', async () => {
    const dest = bench.path('docker.tar');
    const images = ['demo:1', 'demo:2', 'demo:1'].map((name) => ({ image, references: [name] }));
    expect(await exportDocker(bench.store, images, { dest })).toHaveLength(1);
    const manifest = parsed(await filesOf(dest), 'manifest.json');
    expect(manifest).toHaveLength(1);
    expect(manifest[0].RepoTags).toEqual(['demo:1', 'demo:2']);
  });

  test('goes to a stream', async () => {
    const dest = bench.path('docker.tar');
    const images = [{ image, references: ['demo'] }];
    await exportDocker(bench.store, images, { dest });
    const chunks: Uint8Array[] = [];
    await exportDocker(bench.store, images, {
      dest: async (chunk) => {
        chunks.push(Uint8Array.from(chunk));
      },
    });
    expect(Buffer.concat(chunks).equals(await readFile(dest))).toBe(true);
  });
});

describe('a destination', () => {
  test('that is a directory is refused', async () => {
    const refused = exportOci(bench.store, image, { dest: bench.directory });
    await expect(refused).rejects.toMatchObject({ code: 'EXPORT_DESTINATION' });
  });

  test('in no directory is refused', async () => {
    const refused = exportOci(bench.store, image, { dest: bench.path('none/oci.tar') });
    await expect(refused).rejects.toMatchObject({ code: 'EXPORT_DESTINATION' });
  });

  test('keeps its old content until the new one is complete, and leaves no other files', async () => {
    const dest = bench.path('oci.tar');
    await writeFile(dest, 'old');
    const blob = bench.store.layers.directory(image.layers[1]?.id ?? ('' as never));
    const tar = await readFile(`${blob}/layer.tar`);
    await writeFile(`${blob}/layer.tar`, tar.fill(1, 512, 515));
    const options = { dest, compression: 'uncompressed' as const };
    const failed = exportOci(bench.store, image, options);
    await expect(failed).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    expect(await readFile(dest, 'utf8')).toBe('old');
    expect((await readdir(bench.directory)).sort()).toEqual(['oci.tar', 'store']);
  });

  test('that is a device is written as it is', async () => {
    await exportOci(bench.store, image, { dest: '/dev/null' });
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });

  test('of an export that is cancelled is not made', async () => {
    const dest = bench.path('oci.tar');
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(exportOci(bench.store, image, { dest, signal })).rejects.toThrow('enough');
    expect(await readdir(bench.directory)).toEqual(['store']);
  });
});
