/** The command as npm installs it, on each Node.js a user may have. */
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, Workbench } from '../support/cli.ts';
import { directoryOfNode, otherNode } from '../support/other-nodes.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');

describe('the installed command', () => {
  const bench = new Workbench();
  const prefix = join(bench.directory, 'global');
  const lamina = join(prefix, 'bin/lamina');
  const [oldest, unsupported] = [otherNode('oldest'), otherNode('unsupported')];

  beforeAll(async () => {
    const packing = ['pack', '--silent', '--ignore-scripts', '--pack-destination', bench.directory];
    const { stdout } = await execute('npm', packing, { cwd: REPOSITORY });
    const archive = join(bench.directory, stdout.trim());
    const installed = await execute(
      'npm',
      ['install', '--global', '--no-audit', '--no-fund', '--prefix', prefix, archive],
      { cwd: bench.directory },
    );
    expect(installed.stderr).not.toContain('EBADENGINE');
    expect(installed.status).toBe(0);
  });
  afterAll(() => bench[Symbol.dispose]());

  /** An environment in which `node` is the given program. */
  function environment(node: string): NodeJS.ProcessEnv {
    const bin = directoryOfNode(node, bench.directory);
    const { NODE_OPTIONS: _, ...env } = process.env;
    return { ...env, PATH: `${bin}:/usr/sbin:/usr/bin:/sbin:/bin`, LAMINA_ROOT: bench.store };
  }

  it.each([
    ['the pinned Node.js', process.execPath],
    ['the oldest supported Node.js', oldest],
  ])('builds and runs an image on %s', async (_, node) => {
    const env = environment(node);
    const dockerfile =
      'FROM scratch AS files\nCOPY busybox /bin/\nFROM scratch\nCOPY --from=files / /\nRUN ["/bin/busybox", "true"]\nCMD ["/bin/busybox", "echo", "it runs"]\n';
    const context = bench.project({ Dockerfile: dockerfile }, `context-${node.length}`);
    await execute('cp', ['/bin/busybox', join(context, 'busybox')]);
    const built = await execute(lamina, ['build', '-t', 'versions', context], { env });
    expect(built.stderr).toContain('exporting to image');
    expect(built.status).toBe(0);
    const ran = await execute(lamina, ['run', '--rm', 'versions'], { env });
    expect(ran).toMatchObject({ status: 0, stdout: 'it runs\n', stderr: '' });
  });

  it('says in one line what an older Node.js lacks, and how to get another', async () => {
    const result = await execute(lamina, ['build', '.'], { env: environment(unsupported) });
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(
      /^lamina needs Node\.js 22\.15 or later; this is \d\d\.[^\n]*nodejs\.org[^\n]*\n$/,
    );
    expect(result.status).toBe(1);
  });

  it('keeps its words from Node.js: an env file of `run` is read by lamina', async () => {
    const result = await execute(lamina, ['run', '--env-file', '/absent', 'image'], {
      env: environment(oldest),
    });
    expect(result.stderr).not.toMatch(/^node: /);
    expect(result.status).toBe(125);
  });
});
