/** What a stranger does first: clone, one command, then the same again; and the packed npm package. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandResult, execute, stepsOf, Workbench } from '../support/cli.ts';
import { directoryOfNode, otherNode } from '../support/other-nodes.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');

/** Two installations and three builds, on a busy machine. */
const INSTALL_MS = 900_000;

describe('a fresh clone', () => {
  const bench = new Workbench();
  const clone = join(bench.directory, 'lamina');
  const env = { ...process.env, LAMINA_ROOT: bench.store, NO_COLOR: '1' };
  const bin = directoryOfNode(otherNode('unsupported'), bench.directory);
  /** Its own Node.js is too old. */
  const old = { ...env, PATH: `${bin}:${process.env.PATH}` };

  beforeAll(async () => {
    await mustSucceed('git', ['clone', '--quiet', REPOSITORY, clone], {});
  });
  afterAll(() => bench[Symbol.dispose]());

  async function mustSucceed(
    program: string,
    args: readonly string[],
    settings: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly input?: string },
  ): Promise<CommandResult> {
    const result = await execute(program, args, settings);
    if (result.status === 0) return result;
    throw new Error(
      `${program} ${args.join(' ')} ended with ${result.status}:\n${result.stdout}${result.stderr}`,
    );
  }

  it(
    'builds and runs a real multi-stage image with the commands of the README, though Node.js is too old, and everything is cached the second time',
    async () => {
      await mustSucceed('npm', ['install', '--no-audit', '--no-fund'], { cwd: clone, env: old });
      const first = await mustSucceed('npm', ['run', 'quickstart'], { cwd: clone, env: old });
      expect(first.stdout).toContain('Hello from a linux/');
      expect(first.stdout).toMatch(/saved\s+\d+\.\d MB, \d+ times smaller/);
      const next =
        first.stdout.split('Try next:')[1]?.match(/(?<=^ +)\.\/lamina .*?(?= {2}|$)/gm) ?? [];
      expect(next).toHaveLength(3);
      for (const command of next) {
        // A terminal, for the one that starts a shell.
        const args = ['-qec', command, '/dev/null'];
        await mustSucceed('script', args, { cwd: clone, env: old, input: 'exit\n' });
      }
      const again = await mustSucceed('npm', ['run', 'quickstart'], { cwd: clone, env: old });
      // The log of each of its builds numbers steps from the start.
      const builds = again.stderr.split(/^(?=#1 \[internal\])/m).map(stepsOf);
      const run = builds.flatMap((steps) => steps.run);
      expect(run.filter((step) => /RUN|COPY|WORKDIR/.test(step))).toEqual([]);
      expect(builds.flatMap((steps) => steps.cached).length).toBeGreaterThan(0);
    },
    INSTALL_MS,
  );

  it('has a command that keeps its words from Node.js', async () => {
    const [canary, file] = [join(bench.directory, 'canary'), join(bench.directory, 'env')];
    writeFileSync(
      `${canary}.cjs`,
      `require('node:fs').writeFileSync(${JSON.stringify(canary)}, '')`,
    );
    writeFileSync(file, `NODE_OPTIONS=--require=${canary}.cjs\n`);
    const lamina = join(clone, 'lamina');
    const args = ['run', '--rm', '--env-file', file, 'hello-go'];
    const { stdout } = await mustSucceed(lamina, args, { cwd: bench.directory, env: old });
    expect(stdout).toContain('Hello from a linux/');
    expect(existsSync(canary)).toBe(false);
    const absent = await execute(lamina, ['run', 'hello-go', '--env-file', '/absent'], {
      env: old,
    });
    expect(absent.stderr).not.toMatch(/^node: /);
  });

  it('gives an npm package whose global install is a working lamina', async () => {
    const { stdout } = await mustSucceed('npm', ['pack', '--silent'], { cwd: clone, env });
    const prefix = join(bench.directory, 'global');
    const empty = bench.project({ Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' }, 'empty');
    const archive = join(clone, stdout.trim().split('\n').at(-1) ?? '');
    await mustSucceed('npm', ['install', '--global', '--prefix', prefix, archive], {
      cwd: empty,
      env,
    });
    rmSync(clone, { recursive: true });
    const lamina = join(prefix, 'bin/lamina');
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8'));
    expect((await mustSucceed(lamina, ['version'], { cwd: empty, env })).stdout).toContain(version);
    await mustSucceed(lamina, ['build', '-t', 'packed', '.'], { cwd: empty, env });
    const explained = await mustSucceed(lamina, ['explain', 'RUN_FAILED'], { cwd: empty, env });
    expect(explained.stdout).toContain('What to do');
    expect(readFileSync(join(prefix, 'share/man/man1/lamina.1'), 'utf8')).toMatch(/^\.TH LAMINA 1/);
    expect((await mustSucceed(lamina, ['images', '-q'], { cwd: empty, env })).stdout).not.toBe('');
  });
});
