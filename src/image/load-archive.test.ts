import { spawnSync } from 'node:child_process';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  Blobs,
  dockerMembers,
  json,
  type MemberSketch,
  sha256,
  tarOfMembers,
} from '../../test/support/archives.ts';
import { TestStore } from '../../test/support/images.ts';
import { AMD64, LAYER, loadBytes, loadMembers } from '../../test/support/loads.ts';
import { MergedTree } from '../layers/index.ts';
import { type LoadedImage, type LoadOptions, loadArchive } from './load-archive.ts';

let bench: TestStore;

beforeEach(async () => {
  bench = await TestStore.open();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const load = (members: readonly MemberSketch[], options?: LoadOptions) =>
  loadMembers(bench, members, options);

function filesOf(loaded: LoadedImage | undefined): string[] {
  const record = loaded && bench.store.images.get(loaded.id);
  const layers = record?.layers.map(({ id }) => id) ?? [];
  return MergedTree.of(bench.store, layers)
    .list('')
    .map((entry) => entry.path);
}

async function* chunks(bytes: Uint8Array, size = 700): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe('a Docker archive', () => {
  test('is loaded under its names, and its id is the digest of its config', async () => {
    const members = dockerMembers();
    const [image] = await load(members);
    const config = members[1]?.content ?? '';
    expect(image).toEqual({ id: sha256(config), references: ['docker.io/library/demo:1'] });
    expect(bench.store.images.resolve('demo:1')?.id).toBe(image?.id);
    expect(filesOf(image)).toEqual(['hello']);
  });

  test('may be compressed, and may come as a stream', async () => {
    const tar = tarOfMembers(dockerMembers());
    const [plain] = await loadArchive(bench.store, chunks(tar));
    const [streamed] = await loadArchive(bench.store, chunks(gzipSync(tar), 10));
    const [compressed] = await loadBytes(bench, gzipSync(tar));
    expect(streamed).toEqual(plain);
    expect(compressed).toEqual(plain);
    expect(await readdir(bench.path('store/tmp'))).toEqual([]);
  });

  test('may name its members with ./ and have links between them', async () => {
    const [layer, config, manifest] = dockerMembers({ Layers: ['one/layer.tar'] });
    const [image] = await load([
      { path: './', type: 'directory' },
      { ...layer, path: './two.tar' },
      { path: './one/layer.tar', type: 'symlink', linkTarget: '../three.tar' },
      { path: './three.tar', type: 'hardlink', linkTarget: './two.tar' },
      { ...config, path: `./${config?.path}` },
      { ...manifest, path: './manifest.json' },
    ]);
    expect(filesOf(image)).toEqual(['hello']);
  });

  test.each([
    ['longer than its layers', [{ created_by: 'a' }, { created_by: 'b' }]],
    ['shorter than its layers', []],
    ['without a layer', [{ created_by: 'a', empty_layer: true }]],
  ])('may have a history %s, which keeps its bytes', async (_what, history) => {
    const rootfs = { type: 'layers', diff_ids: [sha256(LAYER)] };
    const config = json({ ...AMD64, rootfs, history });
    const named = [...dockerMembers({ Config: 'c.json' }), { path: 'c.json', content: config }];
    const [image] = await load(named);
    expect(image?.id).toBe(sha256(config));
    expect(filesOf(image)).toEqual(['hello']);
  });

  test('may have compressed layers', async () => {
    const members = dockerMembers().map((member) =>
      member.path === 'one/layer.tar' ? { ...member, content: gzipSync(LAYER) } : member,
    );
    expect(filesOf((await load(members))[0])).toEqual(['hello']);
  });

  test('may hold an image without a name', async () => {
    const [image] = await load(dockerMembers({ RepoTags: null }));
    expect(image?.references).toEqual([]);
    expect(bench.store.images.list()).toHaveLength(1);
  });

  test('that was loaded before adds no layer', async () => {
    await load(dockerMembers());
    await load(dockerMembers({ RepoTags: ['again'] }));
    expect([...bench.store.layers.list()]).toHaveLength(1);
    expect(bench.store.images.resolve('again')?.id).toBe(bench.store.images.resolve('demo:1')?.id);
  });
});

describe('an OCI archive', () => {
  test('has its names in annotations, bare tags being no names', async () => {
    const blobs = new Blobs();
    const image = blobs.image();
    const named = (annotations: Record<string, string>) => ({ ...image, annotations });
    const [loaded] = await load(
      blobs.layout([
        named({ 'io.containerd.image.name': 'docker.io/library/a:1' }),
        named({ 'org.opencontainers.image.ref.name': 'example.com/b:2' }),
        named({ 'org.opencontainers.image.ref.name': 'latest' }),
      ]),
    );
    expect(loaded?.references).toEqual(['docker.io/library/a:1', 'example.com/b:2']);
  });

  test('keeps its manifest and its compressed blobs', async () => {
    const blobs = new Blobs();
    const config = blobs.add('application/vnd.oci.image.config.v1+json', {
      ...AMD64,
      rootfs: { type: 'layers', diff_ids: [sha256(LAYER)] },
    });
    const layer = blobs.add('application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(LAYER));
    const manifest = blobs.manifest(config, [layer]);
    const [loaded] = await load(blobs.layout([manifest]));
    const record = loaded && bench.store.images.get(loaded.id);
    expect(record?.manifestDigest).toBe(manifest.digest);
    expect([...bench.store.blobs.list()].map((blob) => blob.digest)).toContain(layer.digest);
  });

  test('of several platforms gives the wanted one, whatever else it holds', async () => {
    const blobs = new Blobs();
    const amd64 = { ...blobs.image(), platform: AMD64 };
    const arm = {
      ...blobs.image({ architecture: 'arm64' }),
      platform: { os: 'linux', architecture: 'arm64' },
    };
    const attestation = {
      ...blobs.image({ architecture: 'unknown' }),
      platform: { os: 'unknown', architecture: 'unknown' },
      annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
    };
    const absent = {
      ...amd64,
      digest: sha256('absent'),
      platform: { os: 'linux', architecture: 's390x' },
    };
    const members = blobs.layout([blobs.index([attestation, absent, arm, amd64])]);
    const platform = { os: 'linux', architecture: 'arm64' };
    const [loaded] = await load(members, { platform });
    expect(loaded && bench.store.images.get(loaded.id)?.architecture).toBe('arm64');
    expect(await load(members, { platform: AMD64 })).toHaveLength(1);
  });

  test('of one image for another platform is loaded', async () => {
    const blobs = new Blobs();
    const members = blobs.layout([blobs.image({ architecture: 's390x' })]);
    expect(await load(members)).toHaveLength(1);
  });

  test('may give its names in manifest.json only', async () => {
    const blobs = new Blobs();
    const layer = blobs.add('application/vnd.oci.image.layer.v1.tar', LAYER);
    const config = blobs.add('application/vnd.oci.image.config.v1+json', {
      ...AMD64,
      rootfs: { type: 'layers', diff_ids: [sha256(LAYER)] },
    });
    const path = String(config.digest).replace(':', '/');
    const [loaded] = await load([
      ...blobs.layout([blobs.manifest(config, [layer])]),
      {
        path: 'manifest.json',
        content: json([{ Config: `blobs/${path}`, RepoTags: ['a:1'], Layers: [] }]),
      },
    ]);
    expect(loaded?.references).toEqual(['docker.io/library/a:1']);
  });
});

describe('an OCI layout directory', () => {
  async function write(members: readonly MemberSketch[]): Promise<string> {
    const directory = bench.path('layout');
    for (const { path, content } of members) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), content ?? '');
    }
    return directory;
  }

  test('is loaded', async () => {
    const blobs = new Blobs();
    const directory = await write(blobs.layout([blobs.image()]));
    expect(filesOf((await loadArchive(bench.store, directory))[0])).toEqual(['hello']);
  });

  test('with a pipe instead of a file does not wait for it', async () => {
    const directory = await write([{ path: 'oci-layout', content: '{}' }]);
    expect(spawnSync('mkfifo', [join(directory, 'index.json')]).status).toBe(0);
    await expect(loadArchive(bench.store, directory)).rejects.toMatchObject({
      code: 'ARCHIVE_NO_IMAGE',
    });
  });

  test('cannot pass a foreign file off as a blob', async () => {
    const blobs = new Blobs();
    const image = blobs.image();
    const directory = await write(blobs.layout([image]).slice(0, 2));
    const blob = join(directory, 'blobs', String(image.digest).replace(':', '/'));
    await mkdir(dirname(blob), { recursive: true });
    await symlink('/etc/passwd', blob);
    await expect(loadArchive(bench.store, directory)).rejects.toMatchObject({
      code: expect.stringMatching(/^ARCHIVE_(SIZE|DIGEST)_MISMATCH$/),
    });
  });
});
