import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { END_OF_ARCHIVE, encodeHeader, padding, type TarHeader } from '../../archive/index.ts';
import { blobOf, type Image, type Layer } from '../../image/index.ts';
import {
  canonicalJson,
  type DiffId,
  decodeImageConfig,
  digestOf,
  MEDIA_TYPES,
} from '../../oci/index.ts';
import { plainInstruction } from './layer-history.ts';
import { makeReport } from './make-report.ts';
import { scanImage } from './scan-image.ts';

type Member = Partial<TarHeader> & { readonly content?: string };

function tar(...members: readonly Member[]): Buffer {
  const parts = members.flatMap(({ content = '', ...member }) => {
    const base = {
      path: '',
      type: 'file',
      mode: 0o644,
      uid: 0,
      gid: 0,
      mtime: 1,
      mtimeNs: 0,
    } as const;
    const header = encodeHeader({ ...base, ...member, size: content.length });
    return [header, Buffer.from(content, 'latin1'), Buffer.alloc(padding(content.length))];
  });
  return Buffer.concat([...parts, END_OF_ARCHIVE]);
}

function imageOf(tars: readonly Buffer[], config: object = {}): Image {
  const layers = tars.map((bytes): Layer => {
    const blob = gzipSync(bytes);
    const descriptor = {
      ...{ mediaType: MEDIA_TYPES.ociLayerGzip, digest: digestOf(blob), size: blob.length },
    };
    return { ...blobOf(descriptor, blob), diffId: digestOf(bytes) as string as DiffId };
  });
  const configBytes = canonicalJson({
    ...{ os: 'linux', architecture: 'amd64' },
    ...config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  });
  const manifest = {
    ...({ schemaVersion: 2, mediaType: MEDIA_TYPES.ociManifest } as const),
    config: {
      ...{
        mediaType: MEDIA_TYPES.ociConfig,
        digest: digestOf(configBytes),
        size: configBytes.length,
      },
    },
    layers: layers.map(({ descriptor }) => descriptor),
  };
  const bytes = canonicalJson(manifest);
  const descriptor = { mediaType: manifest.mediaType, digest: digestOf(bytes), size: bytes.length };
  const decoded = decodeImageConfig(configBytes);
  return { kind: 'image', descriptor, bytes, manifest, config: decoded, configBytes, layers };
}

