/** Results of builds in the hands of others: every compression and media type, pushed, loaded, squashed. */
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { BuildOptions, BuildResult, OutputSpec } from '../../src/api/index.ts';
import { build, createLamina, images, loadImages, pushImages, tag } from '../../src/index.ts';
import { Workbench } from '../support/cli.ts';
import { OciSchemas } from '../support/oci-schemas.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { DockerDaemon, ensureTool, Podman, succeed } from '../support/tools.ts';

const EPOCH = 1_700_000_000;
const FILES = {
  Dockerfile: [
    'FROM base',
    'COPY one /etc/one',
    'COPY two /etc/one',
    'COPY --chmod=4755 one /opt/tool',
    'LABEL maker=tests',
  ].join('\n'),
  one: 'one\n'.repeat(5000),
  two: 'two\n',
};

let bench: Workbench;
let skopeo: string;
let root: string;
let context: string;
let schemas: OciSchemas;
let registry: TestRegistry;

beforeAll(async () => {
  bench = new Workbench();
  skopeo = ensureTool('skopeo', 'skopeo');
  schemas = await OciSchemas.load();
  registry = await startRegistry();
  root = bench.store;
  context = bench.project(FILES);
  const base = bench.project(
    { Dockerfile: 'FROM scratch\nCOPY f /usr/base\nCOPY f /etc/gone\n', f: 'b' },
    'base',
  );
  const dest = path('base.tar');
  const elsewhere = { root: path('elsewhere'), context: base, sourceDateEpoch: EPOCH };
  await build({ ...elsewhere, outputs: [spec('oci', { dest, name: 'base' })] });
  // What was loaded has layers that are compressed already.
  await loadImages({ root, source: dest });
});

afterAll(async () => {
  await registry?.[Symbol.asyncDispose]();
  bench?.[Symbol.dispose]();
});

function path(name: string): string {
  return join(bench.directory, name);
}

function spec(type: OutputSpec['type'], pairs: Readonly<Record<string, string>> = {}): OutputSpec {
  const { dest, name, ...attrs } = pairs;
  return { type, attrs, ...(dest && { dest }), ...(name && { name }) };
}

function run(
  outputs: readonly OutputSpec[],
  more: Partial<BuildOptions> = {},
  env: NodeJS.ProcessEnv = process.env,
): Promise<BuildResult> {
  const { build } = createLamina({ root, env });
  return build({ context, outputs, sourceDateEpoch: EPOCH, ...more });
}

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly annotations?: Record<string, string>;
}

interface Manifest {
  readonly mediaType: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Record<string, string>;
}

async function document<T>(layout: string, digest: string): Promise<T> {
  return JSON.parse(await readFile(join(layout, 'blobs', digest.replace(':', '/')), 'utf8'));
}

async function manifestIn(layout: string): Promise<Manifest> {
  const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'));
  expect(schemas.errors('image-index', index)).toEqual([]);
  return document<Manifest>(layout, index.manifests[0].digest);
}

async function filesIn(source: string): Promise<string> {
  const copy = `${source}.files`;
  const store = `${source}.store`;
  const { images: loaded } = await loadImages({ root: store, source });
  const id = loaded[0]?.id ?? '';
  await tag({ root: store, source: id, target: 'copy' });
  const project = bench.project({ Dockerfile: 'FROM copy' }, `${source.split('/').at(-1)}-project`);
  await build({ root: store, context: project, outputs: [spec('tar', { dest: copy })] });
  const { stdout } = await succeed('tar', ['tvf', copy, '--full-time']);
  return stdout;
}

