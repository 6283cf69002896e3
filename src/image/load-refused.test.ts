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
import { type LoadOptions, loadArchive } from './load-archive.ts';

let bench: TestStore;

beforeEach(async () => {
  bench = await TestStore.open();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

const load = (members: readonly MemberSketch[], options?: LoadOptions) =>
  loadMembers(bench, members, options);

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

test('a directory of skopeo is told for what it is', async () => {
  const error = await expectRefused('ARCHIVE_DIRECTORY_TRANSPORT', [
    { path: 'version', content: 'Directory Transport Version: 1.1\n' },
    { path: 'manifest.json', content: '{"schemaVersion":2,"layers":[]}' },
  ]);
  expect(error.message).toContain("skopeo's dir: format");
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
    const image = blobs.image({ layerType: 'application/vnd.oci.image.layer.v1.tar+odd' });
    await expectRefused('IMAGE_LAYER_UNSUPPORTED', blobs.layout([image]));
  });

  test('an encrypted layer', async () => {
    const blobs = new Blobs();
    const image = blobs.image({ layerType: 'application/vnd.oci.image.layer.v1.tar+encrypted' });
    await expectRefused('IMAGE_LAYER_ENCRYPTED', blobs.layout([image]));
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
    await expect(loadBytes(bench, Buffer.alloc(2000, 'text '))).rejects.toMatchObject({
      code: 'ARCHIVE_CORRUPT',
    });
    await expect(loadArchive(bench.store, bench.path('none'))).rejects.toMatchObject({
      code: 'ARCHIVE_NOT_FOUND',
    });
  });

  test('one that was cut off', async () => {
    const bytes = tarOfMembers(dockerMembers());
    await expect(loadBytes(bench, bytes.subarray(0, 1100))).rejects.toMatchObject({
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

test('a Docker archive of another platform than the one asked for is refused', async () => {
  const platform = { os: 'linux', architecture: 's390x' };
  await expectRefused('IMAGE_PLATFORM_MISMATCH', dockerMembers(), { platform });
  expect(await load(dockerMembers(), { platform: AMD64 })).toHaveLength(1);
});

describe('an OCI archive', () => {
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

  test('of one image for another platform than the one asked for is refused', async () => {
    const blobs = new Blobs();
    const members = blobs.layout([blobs.image({ architecture: 's390x' })]);
    await expectRefused('IMAGE_PLATFORM_MISMATCH', members, { platform: AMD64 });
  });
});
