/** The cases that every transport of images has to pass, run with the real thing. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decompress } from '../../src/archive/index.ts';
import {
  bytesOf,
  type Collection,
  decodedIndex,
  type Image,
  type ImageSource,
  openImage,
  openImageSource,
} from '../../src/image/index.ts';
import { decodeManifest, digestOf } from '../../src/oci/index.ts';
import { Blobs, dockerMembers, tarOfMembers } from '../support/archives.ts';
import {
  archiveTransport,
  daemonTransport,
  layoutTransport,
  registryTransport,
  storeTransport,
  type TestTransport,
} from '../support/test-transports.ts';
import {
  AMD64,
  ARM64,
  attestation,
  bytesIn,
  contentOf,
  sketchImage,
  sketchIndex,
} from '../support/transport-images.ts';

const NAME = 'docker.io/library/app:1';
const OTHER = 'docker.io/library/other:2';
const ALL = [
  ['an OCI layout', layoutTransport],
  ['an OCI archive', () => archiveTransport('oci-archive', 'plain')],
  ['an OCI archive under gzip', () => archiveTransport('oci-archive', 'gzip')],
  ['an OCI archive under zstd', () => archiveTransport('oci-archive', 'zstd')],
  ['a Docker archive', () => archiveTransport('docker-archive', 'plain')],
  ['a Docker archive under gzip', () => archiveTransport('docker-archive', 'gzip')],
  ['a registry', registryTransport],
  ['the store', storeTransport],
  ['a running Docker', daemonTransport],
] as const;

describe.each(ALL)('%s', (_name, start) => {
  let transport: TestTransport;
  beforeEach(async () => {
    transport = await start();
  });
  afterEach(async () => {
    await transport[Symbol.asyncDispose]();
  });

  const write = (collection: Collection) => transport.write([[NAME, collection]]);

  test('gives back what was written, with layers of every kind', async () => {
    const { forms: layers = ['gzip', 'zstd', 'plain'] } = transport;
    const image = sketchImage({ layers, annotations: { of: 'tests' } });
    await write(image);
    await using source = await transport.open(NAME);
    const opened = await imageIn(source);
    const written = decodeManifest(image.root.bytes);
    expect(digestOf(opened.configBytes)).toBe(written.config.digest);
    expect(await tarDigests(opened)).toEqual(opened.config.rootfs.diff_ids);
    if (transport.keeps === 'files') return;
    expect(Buffer.from(opened.bytes)).toEqual(Buffer.from(image.root.bytes));
    expect(opened.manifest.annotations).toEqual({ of: 'tests' });
    expect(await contentOf(source)).toEqual(await bytesIn(image));
  });

  test('knows images by their names', async () => {
    const [one, two] = [sketchImage({ text: 'one' }), sketchImage({ text: 'two' })];
    await transport.write([
      [NAME, one],
      [OTHER, two],
    ]);
    for (const [name, { root }] of [
      [NAME, one],
      [OTHER, two],
    ] as const) {
      await using source = await transport.open(name);
      const { manifest } = await imageIn(source);
      expect(manifest.config.digest).toBe(decodeManifest(root.bytes).config.digest);
    }
    await expect(transport.open('docker.io/library/app:none')).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:ARCHIVE_NO_IMAGE|IMAGE_NOT_FOUND|REGISTRY_NOT_FOUND)$/),
    });
  });

  test('has an image for each platform under one name', async () => {
    const [amd, arm] = [sketchImage({ platform: AMD64 }), sketchImage({ platform: ARM64 })];
    const index = sketchIndex([[amd, AMD64], [arm, ARM64], [attestation(amd.root)]]);
    await write(index);
    await using source = await transport.open(NAME);
    if (transport.keeps === 'files') {
      // Docker's own list holds only one image.
      expect((await imageIn(source)).config.architecture).toBe('amd64');
      return;
    }
    for (const [platform, { root }] of [
      [AMD64, amd],
      [ARM64, arm],
    ] as const) {
      const image = await openImage(source, { platform });
      expect(image.descriptor.digest).toBe(root.descriptor.digest);
    }
    await expect(
      openImage(source, { platform: { os: 'linux', architecture: 's390x' } }),
    ).rejects.toMatchObject({ code: 'IMAGE_PLATFORM_MISMATCH' });
    if (transport.keeps === 'everything')
      expect(await contentOf(source)).toEqual(await bytesIn(index));
  });
});

const OF_EVERYTHING = ALL.filter(([name]) => !/Docker|store/.test(name));

describe.each(OF_EVERYTHING)('%s', (_name, start) => {
  test('keeps an index in an index', async () => {
    await using transport = await start();
    const inner = sketchIndex([[sketchImage(), AMD64]]);
    const index = sketchIndex([[inner, AMD64]]);
    await transport.write([[NAME, index]]);
    await using source = await transport.open(NAME);
    const opened = await openImage(source);
    expect(opened.kind).toBe('index');
    const [entry] = decodedIndex(opened).index.manifests;
    expect(entry?.digest).toBe(inner.root.descriptor.digest);
    expect(await contentOf(source)).toEqual(await bytesIn(index));
  });
});

const DAMAGE =
  /^(?:ARCHIVE_DIGEST_MISMATCH|BLOB_DIGEST_MISMATCH|BLOB_DAMAGED|LAYER_DIFF_ID_MISMATCH)$/;
const LACK = /^(?:ARCHIVE_MEMBER_MISSING|REGISTRY_NOT_FOUND|REGISTRY_BLOB_UNKNOWN)$/;
const DAMAGEABLE = ALL.filter(([name]) => !/under|running/.test(name));

describe.each(DAMAGEABLE)('%s', (_name, start) => {
  test('gives no layer that was changed', async () => {
    await using transport = await start();
    const image = sketchImage({ layers: ['gzip'] });
    await transport.write([[NAME, image]]);
    const [layer] = decodeManifest(image.root.bytes).layers;
    if (layer === undefined || transport.damage === undefined) throw new Error('nothing to damage');
    await transport.damage(layer.digest);
    await using source = await transport.open(NAME);
    // Its first bytes say how it is compressed: what a Docker archive has is then another file altogether.
    await expect(imageIn(source).then(tarDigests)).rejects.toMatchObject({
      code: expect.stringMatching(DAMAGE),
    });
  });
});

const LOSABLE = DAMAGEABLE.filter(([name]) => !/store/.test(name));

describe.each(LOSABLE)('%s', (_name, start) => {
  test('says that a blob is missing', async () => {
    await using transport = await start();
    const image = sketchImage();
    await transport.write([[NAME, image]]);
    const [layer] = decodeManifest(image.root.bytes).layers;
    if (layer === undefined || transport.lose === undefined) throw new Error('nothing to lose');
    await transport.lose(layer.digest);
    const read = async () => {
      await using source = await transport.open(NAME);
      return await tarDigests(await imageIn(source));
    };
    await expect(read()).rejects.toMatchObject({ code: expect.stringMatching(LACK) });
  });
});

const ARCHIVES = ALL.filter(([name]) => /archive/.test(name));

describe.each(ARCHIVES)('%s', (_name, start) => {
  test('is refused when its end is missing', async () => {
    await using transport = await start();
    await transport.write([[NAME, sketchImage({ layers: ['plain', 'plain'] })]]);
    const { archive = '' } = transport;
    const bytes = await readFile(archive);
    await writeFile(archive, bytes.subarray(0, Math.floor(bytes.length * 0.6)));
    await expect(transport.open(NAME)).rejects.toMatchObject({
      code: expect.stringMatching(/^ARCHIVE_/),
    });
  });
});

test.each(['../outside', '/outside'])('an archive with the name %s is refused', async (path) => {
  await using transport = await archiveTransport('oci-archive', 'plain');
  const { archive = '' } = transport;
  const odd = { path, content: 'x' };
  const blobs = new Blobs();
  for (const [form, members] of [
    ['oci-archive', blobs.layout([blobs.image()])],
    ['docker-archive', dockerMembers()],
  ] as const) {
    await writeFile(archive, tarOfMembers([...members, odd]));
    await expect(openImageSource(`${form}:${archive}`, { env: {} })).rejects.toMatchObject({
      code: 'ARCHIVE_UNSAFE_NAME',
    });
  }
});

test('a large layer comes in small pieces', async () => {
  await using transport = await layoutTransport();
  const content = Buffer.alloc(40 << 20, 'large');
  const blobs = new Blobs();
  const members = blobs.layout([
    blobs.image({ layer: tarOfMembers([{ path: 'large', content }]) }),
  ]);
  const archive = join(transport.directory, 'large.tar');
  await writeFile(archive, tarOfMembers(members));
  await using source = await openImageSource(`oci-archive:${archive}`, { env: {} });
  const [layer] = (await imageIn(source)).layers;
  let largest = 0;
  for await (const chunk of layer?.read() ?? []) largest = Math.max(largest, chunk.length);
  expect(largest).toBeGreaterThan(0);
  expect(largest).toBeLessThanOrEqual(1 << 20);
});

async function imageIn(source: ImageSource): Promise<Image> {
  const opened = await openImage(source, { platform: AMD64 });
  if (opened.kind === 'index') throw new Error('an index, not an image');
  return opened;
}

async function tarDigests({ layers }: Image): Promise<string[]> {
  const digests: string[] = [];
  for (const { read } of layers) digests.push(digestOf(await bytesOf(decompress(read()))));
  return digests;
}