describe.each([
  ['gzip', 'application/vnd.oci.image.layer.v1.tar+gzip'],
  ['zstd', 'application/vnd.oci.image.layer.v1.tar+zstd'],
  ['estargz', 'application/vnd.oci.image.layer.v1.tar+gzip'],
  ['uncompressed', 'application/vnd.oci.image.layer.v1.tar'],
])('layers compressed with %s', (compression, mediaType) => {
  const form = { compression, 'force-compression': 'true' };

  test('are valid, and skopeo copies them', async () => {
    const layout = path(`${compression}-layout`);
    const result = await run([
      spec('oci', { dest: layout, tar: 'false', name: 'demo:1', ...form }),
    ]);
    const manifest = await manifestIn(layout);
    expect(schemas.errors('image-manifest', manifest)).toEqual([]);
    const config = await document<{ rootfs: { diff_ids: string[] } }>(
      layout,
      manifest.config.digest,
    );
    expect(schemas.errors('config', config)).toEqual([]);
    expect(manifest.layers.map((layer) => layer.mediaType)).toEqual(Array(5).fill(mediaType));
    expect(config.rootfs.diff_ids).toHaveLength(5);
    const copy = path(`${compression}-copy`);
    await succeed(skopeo, [
      'copy',
      '-q',
      '--preserve-digests',
      `oci:${layout}:1`,
      `oci:${copy}:again`,
    ]);
    const { stdout } = await succeed(skopeo, ['inspect', `oci:${copy}:again`]);
    expect(JSON.parse(stdout).Digest).toBe(result.digest);
    expect(result.imageId).toBe(manifest.config.digest);
  });

  test('give the same digests in another store, and the same files', async () => {
    const dest = path(`${compression}.tar`);
    const first = await run([spec('oci', { dest, ...form })]);
    const other = path(`${compression}-again`);
    await loadImages({ root: other, source: path('base.tar') });
    const again = path(`${compression}-again.tar`);
    const second = await run([spec('oci', { dest: again, ...form })], { root: other });
    expect(second.digest).toBe(first.digest);
    expect((await readFile(again)).equals(await readFile(dest))).toBe(true);
    const listed = (await filesIn(dest)).replace(/.* stargz\.index\.json\n/, '');
    expect(listed).toContain('-rwsr-xr-x 0/0           20000 2023-11-14 22:13:20 opt/tool');
    expect(listed).toBe(await plainFiles());
  });
});

let plain: Promise<string> | undefined;
function plainFiles(): Promise<string> {
  plain ??= (async () => {
    const dest = path('plain.tar');
    await run([spec('oci', { dest })]);
    return filesIn(dest);
  })();
  return plain;
}

describe('compression', () => {
  test('leaves the layers of the base image as they came unless forced', async () => {
    const layout = path('unforced');
    await run([spec('oci', { dest: layout, tar: 'false', compression: 'zstd' })]);
    const kinds = (await manifestIn(layout)).layers.map(({ mediaType }) => mediaType.split('+')[1]);
    expect(kinds).toEqual(['gzip', 'gzip', 'zstd', 'zstd', 'zstd']);
  });

  test('names what comes out of eStargz layers in the config', async () => {
    const layout = path('estargz-diffs');
    const form = { compression: 'estargz', 'force-compression': 'true' };
    await run([spec('oci', { dest: layout, tar: 'false', ...form })]);
    const { config, layers } = await manifestIn(layout);
    const { rootfs } = await document<{ rootfs: { diff_ids: string[] } }>(layout, config.digest);
    const { createHash } = await import('node:crypto');
    for (const [position, { digest, annotations }] of layers.entries()) {
      const tar = gunzipSync(await readFile(join(layout, 'blobs', digest.replace(':', '/'))));
      const diffId = `sha256:${createHash('sha256').update(tar).digest('hex')}`;
      expect(diffId).toBe(rootfs.diff_ids[position]);
      expect(annotations?.['containerd.io/snapshot/stargz/toc.digest']).toMatch(/^sha256:/);
      expect(annotations?.['io.containers.estargz.uncompressed-size']).toBe(String(tar.length));
    }
  });

  test('of a level makes other bytes of the same layers', async () => {
    const dest = path('level.tar');
    const levels = ['1', '9'].map((level) =>
      run([spec('oci', { dest: `${dest}${level}`, 'compression-level': level })]),
    );
    const [low, high] = await Promise.all(levels);
    expect(low?.digest).not.toBe(high?.digest);
    expect(low?.imageId).toBe(high?.imageId);
  });
});