describe('a report', () => {
  const layers = [
    tar(
      { path: 'bin/sh', mode: 0o755, content: 'shell' },
      { path: 'bin/su', mode: 0o4755, content: 'su' },
      { path: 'f\xff', content: 'x'.repeat(1000) },
    ),
    tar({ path: '.wh.f\xff' }, { path: 'usr/share/doc/a', content: 'documentation' }),
  ];
  const config = {
    config: { User: '' },
    history: [
      { created_by: 'ADD rootfs.tar / # buildkit' },
      { created_by: 'ENV A=1', empty_layer: true },
      { created_by: 'RUN |1 V=1 /bin/sh -c rm f # buildkit' },
    ],
  };

  it('has sizes, layers with their instructions, and what the final image does not show', async () => {
    const image = imageOf(layers, config);
    const report = await makeReport(image, await scanImage(image), { names: ['app'] });
    const compressed = image.layers.map(({ descriptor }) => descriptor.size);
    expect(report.image).toMatchObject({ platform: 'linux/amd64', names: ['app'], created: null });
    expect(report.size).toEqual({
      unpacked: 1020,
      visible: 20,
      files: 3,
      compressed:
        image.bytes.length + image.configBytes.length + (compressed[0] ?? 0) + (compressed[1] ?? 0),
    });
    expect(report.layers).toMatchObject([
      { index: 0, instruction: 'ADD rootfs.tar /', unpacked: 1007, reclaimable: 1000, files: 3 },
      { index: 1, instruction: 'RUN rm f', unpacked: 13, reclaimable: 0, files: 1, line: null },
    ]);
    expect(report.reclaimable.files).toEqual([
      { path: 'f\\xff', bytes: 1000, layer: 0, hiddenBy: 1, reason: 'deleted' },
    ]);
    expect(report.security).toEqual({
      ...{ runsAsRoot: true, shells: ['bin/sh'], packageManagers: [], setuid: ['bin/su'] },
    });
    expect(report.leftovers).toEqual([{ kind: 'docs', bytes: 13, paths: ['usr/share/doc'] }]);
    expect(report.largest.files[0]).toEqual({ path: 'usr/share/doc/a', bytes: 13, layer: 1 });
    expect(report.problems).toEqual([]);
  });

  it('takes no applet of busybox for a package manager', async () => {
    const program = { mode: 0o755, content: 'busybox' };
    const image = imageOf([
      tar(
        { path: 'bin/busybox', ...program },
        { path: 'bin/dpkg', type: 'hardlink', linkTarget: 'bin/busybox' },
        { path: 'bin/rpm', type: 'symlink', linkTarget: '/bin/busybox' },
        { path: 'sbin/apk', ...program },
      ),
    ]);
    const { security } = await makeReport(image, await scanImage(image));
    expect(security.packageManagers).toEqual(['sbin/apk']);
  });

  it('says nothing of instructions where the history does not match the layers', async () => {
    const image = imageOf(layers, { history: [{ created_by: 'ADD x /' }] });
    const report = await makeReport(image, await scanImage(image));
    expect(report.layers.map(({ instruction }) => instruction)).toEqual([null, null]);
  });

  it('says where a secret of an instruction is, never its value', async () => {
    const token = `ghp_${'aB3'.repeat(12)}`;
    const image = imageOf([tar({ path: 'f' })], {
      history: [{ created_by: `RUN /bin/sh -c curl -H 'X: ${token}' https://u:pass1@h/x` }],
    });
    const report = await makeReport(image, await scanImage(image));
    expect(report.layers[0]?.instruction).toBe("RUN curl -H 'X: ***' ***/x");
    expect(report.secrets.map(({ kind }) => kind)).toEqual(['github-token', 'url-password']);
    const sources = [{ instruction: `RUN login ${token}`, stage: undefined, line: 2 }];
    const built = await makeReport(image, await scanImage(image), { sources });
    expect(built.layers[0]?.instruction).toBe('RUN login ***');
  });

  it('goes on without a layer that is damaged, and names it', async () => {
    const image = imageOf(layers, config);
    const [first, second] = image.layers;
    const broken = { ...first, read: () => blobOf(image.descriptor, gzipSync('no tar')).read() };
    const damaged = { ...image, layers: [broken as Layer, second as Layer] };
    const report = await makeReport(damaged, await scanImage(damaged));
    expect(report.problems).toMatchObject([{ layer: 0, code: 'ARCHIVE_TRUNCATED' }]);
    expect(report.size.visible).toBe(13);
  });

  it('does not take a layer that is not the one the config names', async () => {
    const image = imageOf(layers, config);
    const [first, second] = image.layers;
    const swapped = {
      ...image,
      layers: [{ ...first, read: second?.read } as Layer, second as Layer],
    };
    const { problems } = await scanImage(swapped);
    expect(problems).toMatchObject([{ layer: 0, error: { code: 'LAYER_DIFF_ID_MISMATCH' } }]);
  });
});

describe('an instruction', () => {
  it.each([
    ['RUN |2 A=1 B=x y /bin/sh -c make all # buildkit', 'RUN make all'],
    ['RUN /bin/sh -c make # buildkit', 'RUN make'],
    ['/bin/sh -c apt-get update', 'RUN apt-get update'],
    ['/bin/sh -c #(nop) COPY file:0 in / ', 'COPY file:0 in /'],
    ['/bin/sh -c #(nop)  CMD ["sh"]', 'CMD ["sh"]'],
    ['COPY main.go . # buildkit', 'COPY main.go .'],
    ['bazel build', 'bazel build'],
    ['', ''],
  ])('of %s', (createdBy, instruction) => {
    expect(plainInstruction(createdBy)).toBe(instruction);
  });
});
