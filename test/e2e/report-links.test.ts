/** Figures of layers that link to files of lower layers, and that make a deleted directory anew, against unpacking them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ImageReport } from '../../src/index.ts';
import {
  dockerMembers,
  json,
  type MemberSketch,
  sha256,
  tarOfMembers,
} from '../support/archives.ts';
import { Workbench } from '../support/cli.ts';

const directory = (path: string): MemberSketch => ({ path, type: 'directory', mode: 0o755 });
const file = (path: string, size: number, letter = 'x'): MemberSketch => ({
  path,
  content: letter.repeat(size),
});
const link = (path: string, linkTarget: string): MemberSketch => ({
  ...{ path, type: 'hardlink', linkTarget },
});

const LAYERS: readonly (readonly MemberSketch[])[] = [
  [directory('d'), file('d/kept', 5000), file('d/lost', 7000, 'y'), file('a', 3000, 'z')],
  // Two links to a file below, one within the layer, and a file of its own.
  [link('b', 'a'), link('c', 'a'), file('own', 400), link('own2', 'own'), link('k', 'd/kept')],
  // The directory goes, and comes back with other files.
  [file('.wh.d', 0), directory('d'), file('d/new', 90), file('.wh.a', 0)],
  [link('e', 'b'), file('.wh.c', 0)],
  [file('.wh.b', 0)],
];
const TARS = LAYERS.map((members) => tarOfMembers(members));

let bench: Workbench;
beforeAll(() => {
  bench = new Workbench();
});
afterAll(() => bench[Symbol.dispose]());

/** Unpacks layer by layer, as the OCI specification says: whiteouts first. */
function unpacked(): {
  readonly shipped: readonly number[];
  readonly visible: number;
  files: number;
} {
  const root = join(bench.directory, 'root');
  mkdirSync(root);
  const shipped = TARS.map((tar, index) => {
    for (const { path } of LAYERS[index] ?? []) {
      if (path.startsWith('.wh.')) rmSync(join(root, path.slice(4)), { recursive: true });
    }
    const archive = join(bench.directory, `${index}.tar`);
    writeFileSync(archive, tar);
    execFileSync('tar', ['-xf', archive, '-C', root, '--exclude=.wh.*']);
    const listing = execFileSync('tar', ['-tvf', archive]).toString().trim().split('\n');
    return listing.reduce((sum, line) => sum + Number(line.split(/\s+/)[2]), 0);
  });
  const found = execFileSync('find', [root, '-type', 'f', '-printf', '%i %s\n']).toString();
  const lines = found.trim().split('\n');
  const inodes = new Map(lines.map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]));
  const visible = [...inodes.values()].reduce((sum, size) => sum + size, 0);
  return { shipped, visible, files: lines.length };
}

it('agree with tar and find, in an archive and in the store', async () => {
  const config = json({
    ...{ architecture: 'amd64', os: 'linux' },
    rootfs: { type: 'layers', diff_ids: TARS.map((tar) => sha256(tar)) },
  });
  const [, , manifest] = dockerMembers({
    Config: 'config.json',
    Layers: TARS.map((_, index) => `${index}/layer.tar`),
  });
  const archive = tarOfMembers([
    ...TARS.map((content, index) => ({ path: `${index}/layer.tar`, content })),
    { path: 'config.json', content: config },
    ...(manifest === undefined ? [] : [manifest]),
  ]);
  const path = join(bench.project({ 'links.tar': archive }), 'links.tar');
  const report = async (image: string) => {
    const { stdout } = await bench.succeed(['report', '--format', 'json', image]);
    return JSON.parse(stdout) as ImageReport;
  };
  const archived = await report(`docker-archive:${path}`);
  const { shipped, visible, files } = unpacked();
  const { size, layers, reclaimable } = archived;
  expect(layers.map((layer) => layer.unpacked)).toEqual(shipped);
  expect(size).toMatchObject({ visible, files });
  expect(size.unpacked).toBe(visible + reclaimable.bytes);
  expect(reclaimable.files).toEqual([
    { path: 'd/lost', bytes: 7000, layer: 0, hiddenBy: 2, reason: 'deleted' },
  ]);
  await bench.succeed(['load', '-i', path]);
  const { size: stored, layers: storedLayers, ...rest } = await report('demo:1');
  expect(storedLayers.map((layer) => layer.unpacked)).toEqual(shipped);
  expect({ ...stored, compressed: null }).toEqual({ ...size, compressed: null });
  expect(rest.reclaimable).toEqual(reclaimable);
  expect(rest.dive).toEqual(archived.dive);
  expect(rest.duplicates).toEqual(archived.duplicates);
});