describe('media types and annotations', () => {
  test('of Docker', async () => {
    const layout = path('docker-types');
    const form = { compression: 'zstd', 'oci-mediatypes': 'false' };
    await run([spec('docker', { dest: layout, tar: 'false', ...form })]);
    const manifest = await manifestIn(layout);
    expect(manifest.mediaType).toBe('application/vnd.docker.distribution.manifest.v2+json');
    expect(manifest.config.mediaType).toBe('application/vnd.docker.container.image.v1+json');
    expect(new Set(manifest.layers.map(({ mediaType }) => mediaType))).toEqual(
      new Set([
        'application/vnd.docker.image.rootfs.diff.tar.gzip',
        'application/vnd.docker.image.rootfs.diff.tar.zstd',
      ]),
    );
  });

  test('stand where they were asked for, and only with the platform they name', async () => {
    const layout = path('annotated');
    const attributes = {
      'annotation.by': 'attribute',
      'annotation-manifest-descriptor.in': 'index.json',
      'annotation-manifest[linux/s390x].not': 'here',
    };
    await run([spec('oci', { dest: layout, tar: 'false', name: 'a:1', ...attributes })], {
      annotations: ['org.example.Case=kept=so', 'manifest:also=this'],
    });
    const { stdout } = await succeed(skopeo, ['inspect', '--raw', `oci:${layout}:1`]);
    expect(JSON.parse(stdout).annotations).toEqual({
      also: 'this',
      by: 'attribute',
      'org.example.Case': 'kept=so',
    });
    const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'));
    expect(index.manifests[0].annotations.in).toBe('index.json');
  });

  test('of an index stand in it', async () => {
    const project = bench.project({ Dockerfile: 'FROM scratch\nCOPY f /\n', f: '1' }, 'index');
    const layout = path('index-layout');
    const result = await run([spec('oci', { dest: layout, tar: 'false', name: 'm:1' })], {
      context: project,
      platforms: ['linux/amd64', 'linux/arm64'],
      annotations: ['index,index-descriptor:k=v', 'manifest[linux/arm64],manifest-descriptor:a=b'],
    });
    const { manifests } = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8'));
    expect(manifests).toHaveLength(1);
    expect(manifests[0]).toMatchObject({ digest: result.digest, annotations: { k: 'v' } });
    interface Index {
      readonly annotations: unknown;
      readonly manifests: readonly (Descriptor & { readonly platform: unknown })[];
    }
    const index = await document<Index>(layout, manifests[0].digest);
    expect(schemas.errors('image-index', index)).toEqual([]);
    expect(index.annotations).toEqual({ k: 'v' });
    expect(index.manifests.map(({ platform, annotations }) => ({ platform, annotations }))).toEqual(
      [
        { platform: { architecture: 'amd64', os: 'linux' }, annotations: { a: 'b' } },
        { platform: { architecture: 'arm64', os: 'linux' }, annotations: { a: 'b' } },
      ],
    );
    const [amd64, arm64] = await Promise.all(
      index.manifests.map(({ digest }) => document<Manifest>(layout, digest)),
    );
    expect([amd64?.annotations, arm64?.annotations]).toEqual([undefined, { a: 'b' }]);
    const copy = path('index-copy');
    await succeed(skopeo, ['copy', '-q', '--all', `oci:${layout}:1`, `oci:${copy}:1`]);
  });
});

