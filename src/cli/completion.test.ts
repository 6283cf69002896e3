import { describe, expect, it } from 'vitest';
import { session } from '../../test/support/program.ts';
import type { ImageSummary } from '../api/index.ts';
import { parseDigest } from '../oci/index.ts';

const id = parseDigest(`sha256:${'0'.repeat(64)}`);
const image = (...references: string[]): ImageSummary => ({
  ...{ id, manifestDigest: id, references, created: 0, size: 0, compressedSize: 0, labels: {} },
  platform: { os: 'linux', architecture: 'amd64' },
});
const api = { images: async () => [image('app:1.0', 'app:latest'), image('debian:bookworm')] };

/** The candidates after `lamina `, with the last word being typed, and whether files are offered. */
async function offered(line: string) {
  const { stdout, status } = await session(['__complete', ...line.split(' ')], { api });
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split('\n');
  return { also: lines.at(-1), texts: lines.slice(0, -1).map((one) => one.split('\t')[0]) };
}

describe('completion offers', () => {
  it.each([
    ['bui', ['build', 'builder', 'builds', 'buildx']],
    ['image pru', ['prune']],
    ['buildx imagetools ', ['create', 'inspect']],
    ['help imp', ['import']],
    ['--debug vers', ['version']],
    ['--ver', ['--version']],
    ['nonsense ', []],
  ])('commands: %j', async (line, expected) => {
    expect(await offered(line)).toEqual({ texts: expected, also: '::nothing' });
  });

  it('options, but not those that are refused', async () => {
    expect((await offered('build --no-')).texts).toEqual(['--no-cache', '--no-cache-filter']);
    expect((await offered('load --plat')).texts).toEqual([]);
    expect((await offered('build -t a . --tar')).texts).toEqual(['--target']);
  });

  it('values of options', async () => {
    expect((await offered('build --progress p')).texts).toEqual(['plain']);
    expect((await offered('build --progress=p')).texts).toEqual(['--progress=plain']);
    expect((await offered('build -t ')).also).toBe('::files');
    expect((await offered('images --root ')).also).toBe('::directories');
  });

  it('images of the store where a command takes them', async () => {
    const all = ['app:1.0', 'app:latest', 'debian:bookworm'];
    expect((await offered('run --rm ')).texts).toEqual(all);
    expect((await offered('rmi app:1.0 app:')).texts).toEqual(['app:1.0', 'app:latest']);
    expect(await offered('run --rm app:1.0 -')).toEqual({ texts: [], also: '::files' });
    expect((await offered('tag app:1.0 ')).texts).toEqual([]);
  });

  it('files and directories where they are meant', async () => {
    expect((await offered('build ')).also).toBe('::directories');
    expect((await offered('import ')).also).toBe('::files');
  });

  it('what can be explained, in any case', async () => {
    expect((await offered('explain copy_source_')).texts).toContain('COPY_SOURCE_NOT_FOUND');
  });

  it('shells', async () => {
    expect((await offered('completion ')).texts).toEqual(['bash', 'zsh', 'fish']);
    const { status, stderr } = await session(['completion', 'bsh']);
    expect([status, stderr.includes('did you mean bash?')]).toEqual([125, true]);
  });
});
