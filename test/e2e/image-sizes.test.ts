/** How large and how old images are said to be, whatever way they came. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerMembers, json, sha256, tarOfMembers } from '../support/archives.ts';
import { Workbench } from '../support/cli.ts';
import { startRegistry } from '../support/registry.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench[Symbol.dispose]());

/** 200 kB and 50 kB that compress well. */
const FILES = { large: 'a line of text\n'.repeat(13_334), small: 'line\n'.repeat(10_000) };
const DOCKERFILE = 'FROM scratch\nCOPY large /large\nCOPY small /small\n';

async function sizes(machine: Workbench, image: string) {
  const shown = await machine.succeed(['images', '--format={{.Size}} {{.CompressedSize}}', image]);
  const layers = await machine.succeed(['history', '--human=false', '--format={{.Size}}', image]);
  const inspected = await machine.succeed(['inspect', '-f', '{{json .Size}}', image]);
  return {
    image: shown.stdout.trim().split(' ')[0],
    compressed: shown.stdout.trim().split(' ')[1],
    inspected: inspected.stdout.trim(),
    layers: layers.stdout.trim().split('\n'),
  };
}

const UNPACKED = { image: '250kB', inspected: '250010', layers: ['50000', '200010'] };

describe('an image that is built', () => {
  it('has the size of its files, and so has it on machines that load, pull or import it', async () => {
    await using registry = await startRegistry();
    const name = `${registry.name}/app`;
    const project = bench.project({ Dockerfile: DOCKERFILE, ...FILES });
    const cache = join(bench.directory, 'cache');
    const archive = join(bench.directory, 'app.tar');
    await bench.succeed(['build', '-t', name, `--cache-to=type=local,dest=${cache}`, project]);
    expect(await sizes(bench, name)).toEqual({ ...UNPACKED, compressed: 'N/A' });
    await bench.succeed(['push', name]);
    await bench.succeed(['save', '-o', archive, name]);

    using loading = new Workbench();
    await loading.succeed(['load', '-i', archive]);
    expect(await sizes(loading, name)).toMatchObject(UNPACKED);

    using pulling = new Workbench();
    await pulling.succeed(['pull', name]);
    expect(await sizes(pulling, name)).toMatchObject(UNPACKED);
    expect((await sizes(pulling, name)).compressed).toMatch(/^\d\.?\d*kB$|^\d+B$/);

    using importing = new Workbench();
    const from = `--cache-from=type=local,src=${cache}`;
    const built = await importing.succeed(['build', '-t', name, from, project]);
    expect(built.stderr.match(/CACHED/g)).not.toBeNull();
    expect(await sizes(importing, name)).toMatchObject(UNPACKED);
  });

  it('has no known size as long as the layers of its base are in a registry', async () => {
    await using registry = await startRegistry();
    const name = `${registry.name}/app`;
    const project = bench.project({ Dockerfile: DOCKERFILE, ...FILES });
    await bench.succeed(['build', '-t', name, '--push', project]);
    using other = new Workbench();
    const labels = other.project({ Dockerfile: `FROM ${name}\nLABEL a=b\n` });
    const built = await other.succeed(['build', '-t', 'labelled', labels]);
    expect(built.stderr).toMatch(/^image in 2 layers, built in /m);
    const shown = await sizes(other, 'labelled');
    expect(shown).toMatchObject({ image: 'N/A', inspected: 'null', layers: ['0', 'N/A', 'N/A'] });
    expect(shown.compressed).toMatch(/B$/);
    await other.succeed(['save', '-o', join(other.directory, 'a.tar'), 'labelled']);
    expect(await sizes(other, 'labelled')).toMatchObject({
      ...UNPACKED,
      layers: ['0', '50000', '200010'],
    });
  });
});

describe('an image that does not say when it was created', () => {
  it('has no age, unlike one that was created in 1970', async () => {
    const layer = tarOfMembers([{ path: 'hello', content: 'world' }]);
    const config = (created?: string) =>
      json({
        ...{ architecture: 'amd64', os: 'linux', created },
        rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
      });
    const archive = (name: string, created?: string) =>
      tarOfMembers([
        ...dockerMembers({ Config: 'c.json', RepoTags: [name] }),
        { path: 'c.json', content: config(created) },
      ]);
    const files = { 'a.tar': archive('none'), 'b.tar': archive('old', '1970-01-01T00:00:00Z') };
    const directory = bench.project(files);
    for (const file of ['a.tar', 'b.tar'])
      await bench.succeed(['load', '-i', join(directory, file)]);
    const format = '--format={{.Repository}} {{.CreatedSince}}, {{.CreatedAt}}';
    const { stdout } = await bench.succeed(['images', format]);
    expect(stdout.trim().split('\n').sort()).toEqual([
      'none N/A, N/A',
      expect.stringMatching(/^old \d+ years ago, 1970-01-01 00:00:00 \+0000 UTC$/),
    ]);
  });
});
