/** Compares real images, wherever they are. */
import { readdirSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FilesComparison, ImageComparison } from '../../src/index.ts';
import { Workbench } from '../support/cli.ts';
import { schemaErrors } from '../support/json-schemas.ts';

const BEFORE = `
FROM scratch
COPY shared /opt/shared/file
COPY status-1 /var/lib/dpkg/status
COPY one /app/bin/one
ENV MODE=old
`;
const AFTER = `
FROM scratch
COPY shared /opt/shared/file
COPY status-2 /var/lib/dpkg/status
COPY two /app/bin/one
COPY data /app/data/large
ENV MODE=new
ENV TOKEN=${`ghp_${'a1B2'.repeat(9)}`}
USER 1000
`;

function paragraph(name: string, version: string): string {
  return `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\nArchitecture: all\n\n`;
}

describe('compare', () => {
  const bench = new Workbench();
  const file = (name: string) => join(bench.directory, name);
  const archive = (name: string) => `oci-archive:${file(name)}.tar`;

  beforeAll(async () => {
    const files = {
      'status-1': paragraph('openssl', '3.0.1') + paragraph('curl', '8.0'),
      'status-2': paragraph('openssl', '3.0.2') + paragraph('zlib', '1.3'),
      ...{ shared: 'shared', one: '1'.repeat(5000), two: '2'.repeat(6000) },
      data: 'x'.repeat(50_000),
    };
    const context = bench.project({ ...files, before: BEFORE, after: AFTER }, 'context');
    for (const name of ['before', 'after']) {
      await bench.succeed([
        ...['build', '-q', '-t', name, '-f', join(context, name), '--output', 'type=image'],
        ...['--output', `type=oci,dest=${file(name)}.tar`, context],
      ]);
    }
  });
  afterAll(() => bench[Symbol.dispose]());

  async function comparison(a: string, b: string): Promise<FilesComparison> {
    const { stdout, status } = await bench.lamina(['compare', '--format', 'json', a, b]);
    const found = JSON.parse(stdout) as FilesComparison;
    expect(status).toBe(found.files.length + found.config.length === 0 ? 0 : 1);
    expect(schemaErrors('compare', found)).toEqual([]);
    return found;
  }

  it('sums directories and packages, largest first', async () => {
    const { summary } = await comparison('before', 'after');
    expect(summary.directories).toMatchObject([
      { path: '/app', added: 2, removed: 0, changed: 1, before: 5000, after: 56_000 },
      { path: '/app/data', added: 1, before: 0, after: 50_000 },
      { path: '/app/bin', changed: 1, before: 5000, after: 6000 },
      { path: '/var/lib/dpkg', changed: 1 },
    ]);
    const packages = summary.packages.map(({ type, name, before, after }) => ({
      ...{ type, name, before, after },
    }));
    expect(packages).toEqual([
      { type: 'deb', name: 'curl', before: '8.0', after: null },
      { type: 'deb', name: 'openssl', before: '3.0.1', after: '3.0.2' },
      { type: 'deb', name: 'zlib', before: null, after: '1.3' },
    ]);
  });

  it('tells the config in words of Dockerfiles', async () => {
    const { config, summary } = await comparison('before', 'after');
    expect(summary.config).toEqual([
      { subject: 'ENV MODE', before: 'old', after: 'new' },
      { subject: 'ENV TOKEN', before: null, after: '***' },
      { subject: 'USER', before: null, after: '1000' },
    ]);
    expect(config.map(({ path }) => path).sort()).toEqual([
      'config.Env[1]',
      'config.Env[2]',
      'config.User',
    ]);
  });

  it('tells what a machine that has the first image still pulls', async () => {
    const { summary } = await comparison('before', 'after');
    const { layers } = await report('after');
    const pulled = [1, 2, 3].map((index) => layers[index]);
    const sum = (key: 'compressed' | 'unpacked') =>
      pulled.reduce((bytes, layer) => bytes + (layer?.[key] ?? Number.NaN), 0);
    expect(summary.layers).toEqual({
      ...{ shared: 1, added: [1, 2, 3], unpacked: sum('unpacked'), compressed: sum('compressed') },
    });
  });

  it('finds the same wherever the images are, and contents by their digests', async () => {
    const stored = await comparison('before', 'after');
    for (const [a, b] of [
      [archive('before'), archive('after')],
      [archive('before'), 'after'],
      ['before', archive('after')],
    ] as const) {
      const found = await comparison(a, b);
      const { files, summary, ...rest } = found;
      const { files: known, summary: told, ...same } = stored;
      expect(rest).toEqual(same);
      expect(withoutContents(files)).toEqual(withoutContents(known));
      expect({ ...summary, images: undefined }).toEqual({ ...told, images: undefined });
      const changed = files.find(({ path }) => path === '/app/bin/one');
      expect(changed?.changes).toContainEqual({
        ...{ what: 'content', a: expect.stringMatching(/^sha512-256:[0-9a-f]{64}$/) },
        b: expect.stringMatching(/^sha512-256:[0-9a-f]{64}$/),
      });
    }
    const bytes = stored.files.find(({ path }) => path === '/app/bin/one')?.changes;
    expect(bytes).toContainEqual({
      ...{ what: 'content', a: expect.stringMatching(/^at byte 0: 1/) },
      b: expect.stringMatching(/^at byte 0: 2/),
    });
  });

  it('finds the same layers wherever the images are', async () => {
    const layers = async (a: string, b: string) => {
      const { stdout } = await bench.lamina(['compare', '--layers', '--format', 'json', a, b]);
      const found = JSON.parse(stdout) as ImageComparison;
      expect(schemaErrors('compare', found)).toEqual([]);
      return found.layers.map((layer) => ({ ...layer, files: withoutContents(layer.files) }));
    };
    const stored = await layers('before', 'after');
    expect(stored.map(({ files }) => files.length > 0)).toEqual([false, true, true, true]);
    expect(await layers(archive('before'), archive('after'))).toEqual(stored);
    expect(await layers('before', archive('after'))).toEqual(stored);
  });

  it('ends with 0 for an image and its archive', async () => {
    const { stdout, status } = await bench.lamina(['compare', 'after', archive('after')]);
    expect([stdout, status]).toEqual([
      expect.stringMatching(/^the images are the same: sha256:/),
      0,
    ]);
  });

  it('never shows a secret of the config or of an instruction', async () => {
    for (const format of ['text', 'json', 'markdown']) {
      for (const layers of [[], ['--layers']]) {
        const flags = [...layers, '--format', format];
        const { stdout } = await bench.lamina(['compare', ...flags, 'before', 'after']);
        expect(stdout).toContain('***'.replaceAll('*', format === 'markdown' ? '\\*' : '*'));
        expect(stdout).not.toContain('a1B2');
      }
    }
  });

  it('is shown in a terminal of 80 columns', async () => {
    const { stdout } = await bench.lamina(['compare', 'before', 'after']);
    const [summary = ''] = stdout.split('\nfiles: ');
    expect(summary.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(stdout).toContain('Comparison of before:latest (A) and after:latest (B)');
    expect(stdout).toContain('B shares 1 layer with A. A machine that has A still pulls 3 layers:');
    expect(stdout).toContain('Packages: 1 added, 1 removed, 1 changed');
    expect(stdout).toMatch(/ENV MODE +old became new/);
    expect(stdout).toMatch(/50kB +\+50kB +1 +0 +0 +\/app\/data/);
  });

  it('is Markdown for a pull request, with paths that are no markup', async () => {
    const markdown = ['compare', '--markdown', 'before', 'after'];
    const { stdout, status } = await bench.lamina(markdown);
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^## Comparison of before:latest \\\(A\\\) and after:latest \\\(B\\\)\n/,
    );
    expect(stdout).toContain('| ENV MODE | old became new |');
    expect(stdout).toContain('| /app/data/large | added, 50kB |');
    expect(stdout).toContain('| /app/bin/one | content: 5kB became 6kB |');
    const other = await bench.lamina(['compare', '--format', 'markdown', 'before', 'after']);
    expect(other.stdout).toBe(stdout);
    const layers = await bench.lamina([...markdown, '--layers']);
    expect(layers.stdout).toContain('### Layer 4: COPY data /app/data/large');
    const both = await bench.lamina([...markdown, '--format', 'json']);
    expect([both.status, both.stderr]).toEqual([125, expect.stringContaining('CLI_USAGE')]);
  });

  it('ends with 2 where an image cannot be read, and names the layer', async () => {
    const missing = await bench.lamina(['compare', 'before', 'nowhere']);
    expect([missing.status, missing.stderr]).toEqual([
      2,
      expect.stringContaining('IMAGE_NOT_FOUND'),
    ]);
    const layout = file('damaged');
    await bench.succeed(['copy', 'store:after', `oci:${layout}`]);
    const { layers } = await report(`oci:${layout}`);
    const digest = layers[3]?.digest ?? '';
    const blob = join(layout, 'blobs', digest.replace(':', '/'));
    truncateSync(blob, statSync(blob).size - 20);
    const damaged = await bench.lamina(['compare', 'before', `oci:${layout}`]);
    expect([damaged.status, damaged.stdout]).toEqual([2, '']);
    expect(damaged.stderr).toContain(`layer 3 (${digest}) of `);
    expect(damaged.stderr).toMatch(/code: [A-Z_]+/);
  });

  it('writes nothing', async () => {
    const files = () => readdirSync(bench.store, { recursive: true, encoding: 'utf8' }).sort();
    const lasting = () => files().filter((name) => !/^(?:db|locks|tmp)(?:\/|$)/.test(name));
    const before = lasting();
    await comparison(archive('before'), 'after');
    expect(lasting()).toEqual(before);
  });

  async function report(image: string) {
    const { stdout } = await bench.succeed(['report', '--format', 'json', image]);
    return JSON.parse(stdout) as { layers: readonly Layer[] };
  }
});

interface Layer {
  readonly digest: string;
  readonly compressed: number | null;
  readonly unpacked: number;
}

function withoutContents(files: FilesComparison['files']): readonly unknown[] {
  return files.map(({ changes, ...rest }) => ({
    ...rest,
    changes: changes.map((change) => (change.what === 'content' ? { what: 'content' } : change)),
  }));
}
