/** `npm run bench` works: every row, with the images compared. No time is asserted. */
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { difference, flatten } from '../../bench/flatten.ts';
import { familiesOf } from '../../bench/growth.ts';
import { rows } from '../../bench/rows/index.ts';
import { execute, Workbench } from '../support/cli.ts';
import { ensureTool } from '../support/tools.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');

interface Report {
  readonly results: readonly {
    readonly row: string;
    readonly figures: readonly {
      readonly builder: string;
      readonly seconds: readonly number[];
      readonly failure?: string;
    }[];
  }[];
}

async function measured(...args: string[]): Promise<Report> {
  const program = join(REPOSITORY, 'scripts/run-typescript.mjs');
  const { BUILDKIT_HOST: _, DOCKER_HOST: __, ...env } = process.env;
  const { status, stdout, stderr } = await execute(
    process.execPath,
    [program, 'bench/main.ts', '--times', '1', '--scale', '0.002', ...args],
    { cwd: REPOSITORY, env },
  );
  if (status !== 0) throw new Error(`the benchmark ended with ${status}:\n${stdout}${stderr}`);
  const path = /^written to (.*)$/m.exec(stdout)?.[1] ?? '';
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  rmSync(path);
  return report;
}

describe('the benchmark', { timeout: 600_000 }, () => {
  const bench = new Workbench();
  afterAll(() => bench[Symbol.dispose]());

  it('measures every row, and draws the curves', async () => {
    ensureTool('docker-registry', 'docker-registry');
    ensureTool('runc', 'runc');
    const svg = join(bench.directory, 'curves.svg');
    const { results } = await measured('--without', 'buildah', '--svg', svg);
    expect(results.map(({ row }) => row)).toEqual(rows.map(({ name }) => name));
    for (const { row, figures } of results) {
      const [lamina] = figures;
      expect([row, lamina?.builder, lamina?.seconds.length]).toEqual([row, 'lamina', 1]);
      expect(figures.flatMap(({ failure }) => failure ?? [])).toEqual([]);
    }
    const least = results.filter(({ figures }) =>
      figures.some(({ builder }) => builder === 'least work'),
    );
    const others = ['export-gzip', 'version', 'help'];
    expect(least.map(({ row }) => row)).toEqual(
      rows.map(({ name }) => name).filter((name) => !others.includes(name)),
    );
    expect(readFileSync(svg, 'utf8')).toContain('layers of the image');
  });

  it('compares the image with that of another builder', async () => {
    ensureTool('buildah', 'buildah');
    const { results } = await measured(
      ...['--without', 'least work', 'copy-50k', 'copy-from-30k', 'load', 'pull'],
    );
    for (const { row, figures } of results) {
      // Podman takes part where an image is pulled, if it is there.
      const others = figures.filter(({ builder }) => row !== 'pull' || builder !== 'podman');
      expect(others.map(({ builder }) => [row, builder])).toEqual([
        [row, 'lamina'],
        [row, 'buildah'],
      ]);
      expect(figures.flatMap(({ failure }) => failure ?? [])).toEqual([]);
    }
  });

  it('sees a file that differs, and one that is missing', async () => {
    const archive = async (text: string): Promise<string> => {
      const files = { Dockerfile: 'FROM scratch\nCOPY f /f\n', f: text };
      const directory = bench.project(files, `differs-${text}`);
      const path = join(bench.directory, `${text}.tar`);
      await bench.succeed(['build', '-q', '-o', `type=oci,dest=${path}`, directory]);
      return path;
    };
    const [a, b] = [await flatten(await archive('a')), await flatten(await archive('b'))];
    expect(difference(a, a)).toBeUndefined();
    expect(difference(a, b)).toMatch(/^f: file 644 0:0 /);
    expect(difference(a, new Map())).toMatch(/undefined$/);
  });

  it('finds the power that a curve grows with', () => {
    const row = (n: number, seconds: number) => ({
      row: `${n}`,
      title: '',
      family: { name: 'files', n },
      figures: [
        {
          ...{ builder: 'lamina', version: '', seconds: [seconds], median: seconds },
          ...{ cpuSeconds: undefined, peakKb: undefined, ratio: undefined, cpuRatio: undefined },
        },
      ],
    });
    const [family] = familiesOf([row(10, 1), row(100, 10), row(1000, 100)]);
    expect(family?.curves[0]?.exponent).toBeCloseTo(1);
  });
});
