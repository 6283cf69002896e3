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
import { MergedTree } from '../layers/index.ts';
import { type LoadedImage, type LoadOptions, loadArchive } from './load.ts';

let bench: TestStore;

beforeEach(async () => {
  bench = await TestStore.open();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const AMD64 = { os: 'linux', architecture: 'amd64' };
const LAYER = tarOfMembers([{ path: 'hello', content: 'world' }]);

async function load(members: readonly MemberSketch[], options?: LoadOptions) {
  return loadBytes(tarOfMembers(members), options);
}

async function loadBytes(bytes: Uint8Array, options?: LoadOptions): Promise<LoadedImage[]> {
  const path = bench.path('archive.tar');
  await writeFile(path, bytes);
  return loadArchive(bench.store, path, options);
}

/** Loading fails with the code, and leaves no image and no name. */
async function expectRefused(
  code: string,
  members: readonly MemberSketch[],
  options?: LoadOptions,
) {
  const error = await load(members, options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ name: 'AppError', code });
  expect(bench.store.images.list()).toEqual([]);
  return error as Error & { expected?: string };
}

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
    const [compressed] = await loadBytes(gzipSync(tar));
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

  test('of other platforms only is refused with a list of them', async () => {
    const blobs = new Blobs();
    const entry = (architecture: string) => ({
      ...blobs.image({ architecture }),
      platform: { os: 'linux', architecture },
    });
    const members = blobs.layout([blobs.index([entry('ppc64le'), entry('s390x')])]);
    const error = await expectRefused('IMAGE_PLATFORM_MISMATCH', members);
    expect(error.expected).toContain('linux/ppc64le, linux/s390x');
  });

  test('of one image for another platform is loaded unless a platform was asked for', async () => {
    const blobs = new Blobs();
    const members = blobs.layout([blobs.image({ architecture: 's390x' })]);
    await expectRefused('IMAGE_PLATFORM_MISMATCH', members, { platform: AMD64 });
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

  test('with a pipe in place of a file does not wait for it', async () => {
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

describe('a hostile or damaged archive is refused:', () => {
  test.each(['../manifest.json', '/manifest.json', 'a/../../b', 'blobs/../../../etc/x'])(
    'a member named %s',
    async (path) => {
      await expectRefused('ARCHIVE_UNSAFE_NAME', [...dockerMembers(), { path, content: '[]' }]);
    },
  );

  test.each(['../../etc/passwd', '/etc/passwd'])('a symlink to %s', async (linkTarget) => {
    const link: MemberSketch = { path: 'one/x', type: 'symlink', linkTarget };
    await expectRefused('ARCHIVE_UNSAFE_NAME', [...dockerMembers(), link]);
  });

  test('a hard link that leads out', async () => {
    const link: MemberSketch = { path: 'x', type: 'hardlink', linkTarget: '../../etc/passwd' };
    await expectRefused('ARCHIVE_UNSAFE_NAME', [...dockerMembers(), link]);
  });

  test('a layer that is a loop of links', async () => {
    const loop: MemberSketch[] = [
      { path: 'a', type: 'symlink', linkTarget: 'b' },
      { path: 'b', type: 'symlink', linkTarget: 'a' },
    ];
    await expectRefused('ARCHIVE_MEMBER_MISSING', [...dockerMembers({ Layers: ['a'] }), ...loop]);
  });

  test('names in manifest.json that lead out', async () => {
    await expectRefused('ARCHIVE_UNSAFE_NAME', dockerMembers({ Layers: ['../../etc/passwd'] }));
    await expectRefused('ARCHIVE_UNSAFE_NAME', dockerMembers({ Config: '/etc/passwd' }));
  });

  test('two files of one name', async () => {
    const again = { path: './manifest.json', content: '[]' };
    await expectRefused('ARCHIVE_DUPLICATE_MEMBER', [...dockerMembers(), again]);
    const link: MemberSketch = {
      path: 'manifest.json',
      type: 'symlink',
      linkTarget: 'one/layer.tar',
    };
    await expectRefused('ARCHIVE_DUPLICATE_MEMBER', [...dockerMembers(), link]);
  });

  test('a manifest.json of more than 16 MiB', async () => {
    const content = Buffer.alloc((16 << 20) + 1, ' ');
    await expectRefused('ARCHIVE_LIMIT', [{ path: 'manifest.json', content }]);
  });

  test.each([
    ['no JSON', 'x'],
    ['no list', '{}'],
    ['no objects', '[1]'],
    ['no names', '[{}]'],
  ])('a manifest.json that is %s', async (_what, content) => {
    await expectRefused('ARCHIVE_BAD_DOCUMENT', [{ path: 'manifest.json', content }]);
  });

  test('layers in manifest.json that are no names', async () => {
    await expectRefused('ARCHIVE_BAD_DOCUMENT', dockerMembers({ Layers: [1] }));
  });

  test('a config that is not JSON', async () => {
    const change = { Config: 'config.json' };
    const config = { path: 'config.json', content: 'MZ' };
    await expectRefused('OCI_DOCUMENT_INVALID', [...dockerMembers(change), config]);
  });

  test('a config that has not the digest it is named after', async () => {
    const [layer, config, manifest] = dockerMembers();
    const forged = { ...config, path: config?.path ?? '', content: `${config?.content} ` };
    await expectRefused('ARCHIVE_DIGEST_MISMATCH', [layer, forged, manifest] as MemberSketch[]);
  });

  test('a config or a layer that is not there', async () => {
    await expectRefused('ARCHIVE_MEMBER_MISSING', dockerMembers({ Config: 'none.json' }));
    await expectRefused('ARCHIVE_MEMBER_MISSING', dockerMembers({ Layers: ['none.tar'] }));
  });

  test('another number of layers than the config names', async () => {
    const layers = ['one/layer.tar', 'one/layer.tar'];
    await expectRefused('IMAGE_LAYER_COUNT', dockerMembers({ Layers: layers }));
  });

  test('a history that names another number of layers', async () => {
    const config = json({
      ...AMD64,
      rootfs: { type: 'layers', diff_ids: [sha256(LAYER)] },
      history: [{ created_by: 'a' }, { created_by: 'b' }],
    });
    const members = [...dockerMembers({ Config: 'c.json' }), { path: 'c.json', content: config }];
    await expectRefused('IMAGE_HISTORY_MISMATCH', members);
  });

  test('a layer of another diff id', async () => {
    const forged = tarOfMembers([{ path: 'hello', content: 'World' }]);
    const members = dockerMembers().map((member) =>
      member.path === 'one/layer.tar' ? { ...member, content: forged } : member,
    );
    await expectRefused('LAYER_DIFF_ID_MISMATCH', members);
    expect([...bench.store.layers.list()]).toEqual([]);
  });

  test('a name that is no reference', async () => {
    await expectRefused('ARCHIVE_BAD_REFERENCE', dockerMembers({ RepoTags: ['../../x:1'] }));
    const blobs = new Blobs();
    const annotations = { 'io.containerd.image.name': 'A B' };
    await expectRefused('ARCHIVE_BAD_REFERENCE', blobs.layout([{ ...blobs.image(), annotations }]));
  });

  test('a descriptor whose size is not that of the blob', async () => {
    const blobs = new Blobs();
    const image = blobs.image();
    const lie = { ...image, size: Number(image.size) + 1 };
    await expectRefused('ARCHIVE_SIZE_MISMATCH', blobs.layout([lie]));
  });

  test('a layer descriptor whose size is not that of the blob', async () => {
    const blobs = new Blobs();
    const config = blobs.add('application/vnd.oci.image.config.v1+json', {
      ...AMD64,
      rootfs: { type: 'layers', diff_ids: [sha256(LAYER)] },
    });
    const layer = blobs.add('application/vnd.oci.image.layer.v1.tar', LAYER);
    const manifest = blobs.manifest(config, [{ ...layer, size: 1 }]);
    await expectRefused('ARCHIVE_SIZE_MISMATCH', blobs.layout([manifest]));
  });

  test('a blob that has not the digest it is named after', async () => {
    const blobs = new Blobs();
    const image = blobs.image();
    const name = `blobs/${String(image.digest).replace(':', '/')}`;
    const members = blobs.layout([image]).map((member) => {
      const bytes = Buffer.from(member.content ?? '');
      return member.path === name
        ? { ...member, content: bytes.fill(' ', bytes.length - 1) }
        : member;
    });
    await expectRefused('ARCHIVE_DIGEST_MISMATCH', members);
  });

  test('a manifest that is not there', async () => {
    const blobs = new Blobs();
    const image = { ...blobs.image(), digest: sha256('absent') };
    await expectRefused('ARCHIVE_MEMBER_MISSING', blobs.layout([image]));
  });

  test('a layer of a kind nobody knows', async () => {
    const blobs = new Blobs();
    const image = blobs.image({ layerType: 'application/vnd.oci.image.layer.v1.tar+encrypted' });
    await expectRefused('IMAGE_LAYER_UNSUPPORTED', blobs.layout([image]));
  });

  test('indexes in indexes without end', async () => {
    const blobs = new Blobs();
    let index = blobs.index([blobs.image()]);
    for (let depth = 0; depth < 6; depth++) index = blobs.index([index]);
    await expectRefused('ARCHIVE_LIMIT', blobs.layout([index]));
  });

  test('more images than anybody has', async () => {
    const blobs = new Blobs();
    const image = blobs.image();
    const index = blobs.index(Array.from({ length: 1100 }, () => image));
    await expectRefused('ARCHIVE_LIMIT', blobs.layout([index]));
  });

  test('one without an image', async () => {
    await expectRefused('ARCHIVE_NO_IMAGE', [{ path: 'readme', content: 'hello' }]);
    await expectRefused('ARCHIVE_NO_IMAGE', new Blobs().layout([]));
  });

  test('what is no archive', async () => {
    await expect(loadBytes(Buffer.alloc(2000, 'text '))).rejects.toMatchObject({
      code: 'ARCHIVE_CORRUPT',
    });
    await expect(loadArchive(bench.store, bench.path('none'))).rejects.toMatchObject({
      code: 'ARCHIVE_NOT_FOUND',
    });
  });

  test('one that was cut off', async () => {
    const bytes = tarOfMembers(dockerMembers());
    await expect(loadBytes(bytes.subarray(0, 1100))).rejects.toMatchObject({
      code: 'ARCHIVE_TRUNCATED',
    });
  });

  test('one of which a later image is wrong: none is loaded', async () => {
    const members = dockerMembers();
    const [image] = JSON.parse(String(members[2]?.content));
    const both = json([image, { ...image, RepoTags: ['demo:2'], Layers: [] }]);
    const changed = members.map((member) =>
      member.path === 'manifest.json' ? { ...member, content: both } : member,
    );
    await expectRefused('IMAGE_LAYER_COUNT', changed);
  });
});
