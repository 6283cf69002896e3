/** Images of tools that do not write what Docker writes: Bazel, Nix, jib, apko, an old `docker save`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Blobs, json, type MemberSketch, sha256, tarOfMembers } from '../support/archives.ts';
import { Workbench } from '../support/cli.ts';
import { startRegistry } from '../support/registry.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench[Symbol.dispose]());

const LAYERS = ['one', 'two'].map((name) => tarOfMembers([{ path: name, content: name }]));

/** An archive of `docker save` from before Docker 25. */
function dockerArchive(history: unknown): Buffer {
  const rootfs = { type: 'layers', diff_ids: LAYERS.map(sha256) };
  const config = json({ architecture: 'amd64', os: 'linux', rootfs, history });
  const names = LAYERS.map((_, position) => `${position}/layer.tar`);
  const image = { Config: 'config.json', RepoTags: ['foreign:1'], Layers: names };
  const members: MemberSketch[] = [
    ...LAYERS.map((content, position) => ({ path: `${position}/layer.tar`, content })),
    { path: 'config.json', content: config },
    { path: 'manifest.json', content: json([image]) },
  ];
  return tarOfMembers(members);
}

const REF_NAME = 'org.opencontainers.image.ref.name';

/** What the image in an OCI layout directory says of itself. */
function imageIn(directory: string) {
  const document = (digest: string) =>
    JSON.parse(readFileSync(join(directory, 'blobs', digest.replace(':', '/')), 'utf8'));
  const index = JSON.parse(readFileSync(join(directory, 'index.json'), 'utf8'));
  const manifest = document(index.manifests[0].digest);
  return { manifest, config: document(manifest.config.digest) };
}

/** Each entry of the history: what made it, and whether it has a layer. */
const shown = (history: readonly { created_by?: string; empty_layer?: boolean }[]) =>
  history.map(({ created_by = '', empty_layer = false }) => [created_by, empty_layer]);

describe('an image whose history does not match its layers', () => {
  const FORMS = [
    [
      'shorter',
      [{ created_by: 'a' }],
      [
        ['a', false],
        ['', false],
      ],
    ],
    [
      'longer',
      [{ created_by: 'a' }, { created_by: 'b' }, { created_by: 'c' }],
      [
        ['a', false],
        ['b', false],
        ['c', true],
      ],
    ],
    [
      'all empty',
      [{ created_by: 'a', empty_layer: true }],
      [
        ['a', true],
        ['', false],
        ['', false],
      ],
    ],
  ] as const;

  it.each(FORMS)('(%s) can be loaded and built upon', async (_form, history, corrected) => {
    const project = bench.project({
      Dockerfile: 'FROM foreign:1\nCOPY own /own\n',
      own: 'own',
      'foreign.tar': dockerArchive(history),
    });
    await bench.succeed(['load', '-i', join(project, 'foreign.tar')]);
    const rows = await bench.succeed(['history', '--format={{.CreatedBy}}', 'foreign:1']);
    expect(rows.stdout.trimEnd().split('\n').reverse()).toEqual(corrected.map(([by]) => by));
    const out = join(bench.directory, 'out');
    await bench.succeed(['build', '-o', `type=oci,tar=false,dest=${out}`, project]);
    const { config } = imageIn(out);
    expect(config.rootfs.diff_ids).toHaveLength(3);
    expect(shown(config.history)).toEqual([...corrected, ['COPY own /own # buildkit', false]]);
  });

  it.each(FORMS)(
    '(%s) can be pulled, and read from a layout',
    async (_form, history, corrected) => {
      await using registry = await startRegistry();
      const name = `${registry.name}/foreign:1`;
      const archive = bench.project({ 'foreign.tar': dockerArchive(history) }, 'archive');
      await bench.succeed(['load', '-i', join(archive, 'foreign.tar')]);
      await bench.succeed(['tag', 'foreign:1', name]);
      await bench.succeed(['push', name]);
      const layout = join(bench.directory, 'layout');
      await bench.succeed(['copy', name, `oci:${layout}`]);
      using other = new Workbench();
      await other.succeed(['pull', name]);
      const out = join(bench.directory, 'out');
      const project = bench.project({ Dockerfile: 'FROM base\nLABEL a=b\n' });
      const context = `--build-context=base=oci-layout://${layout}`;
      await bench.succeed(['build', context, '-o', `type=oci,tar=false,dest=${out}`, project]);
      expect(shown(imageIn(out).config.history)).toEqual([...corrected, ['LABEL a=b', true]]);
    },
  );
});