describe('several outputs', () => {
  test('are complete, though one of them fails', async () => {
    const [oci, files] = [path('complete.tar'), path('complete')];
    const outputs = [
      spec('oci', { dest: path('nowhere/image.tar') }),
      spec('oci', { dest: oci }),
      spec('local', { dest: files }),
      spec('image', { name: 'kept-all-the-same' }),
    ];
    await expect(run(outputs)).rejects.toMatchObject({ code: 'EXPORT_DESTINATION' });
    await succeed(skopeo, ['inspect', `oci-archive:${oci}`]);
    expect(await readFile(join(files, 'etc/one'), 'utf8')).toBe('two\n');
    const kept = (await images({ root })).flatMap(({ references }) => references);
    expect(kept.join()).toContain('kept-all-the-same');
  });

  test('that are not the store leave nothing in it', async () => {
    const project = bench.project({ Dockerfile: 'FROM scratch\nLABEL only=files\n' }, 'only-files');
    const before = (await images({ root })).length;
    await run([spec('tar', { dest: path('only.tar') })], { context: project });
    expect(await images({ root })).toHaveLength(before);
  });
});

describe('files', () => {
  test('mode=delete makes a directory what the image is, and follows no symlink', async () => {
    const dest = path('mirror');
    mkdirSync(join(dest, 'etc/one/was-a-directory'), { recursive: true });
    mkdirSync(path('precious'));
    writeFileSync(path('precious/file'), 'mine');
    writeFileSync(join(dest, 'stale'), '');
    await succeed('ln', ['-s', path('precious'), join(dest, 'opt')]);
    await succeed('ln', ['-s', path('precious'), join(dest, 'other')]);
    await run([spec('local', { dest, mode: 'delete' })]);
    const { stdout } = await succeed('find', [dest, '-mindepth', '1', '-printf', '%y %P\n']);
    expect(stdout.trim().split('\n').sort()).toEqual([
      ...['d etc', 'd opt', 'd usr'],
      ...['f etc/gone', 'f etc/one', 'f opt/tool', 'f usr/base'],
    ]);
    expect(await readFile(path('precious/file'), 'utf8')).toBe('mine');
  });

  test('mode=delete spares the directories people live in', async () => {
    for (const dest of ['.', '/', process.cwd(), join(process.cwd(), '..')]) {
      await expect(run([spec('local', { dest, mode: 'delete' })])).rejects.toMatchObject({
        code: 'BUILD_OUTPUT',
      });
    }
  });

  test('platform-split gives each platform a directory', async () => {
    const [dest, tar] = [path('split'), path('split.tar')];
    const split = { 'platform-split': 'true' };
    await run([spec('local', { dest, ...split }), spec('tar', { dest: tar, ...split })]);
    expect(existsSync(join(dest, 'linux_amd64/etc/one'))).toBe(true);
    const { stdout } = await succeed('tar', ['tf', tar]);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'linux_amd64/',
      'linux_amd64/etc/',
      'linux_amd64/etc/gone',
    ]);
  });
});

