/** The package as its users get it: packed, installed, linted, and used by the programs of examples/api. */
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { execute, Workbench } from '../support/cli.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const CHECKS = join(ROOT, 'toolchain/package-checks/node_modules');
const PROGRAMS = readdirSync(join(ROOT, 'examples/api')).filter((name) => name.endsWith('.ts'));

const bench = new Workbench();
const project = join(bench.directory, 'user');
let packed: string;

async function succeed(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout, stderr, status } = await execute(program, args, { cwd });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}${stdout}`);
  return stdout;
}

beforeAll(async () => {
  const install = "import('./scripts/package-checks.mjs').then((it) => it.installPackageChecks())";
  await succeed(process.execPath, ['--input-type=module', '--eval', install], ROOT);
  // As it was built: the script before packing would build it again under the feet of other tests.
  const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', bench.directory];
  packed = join(bench.directory, (await succeed('npm', pack, ROOT)).trim());
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "type": "module", "private": true }');
  const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await succeed('npm', ['install', ...flags, packed], project);
  mkdirSync(join(project, 'node_modules/@types'));
  for (const name of ['@types/node', 'undici-types']) {
    symlinkSync(join(ROOT, 'node_modules', name), join(project, 'node_modules', name));
  }
  for (const name of PROGRAMS) cpSync(join(ROOT, 'examples/api', name), join(project, name));
  await makeBusyboxImage(bench);
});
afterAll(() => bench[Symbol.dispose]());

describe('the package', () => {
  it('has nothing that publint finds', async () => {
    const publint = join(CHECKS, 'publint/src/cli.js');
    const stdout = await succeed(process.execPath, [publint, packed, '--strict'], project);
    expect(stdout).toContain('All good!');
  });

  it('has types that every way to import a module finds', async () => {
    const attw = join(CHECKS, '@arethetypeswrong/cli/dist/index.js');
    // Programs that `require` it without Node's support for modules have never been able to use it.
    const args = [attw, packed, '--profile', 'esm-only'];
    const { stdout, status } = await execute(process.execPath, args);
    expect([status, stdout]).toEqual([0, expect.stringContaining('node16 (from ESM)')]);
  });

  it('has a reference of its API that is up to date and leaves out nothing public', async () => {
    const args = ['scripts/api-reference.mjs', '--check'];
    const { stderr, status } = await execute(process.execPath, args, { cwd: ROOT });
    expect([stderr, status]).toEqual(['', 0]);
  });
});

describe('the programs of examples/api', () => {
  const env = { ...process.env, LAMINA_ROOT: bench.store };
  const run = (args: readonly string[]) =>
    execute(process.execPath, [...args], { cwd: project, env });
  const context = (user: string) =>
    bench.project(
      { Dockerfile: `FROM busybox\nRUN echo hello > /greeting\n${user}CMD ["cat", "/greeting"]\n` },
      `of${user}`.trim().replace(' ', '-'),
    );

  it('have the types of the package', async () => {
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const flags = ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023'];
    const strict = ['--strict', '--exactOptionalPropertyTypes', '--erasableSyntaxOnly'];
    const args = [tsc, '--noEmit', '--ignoreConfig', ...flags, ...strict, '--types', 'node'];
    const { stdout, status } = await run([...args, ...PROGRAMS]);
    expect([stdout, status]).toEqual(['', 0]);
    expect(PROGRAMS).toHaveLength(3);
  });

  it('build an image, and print its steps', async () => {
    const first = await run(['build-and-print.ts', context(''), 'printed']);
    expect(first.stderr).toBe('');
    expect(first.stdout).toMatch(/^done {4}.*RUN echo hello/m);
    const again = await run(['build-and-print.ts', context(''), 'printed']);
    expect(again.stdout).toMatch(/^cached {2}.*RUN echo hello/m);
    const failed = await run(['build-and-print.ts', bench.project({ file: '' }, 'nothing')]);
    expect([failed.status, failed.stderr]).toEqual([
      1,
      expect.stringMatching(/^DOCKERFILE_NOT_FOUND: /),
    ]);
  });

  it('inspect an image, and write it to an archive', async () => {
    const archive = join(bench.directory, 'image.tar');
    const args = ['inspect-and-export.ts', context(''), bench.store, archive];
    const { stdout, stderr } = await run(args);
    expect(stderr).toBe('');
    expect(stdout).toContain('command  cat /greeting');
    expect(stdout).toContain('echo hello > /greeting');
    expect(existsSync(archive)).toBe(true);
  });

  it.each([
    ['root', '', '100', /^gated: its processes run as root$/m],
    ['size', 'USER 1000\n', '0.001', /^gated: it has \d+ bytes; the limit is 1000$/m],
    ['nothing', 'USER 1000\n', '100', undefined],
  ])('stop an image for its %s', async (_, user, limit, fault) => {
    await run(['build-and-print.ts', context(user), 'gated']);
    const { stderr, status } = await run(['gate.ts', 'gated', limit]);
    expect(status).toBe(fault === undefined ? 0 : 1);
    expect(stderr).toMatch(fault ?? /^$/);
  });
});