describe('uncompressed layers of a base image', () => {
  const OWN = 'application/vnd.oci.image.layer.v1.tar+gzip';

  /** An OCI layout whose image has one uncompressed layer, and the descriptor of that layer. */
  function uncompressedLayout() {
    const blobs = new Blobs();
    const manifest = blobs.image();
    const named = {
      ...manifest,
      annotations: { [REF_NAME]: '1', 'io.containerd.image.name': 'docker.io/library/plain:1' },
    };
    const members = blobs.layout([named]);
    const files = Object.fromEntries(members.map(({ path, content = '' }) => [path, content]));
    const layout = bench.project(files, 'layout');
    return { layout, members, layer: imageIn(layout).manifest.layers[0], digest: manifest.digest };
  }

  /** The layers of what is built on a base. */
  async function builtOn(base: string, args: readonly string[] = []) {
    const out = join(bench.directory, 'out');
    const project = bench.project({ Dockerfile: `FROM ${base}\nCOPY own /own\n`, own: 'own' });
    await bench.succeed(['build', ...args, '-o', `type=oci,tar=false,dest=${out}`, project]);
    return imageIn(out).manifest.layers;
  }

  it('keep their digests when they come from a layout', async () => {
    const { layout, layer } = uncompressedLayout();
    const context = `--build-context=base=oci-layout://${layout}:1`;
    expect(await builtOn('base', [context])).toEqual([
      layer,
      expect.objectContaining({ mediaType: OWN }),
    ]);
  });

  it('keep their digests when they were loaded, and so does the image itself', async () => {
    const { members, layer, digest } = uncompressedLayout();
    const directory = bench.project({ 'plain.tar': tarOfMembers(members) }, 'archive');
    await bench.succeed(['load', '-i', join(directory, 'plain.tar')]);
    expect((await builtOn('plain:1'))[0]).toEqual(layer);
    await bench.succeed(['copy', 'store:plain:1', `oci:${join(bench.directory, 'copy')}`]);
    const index = JSON.parse(readFileSync(join(bench.directory, 'copy/index.json'), 'utf8'));
    expect(index.manifests[0].digest).toBe(digest);
  });

  it('keep their digests on the way through a registry', async () => {
    await using registry = await startRegistry();
    const { layout, layer } = uncompressedLayout();
    const name = `${registry.name}/plain:1`;
    await bench.succeed(['copy', `oci:${layout}:1`, name]);
    expect((await builtOn(name))[0]).toEqual(layer);
    await bench.succeed(['build', '-t', `${name}-2`, '--push', join(bench.directory, 'project')]);
    const pushed = await bench.succeed(['manifest', 'inspect', `${name}-2`]);
    expect(JSON.parse(pushed.stdout).layers[0]).toEqual(layer);
  });

  it('are compressed when they come from an archive of docker save, or by force', async () => {
    const project = bench.project({ 'foreign.tar': dockerArchive([]) }, 'archive');
    await bench.succeed(['load', '-i', join(project, 'foreign.tar')]);
    const layers = await builtOn('foreign:1');
    expect(layers.map((layer: { mediaType: string }) => layer.mediaType)).toEqual([OWN, OWN, OWN]);
    const { layout } = uncompressedLayout();
    const out = join(bench.directory, 'forced');
    const spec = `type=oci,tar=false,dest=${out},compression=gzip,force-compression=true`;
    const base = bench.project({ Dockerfile: 'FROM base\n' });
    const context = `--build-context=base=oci-layout://${layout}:1`;
    await bench.succeed(['build', context, '-o', spec, base]);
    expect(imageIn(out).manifest.layers[0].mediaType).toBe(OWN);
  });
});