describe('a registry', () => {
  const inspect = async (name: string) => {
    const args = ['inspect', '--no-tags', '--tls-verify=false', `docker://${name}`];
    return JSON.parse((await succeed(skopeo, args)).stdout);
  };

  test.each(['gzip', 'zstd', 'estargz', 'uncompressed'])(
    'is given %s layers',
    async (compression) => {
      const names = [
        `${registry.name}/demo/${compression}:1`,
        `${registry.name}/demo/${compression}:2`,
      ];
      const attributes = {
        push: 'true',
        compression,
        'force-compression': 'true',
        'annotation.a': 'b',
      };
      const result = await run([spec('image', { name: names.join(','), ...attributes })]);
      expect(result.metadata['image.name']).toBe(names.join(','));
      for (const name of names) expect((await inspect(name)).Digest).toBe(result.digest);
      const copy = path(`pulled-${compression}`);
      const source = `docker://${names[0]}`;
      await succeed(skopeo, ['copy', '-q', '--src-tls-verify=false', source, `oci:${copy}:x`]);
      expect((await manifestIn(copy)).annotations).toEqual({ a: 'b' });
      const raw = ['inspect', '--raw', '--tls-verify=false', source];
      const document = (await succeed(skopeo, raw)).stdout;
      const { config, layers } = JSON.parse(document);
      const sizes = [config, ...layers].map(({ digest, size }): [string, number] => [digest, size]);
      const bytes = [...new Map(sizes).values()].reduce((sum, size) => sum + size, document.length);
      expect(result.outputs.filter(({ kind }) => kind === 'registry')).toEqual(
        names.map((dest) => ({
          ...{ kind: 'registry', dest, isDirectory: false, bytes, files: undefined },
        })),
      );
      const [stored] = (await images({ root })).filter(({ references }) =>
        references.some((one) => one.includes(`demo/${compression}`)),
      );
      expect(stored).toBeDefined();
    },
  );

  test('is given an image by digest alone, and an index', async () => {
    const name = `${registry.name}/demo/digest`;
    const byDigest = { push: 'true', 'push-by-digest': 'true', 'name-canonical': 'true' };
    const result = await run([spec('image', { name, ...byDigest })]);
    expect((await inspect(`${name}@${result.digest}`)).Digest).toBe(result.digest);
    const { stdout } = await succeed(skopeo, [
      ...['inspect', '--tls-verify=false', '--raw', `docker://${name}@${result.digest}`],
    ]);
    expect(JSON.parse(stdout).layers).toHaveLength(5);
    const project = bench.project(
      { Dockerfile: 'FROM scratch\nCOPY f /\n', f: '1' },
      'pushed-index',
    );
    const index = await run([spec('registry')], {
      context: project,
      platforms: ['linux/amd64', 'linux/arm64'],
      tags: [`${registry.name}/demo/index:1`],
    });
    const raw = [
      'inspect',
      '--tls-verify=false',
      '--raw',
      `docker://${registry.name}/demo/index:1`,
    ];
    const document = JSON.parse((await succeed(skopeo, raw)).stdout);
    expect(document.manifests).toHaveLength(2);
    expect(index.descriptor?.mediaType).toBe(document.mediaType);
  });

  test('is given the annotations an image was built with when it is pushed later', async () => {
    const name = `${registry.name}/demo/later:1`;
    const built = await run([], { tags: [name], annotations: ['kept=in the store'] });
    await run([spec('oci', { dest: path('without.tar') })]);
    const [pushed] = await pushImages({ root, image: name });
    const raw = ['inspect', '--raw', '--tls-verify=false', `docker://${name}`];
    const manifest: Manifest = JSON.parse((await succeed(skopeo, raw)).stdout);
    expect(manifest.annotations).toEqual({ kept: 'in the store' });
    expect(manifest.config.digest).toBe(built.imageId);
    expect(pushed?.reference).toBe(name);
  });

  test('has the layers of the base image, which are fetched when an output needs them', async () => {
    const base = `${registry.name}/demo/base:1`;
    const pushed = await run([spec('registry')], { tags: [base] });
    const project = bench.project(
      { Dockerfile: `FROM ${base}\nCOPY f /\n`, f: '1' },
      'on-registry',
    );
    const store = { root: path('lazy-store'), context: project };
    const [layout, forced] = [path('lazy'), path('lazy-forced')];
    await run([spec('registry')], { ...store, tags: [`${registry.name}/demo/on-base:1`] });
    await run([spec('oci', { dest: layout, tar: 'false' })], store);
    const { layers } = await manifestIn(layout);
    const raw = ['inspect', '--raw', '--tls-verify=false', `docker://${base}`];
    const original: Manifest = JSON.parse((await succeed(skopeo, raw)).stdout);
    expect(layers.slice(0, -1)).toEqual(original.layers);
    expect(pushed.descriptor?.mediaType).toBe(original.mediaType);
    const form = { compression: 'zstd', 'force-compression': 'true' };
    await run([spec('oci', { dest: forced, tar: 'false', ...form })], store);
    expect(
      (await manifestIn(forced)).layers.every(({ mediaType }) => mediaType.endsWith('zstd')),
    ).toBe(true);
  });

  test('that is not there fails the output only', async () => {
    const dest = path('beside-push.tar');
    const outputs = [
      spec('image', { name: 'localhost:1/x:1', push: 'true' }),
      spec('oci', { dest }),
    ];
    await expect(run(outputs)).rejects.toMatchObject({ code: expect.stringMatching(/^REGISTRY_/) });
    await succeed(skopeo, ['inspect', `oci-archive:${dest}`]);
  });
});

