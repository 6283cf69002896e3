/** Reports on real images, wherever they are. */

import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageReport } from '../../src/index.ts';
import { busybox, Workbench } from '../support/cli.ts';
import { outputOf } from '../support/in-this-process.ts';
import { schemaErrors } from '../support/json-schemas.ts';
import { startRegistry } from '../support/registry.ts';
import { ensureTool, succeed } from '../support/tools.ts';

const DOCKERFILE = `
FROM scratch
COPY --chmod=755 busybox /bin/busybox
COPY big small /data/
RUN ["/bin/busybox", "rm", "/data/big"]
RUN ["/bin/busybox", "sh", "-c", "/bin/busybox chmod 600 /data/small; /bin/busybox cp -p /data/small /data/copy"]
COPY key /root/.ssh/id_ed25519
USER 1000
`;
const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
-----END OPENSSH PRIVATE KEY-----
`;

describe('a report', () => {
  const bench = new Workbench();
  const file = (name: string) => join(bench.directory, name);

  beforeAll(async () => {
    const files = {
      Dockerfile: DOCKERFILE,
      busybox: readFileSync(busybox()),
      ...{ big: 'x'.repeat(500_000), small: 'small', key: KEY },
    };
    const outputs = [`type=oci,dest=${file('oci.tar')}`, `type=docker,dest=${file('docker.tar')}`];
    await bench.succeed([
      ...['build', '-q', '-t', 'seen', '--output', 'type=image'],
      ...outputs.flatMap((output) => ['--output', output]),
      bench.project(files),
    ]);
  });
  afterAll(() => bench[Symbol.dispose]());

  async function report(image: string, ...flags: readonly string[]): Promise<ImageReport> {
    const argv = ['report', '--format', 'json', ...flags, image];
    return JSON.parse(await outputOf(bench.store, argv)) as ImageReport;
  }

  /** Without what depends on how the layer is packed. */
  const asRead = (layer: ImageReport['layers'][number]) => {
    const { digest, compressed, ...read } = layer;
    return read;
  };

  it('has the sizes of what the layers ship and of what is visible', async () => {
    const size = readFileSync(busybox()).length;
    const { image, size: sizes, layers, reclaimable, duplicates } = await report('seen');
    expect(image).toMatchObject({ names: ['seen:latest'], user: '1000' });
    expect(sizes).toMatchObject({
      unpacked: size + 500_015 + KEY.length,
      visible: size + 10 + KEY.length,
      files: 4,
    });
    expect(layers.map(({ instruction }) => instruction)).toEqual([
      'COPY --chmod=755 busybox /bin/busybox',
      'COPY big small /data/',
      'RUN ["/bin/busybox", "rm", "/data/big"]',
      expect.stringMatching(/^RUN .*chmod/),
      'COPY key /root/.ssh/id_ed25519',
    ]);
    expect(reclaimable.files).toEqual([
      { path: 'data/big', bytes: 500_000, layer: 1, hiddenBy: 2, reason: 'deleted' },
      { path: 'data/small', bytes: 5, layer: 1, hiddenBy: 3, reason: 'metadata' },
    ]);
    expect(duplicates).toEqual({
      bytes: 5,
      groups: [{ bytes: 5, paths: ['data/copy', 'data/small'] }],
    });
  });

  it('is the same from an archive', async () => {
    const { layers, ...stored } = await report('seen');
    const { layers: packed, ...oci } = await report(`oci-archive:${file('oci.tar')}`);
    expect(oci).toEqual(stored);
    expect(packed.map(asRead)).toEqual(layers.map(asRead));
    const docker = await report(`docker-archive:${file('docker.tar')}`);
    expect(docker).toMatchObject({
      ...{ image: stored.image, reclaimable: stored.reclaimable, packages: stored.packages },
      ...{ stages: stored.stages, secrets: stored.secrets },
      size: { ...stored.size, compressed: null },
    });
    expect(docker.layers.map(asRead)).toEqual(layers.map(asRead));
  });

  it('knows the build of an archive whose config another tool has rewritten', async () => {
    const work = file('rewritten');
    mkdirSync(work);
    execFileSync('tar', ['-xf', file('docker.tar'), '-C', work]);
    const [entry] = JSON.parse(readFileSync(join(work, 'manifest.json'), 'utf8'));
    const config = JSON.parse(readFileSync(join(work, entry.Config), 'utf8'));
    writeFileSync(join(work, 'other.json'), JSON.stringify({ ...config, author: 'another tool' }));
    writeFileSync(
      join(work, 'manifest.json'),
      JSON.stringify([{ ...entry, Config: 'other.json', RepoTags: ['other:1'] }]),
    );
    rmSync(join(work, 'index.json'), { force: true });
    execFileSync('tar', ['-cf', file('other.tar'), '-C', work, '.']);
    const [seen, other] = [
      await report('seen'),
      await report(`docker-archive:${file('other.tar')}`),
    ];
    expect(other.image.id).not.toBe(seen.image.id);
    expect(other.layers.map(asRead)).toEqual(seen.layers.map(asRead));
    expect(other.secrets).toEqual(seen.secrets);
  });

  it('knows no build of an archive on another machine', async () => {
    const elsewhere = file('elsewhere');
    const name = `oci-archive:${file('oci.tar')}`;
    const { layers, stages, secrets } = await report(name, '--root', elsewhere);
    expect(stages).toEqual([]);
    expect(layers.map(({ line, stage }) => [line, stage])).toEqual(layers.map(() => [null, null]));
    expect(secrets.map(({ line }) => line)).toEqual([null]);
    expect(existsSync(elsewhere)).toBe(false);
  });

  it('knows the compressed size of what was exported', async () => {
    const { size, layers } = await report('seen');
    const blobs = layers.map(({ compressed }) => compressed ?? Number.NaN);
    const sum = blobs.reduce((all, bytes) => all + bytes, 0);
    expect(size.compressed).toBeGreaterThan(sum);
    expect(size.compressed).toBeLessThan(sum + 10_000);
  });

  it('agrees with the history', async () => {
    const { layers } = await report('seen');
    const history = async (image: string) => {
      const args = ['history', '--wide', '--human=false', '--format', 'json', image];
      const { stdout } = await bench.succeed(args);
      expect(stdout).not.toContain('<missing>');
      return stdout
        .trimEnd()
        .split('\n')
        .map((line): Record<string, string> => JSON.parse(line));
    };
    const rows = await history('seen');
    expect(rows.flatMap((row) => schemaErrors('history', row))).toEqual([]);
    expect(rows.slice(1).map(({ ID }) => ID)).toEqual(['-', '-', '-', '-', '-']);
    expect(rows[0]).toMatchObject({ CreatedBy: 'USER 1000', Line: '-', Size: '0', Time: '-' });
    expect(rows.slice(1).reverse()).toMatchObject(
      layers.map(({ line, unpacked, compressed, reclaimable }) => ({
        ...{ Stage: 'stage-0', Line: `${line}`, Size: `${unpacked}` },
        ...{ Compressed: `${compressed}`, Reclaimable: `${reclaimable}` },
        Time: expect.stringMatching(/^\d/),
      })),
    );
    const packed = await history(`oci-archive:${file('oci.tar')}`);
    const withoutAge = ({ CreatedSince, ...row }: Record<string, string>) => row;
    expect(packed.map(withoutAge)).toEqual(rows.map(withoutAge));
    const { stdout } = await bench.succeed(['history', `docker-archive:${file('docker.tar')}`]);
    expect(stdout).toMatch(/^IMAGE {10}CREATED .* SIZE .* COMMENT\n/);
    expect(stdout).toContain('500kB');
  });

  it('knows the steps and the stages of its build', async () => {
    const dockerfile = `FROM scratch AS build
COPY big small /src/
FROM scratch
COPY --from=build \\
/src/small /small
COPY --from=build /src/small /twice
`;
    const files = { Dockerfile: dockerfile, big: 'x'.repeat(5_000_000), small: 'y'.repeat(1000) };
    const context = bench.project(files, 'stages');
    // The second build finds all in the cache, and looks at one stage only.
    for (const _ of [1, 2]) await bench.succeed(['build', '-q', '-t', 'staged', context]);
    const { layers, stages } = await report('staged');
    expect(layers).toMatchObject([
      { instruction: 'COPY --from=build /src/small /small', stage: 'stage-1', line: 4 },
      { instruction: 'COPY --from=build /src/small /twice', stage: 'stage-1', line: 6 },
    ]);
    expect(stages).toEqual([
      { name: 'build', bytes: 5_001_000, factor: 2500 },
      { name: 'stage-1', bytes: 2000, factor: 1 },
    ]);
    const records = readdirSync(join(bench.store, 'builds')).filter((name) =>
      name.endsWith('.json'),
    );
    const newest = records.sort().at(-1) ?? '';
    const { against } = await report('seen', '--against', newest.replace('.json', ''));
    expect(against?.image.names).toEqual(['staged:latest']);
    const { stdout } = await bench.succeed(['report', 'staged']);
    expect(stdout).toContain('Stage build is 5MB, the image is 2kB: 2500 times smaller.');
  });

  it('has what the linter says of each line, beside the layer that the line made', async () => {
    const { findings, layers } = await report('seen');
    expect(findings).toMatchObject([
      { code: 'DL3059', severity: 'info', line: 6, layer: 3, bytes: null },
    ]);
    expect(layers[3]?.line).toBe(6);
    const { stdout } = await bench.succeed(['report', 'seen']);
    expect(stdout).toMatch(/^ +6 +3 +- +DL3059 +\S/m);
    // The text that was built is linted, not what is there by now; comments in it count.
    const Dockerfile = DOCKERFILE.replace(/(?=RUN .*"sh")/, '# hadolint ignore=DL3059\n');
    const files = { busybox: readFileSync(busybox()), big: '', small: '', key: KEY };
    const context = bench.project({ ...files, Dockerfile }, 'exempt');
    await bench.succeed(['build', '-q', '-t', 'exempt', context]);
    writeFileSync(join(context, 'Dockerfile'), DOCKERFILE);
    expect((await report('exempt')).findings).toEqual([]);
  });

  it('goes without findings where the settings of the linter are broken, or no build is known', async () => {
    const cwd = bench.project({ '.hadolint.yaml': 'ignored: {' }, 'broken-settings');
    const { stdout } = await bench.succeed(['report', '--format', 'json', 'seen'], { cwd });
    expect(JSON.parse(stdout).findings).toEqual([]);
    const elsewhere = ['--root', file('other-root'), `oci-archive:${file('oci.tar')}`];
    expect((await report('seen')).findings).not.toEqual([]);
    expect((await report(elsewhere.at(-1) ?? '', ...elsewhere.slice(0, 2))).findings).toEqual([]);
  });

  it('tells steps apart that make the same layer', async () => {
    const dockerfile = 'FROM scratch\nCOPY small /small\nCOPY small /small\n';
    const context = bench.project({ Dockerfile: dockerfile, small: 'small' }, 'same');
    await bench.succeed(['build', '-q', '-t', 'same', context]);
    const { layers } = await report('same');
    expect(new Set(layers.map(({ diffId }) => diffId)).size).toBe(1);
    expect(layers.map(({ line }) => line)).toEqual([2, 3]);
  });

  it('tells what an image adds to its base', async () => {
    const files = { Dockerfile: 'FROM seen\nCOPY more /more\n', more: '0123456789' };
    await bench.succeed(['build', '-q', '-t', 'child', bench.project(files, 'child')]);
    const { base } = await report('child');
    expect(base).toMatchObject({ name: 'seen:latest', layers: 5, unique: { unpacked: 10 } });
    const named = 'FROM seen\nLABEL org.opencontainers.image.base.name=seen\nCOPY more /more\n';
    await bench.succeed(['tag', 'child', 'grown']);
    const context = bench.project({ Dockerfile: named, more: '0123456789' }, 'named');
    await bench.succeed(['build', '-q', '-t', 'child', context]);
    expect((await report('child')).base).toMatchObject({ name: 'seen', layers: 5 });
    const other = await report('child', '--base', 'grown');
    expect(other.base).toMatchObject({ name: 'grown:latest', layers: 6, unique: { unpacked: 0 } });
    expect((await report('seen')).base).toBe(null);
  });

  it('is described by its schema, wherever the image is', async () => {
    await using registry = await startRegistry();
    const skopeo = ensureTool('skopeo', 'skopeo');
    const layout = file('layout');
    const plain = ['--insecure-policy', 'copy'];
    const zstd = ['--dest-compress-format', 'zstd', '--dest-compress'];
    await succeed(skopeo, [...plain, ...zstd, `oci-archive:${file('oci.tar')}`, `oci:${layout}:z`]);
    const archive = `docker-archive:${file('skopeo.tar')}`;
    await succeed(skopeo, [...plain, `oci-archive:${file('oci.tar')}`, `${archive}:a/b:3`]);
    await bench.succeed(['tag', 'seen', `${registry.name}/seen:1`]);
    await bench.succeed(['push', '-q', `${registry.name}/seen:1`]);
    const { layers, reclaimable, secrets, ...stored } = await report('seen');
    const names = new Map([
      [`oci:${layout}`, []],
      [`oci:${layout}:z`, []],
      [archive, ['a/b:3']],
      [`docker://${registry.name}/seen:1`, [`${registry.name}/seen:1`]],
    ]);
    for (const [image, shown] of names) {
      const found = await report(image, '--against', 'seen', '--base', 'seen');
      expect(schemaErrors('report', found)).toEqual([]);
      expect(found.image).toEqual({ ...stored.image, names: shown });
      expect(found.layers.map(asRead)).toEqual(layers.map(asRead));
      expect(found).toMatchObject({ reclaimable, problems: [] });
      expect(found.secrets).toEqual(secrets);
      expect(found.base).toMatchObject({ layers: 5, unique: { unpacked: 0, compressed: 0 } });
      expect(found.against?.layers).toMatchObject({ shared: 5, added: [], unpacked: 0 });
    }
    expect(schemaErrors('report', await report('seen'))).toEqual([]);
  });

  it('names a layer that is damaged, and shows the others', async () => {
    const layout = file('damaged');
    await bench.succeed(['copy', 'store:seen', `oci:${layout}`]);
    const { layers, reclaimable } = await report(`oci:${layout}`);
    const [digest = ''] = layers.flatMap(({ index, digest: blob }) => (index === 3 ? [blob] : []));
    const blob = join(layout, 'blobs', digest.replace(':', '/'));
    truncateSync(blob, statSync(blob).size - 20);
    const { status, stdout, stderr } = await bench.lamina(['report', `oci:${layout}`]);
    expect(status).toBe(1);
    expect(stderr).toContain(`error: layer 3 (${digest}) cannot be read: `);
    expect(stderr).toMatch(/code: [A-Z_]+ \(lamina explain [A-Z_]+\)/);
    expect(stdout).toContain('These layers could not be read.');
    const shown = await bench.lamina(['report', '--format', 'json', `oci:${layout}`]);
    const found = JSON.parse(shown.stdout) as ImageReport;
    expect(found.problems).toMatchObject([{ layer: 3 }]);
    expect(schemaErrors('report', found)).toEqual([]);
    expect(found.layers.map(({ unpacked }) => unpacked)).toEqual(
      layers.map(({ index, unpacked }) => (index === 3 ? 0 : unpacked)),
    );
    expect(found.reclaimable.files).toEqual(
      reclaimable.files.filter(({ hiddenBy }) => hiddenBy !== 3),
    );
    const against = ['--against', `oci:${layout}`, 'seen'];
    const compared = await bench.lamina(['report', ...against]);
    expect(compared.status).toBe(1);
    expect(compared.stderr).toContain(`error: layer 3 (of oci:${layout}) cannot be read: `);
    expect(compared.stdout).toMatch(/Incomplete: 1 layer of this image could not\s+be read/);
    const asJson = await bench.lamina(['report', '--format', 'json', ...against]);
    const difference = JSON.parse(asJson.stdout) as ImageReport;
    expect(difference).toMatchObject({ problems: [], against: { problems: [{ layer: 3 }] } });
    expect(schemaErrors('report', difference)).toEqual([]);
  });

  it('needs no right and writes nothing', async () => {
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const wrapper = [...user, '--bounding-set=-all', '--no-new-privs'];
    const home = mkdtempSync(join(tmpdir(), 'lamina-report-'));
    const settings = { wrapper, env: { HOME: home, LAMINA_ROOT: join(home, 'store') } };
    try {
      for (const path of [home, bench.directory]) chmodSync(path, 0o755);
      chmodSync(file('oci.tar'), 0o644);
      const image = `oci-archive:${file('oci.tar')}`;
      const { stdout } = await bench.succeed(['report', '--format', 'json', image], settings);
      expect(JSON.parse(stdout)).toEqual(await report(image, '--root', file('no-store')));
      const missing = await bench.lamina(['report', 'seen'], settings);
      expect(missing.stderr).toContain('IMAGE_NOT_FOUND');
      expect(readdirSync(home)).toEqual([]);
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it('leaves the store as it was', async () => {
    const before = describeStore(bench.store);
    await report('seen');
    await report(`docker-archive:${file('docker.tar')}`);
    expect(describeStore(bench.store)).toEqual(before);
  });

  it('shows people the same, and never a secret', async () => {
    for (const format of ['text', 'markdown', 'html']) {
      const { stdout } = await bench.succeed(['report', '--format', format, 'seen']);
      expect(stdout).toContain('data/big');
      expect(stdout).toMatch(/root\/\.?ssh\/id.{0,2}ed25519|id.{0,2}ed25519/);
      expect(stdout).not.toContain('b3BlbnNzaC1rZXktdjE');
    }
  });

  it('fits into 80 columns', async () => {
    const { stdout } = await bench.succeed(['report', 'seen']);
    expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

/** What lasts in a store: all files but those of the database, by size. */
function describeStore(store: string): readonly string[] {
  return readdirSync(store, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/^(?:db|locks|tmp)(?:\/|$)/.test(name))
    .map((name) => `${name} ${statSync(join(store, name)).size}`)
    .sort();
}