describe('an engine', () => {
  test('Docker is given the image through its socket', async () => {
    await using daemon = await DockerDaemon.start();
    const env = { ...process.env, DOCKER_HOST: daemon.host, LAMINA_LOAD: '' };
    const result = await run([spec('docker')], { tags: ['loaded:1'] }, env);
    const id = (await daemon.docker('images', '--no-trunc', '-q', 'loaded:1')).trim();
    expect(id).toBe(result.imageId);
    for (const compression of ['zstd', 'estargz', 'uncompressed']) {
      const form = { compression, 'force-compression': 'true' };
      const dest = path(`docker-${compression}.tar`);
      await run([spec('docker', { dest, name: `c:${compression}`, ...form })]);
      expect(await daemon.docker('load', '-i', dest)).toContain(`c:${compression}`);
    }
  });

  test('Podman is given the image through its command', async () => {
    await using podman = await Podman.open();
    const bin = path('bin');
    mkdirSync(bin);
    const program = join(bin, 'podman');
    await writeFile(program, podman.script());
    chmodSync(program, 0o755);
    const env = { ...process.env, PATH: `${bin}:${process.env.PATH}`, LAMINA_LOAD: 'podman' };
    const result = await run([spec('docker')], { tags: ['loaded:2'] }, env);
    const listed = await podman.podman('images', '--no-trunc', '-q', 'loaded:2');
    expect(listed.trim()).toBe(result.imageId);
    const dest = path('podman-zstd.tar');
    await run([spec('oci', { dest, name: 'z:1', compression: 'zstd' })]);
    expect(await podman.podman('load', '-i', dest)).toContain('z:1');
  });

  test('that was asked for and does not answer is an error', async () => {
    const env = {
      ...process.env,
      DOCKER_HOST: `unix://${path('no-socket')}`,
      LAMINA_LOAD: 'docker',
    };
    await expect(run([spec('docker')], {}, env)).rejects.toMatchObject({ code: 'EXPORT_ENGINE' });
  });
});

describe('squash', () => {
  test.each([
    ['own', 3],
    ['all', 1],
  ] as const)('=%s makes one layer, with the same files', async (squash, count) => {
    const project = bench.project(
      {
        ...FILES,
        Dockerfile: `${FILES.Dockerfile}\nCOPY one /etc/gone\nCOPY --from=base /usr/base /opt/tool\n`,
      },
      `squash-${squash}`,
    );
    const [layout, dest, usual] = ['layout', 'tar', 'usual'].map((name) =>
      path(`${squash}.${name}`),
    );
    const outputs = [
      spec('oci', { dest: layout ?? '', tar: 'false' }),
      spec('oci', { dest: dest ?? '' }),
    ];
    const result = await run(outputs, { context: project, squash });
    await run([spec('oci', { dest: usual ?? '' })], { context: project });
    expect(await filesIn(dest ?? '')).toBe(await filesIn(usual ?? ''));
    const { config, layers } = await manifestIn(layout ?? '');
    expect(layers).toHaveLength(count);
    expect(result.summary.images[0]?.layers.map(({ origin }) => origin)).toEqual(
      squash === 'own' ? ['FROM base', 'squashed'] : ['squashed: all'],
    );
    interface Config {
      readonly history: readonly { empty_layer?: boolean; comment?: string; created_by?: string }[];
    }
    const { history } = await document<Config>(layout ?? '', config.digest);
    expect(history.filter(({ empty_layer }) => empty_layer !== true)).toHaveLength(count);
    expect(history.at(-1)?.comment).toMatch(
      squash === 'own' ? /^merge sha256:\S+ to sha256:\S+$/ : /^create new from sha256:\S+$/,
    );
    expect(history.map(({ created_by }) => created_by)).toContain('LABEL maker=tests');
    const again = await run(outputs.slice(1), { context: project, squash, noCache: true });
    expect(again.imageId).toBe(result.imageId);
  });
});
