import { lstatSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';

const bench = new Workbench();
afterAll(() => bench[Symbol.dispose]());

const GO = { 'go.mod': 'module example.com/x\n', 'main.go': 'package main\n\nfunc main() {}\n' };
const SHOP = {
  'api/go.mod': 'module example.com/x\n',
  'api/main.go': GO['main.go'],
  'web/index.html': '<p>hello\n',
};

const read = (directory: string, name: string) => readFileSync(join(directory, name), 'utf8');

describe('lamina init', () => {
  it('writes files that are formatted and have no errors', async () => {
    const cwd = bench.project(GO, 'go');
    const { stderr } = await bench.succeed(['init', '--no-build'], { cwd });
    expect(stderr).toBe('found: Go, program\nwrote Dockerfile and .dockerignore\n');
    expect((await bench.lamina(['fmt', '--check'], { cwd })).stdout).toBe('');
    const lint = await bench.lamina(['lint', '-t', 'error', '--no-shellcheck'], { cwd });
    expect([lint.status, lint.stderr]).toEqual([0, '']);
    expect(read(cwd, '.dockerignore')).toContain('.git\n');
  });

  it('writes over nothing without --force', async () => {
    const cwd = bench.project({ ...GO, Dockerfile: 'mine', '.dockerignore': 'mine' }, 'kept');
    const { status, stderr } = await bench.lamina(['init', '--no-build'], { cwd });
    expect([status, stderr]).toEqual([1, expect.stringContaining("'Dockerfile' exists")]);
    expect([read(cwd, 'Dockerfile'), read(cwd, '.dockerignore')]).toEqual(['mine', 'mine']);
    await bench.succeed(['init', '--no-build', '--force'], { cwd });
    expect(read(cwd, 'Dockerfile')).toContain('go build');
  });

  it('keeps an ignore file that is there', async () => {
    const cwd = bench.project({ ...GO, '.dockerignore': 'mine' }, 'ignoring');
    const { stderr } = await bench.succeed(['init', '--no-build'], { cwd });
    expect(stderr).toContain('wrote Dockerfile; .dockerignore stays as it is\n');
    expect(read(cwd, '.dockerignore')).toBe('mine');
  });

  it('follows no link, neither to write nor to read', async () => {
    const cwd = bench.project({ 'README.md': '' }, 'links');
    const canary = join(bench.directory, 'canary');
    writeFileSync(canary, 'untouched');
    symlinkSync(canary, join(cwd, 'Dockerfile'));
    symlinkSync(join(bench.directory, 'go/go.mod'), join(cwd, 'go.mod'));
    expect((await bench.lamina(['init', '--no-build'], { cwd })).stderr).toContain('INIT_UNKNOWN');
    writeFileSync(join(cwd, 'index.html'), '');
    expect((await bench.lamina(['init', '--no-build'], { cwd })).stderr).toContain('INIT_EXISTS');
    await bench.succeed(['init', '--no-build', '--force'], { cwd });
    expect(readFileSync(canary, 'utf8')).toBe('untouched');
    expect(lstatSync(join(cwd, 'Dockerfile')).isFile()).toBe(true);
  });

  it('prints, and takes parts of a repository', async () => {
    const cwd = bench.project(SHOP, 'shop');
    const { stdout } = await bench.succeed(['init', '--print'], { cwd });
    expect(stdout).toContain('AS web-web');
    expect(stdout).toContain('AS api-app');
    const part = await bench.succeed(['init', '--print', '--part', 'web'], { cwd });
    expect(part.stdout).not.toContain('api-app');
    const none = await bench.lamina(['init', '--print', '--part', 'none'], { cwd });
    expect([none.status, none.stderr]).toEqual([
      1,
      expect.stringContaining('no project was recognised'),
    ]);
  });

  it('asks with --interactive, and writes only what is wanted', async () => {
    const cwd = bench.project(SHOP, 'asked');
    const no = await bench.succeed(['init', '-i'], { cwd, input: 'web\nn\n' });
    expect(no.stderr).toContain('Which of these (default: all)?');
    expect(() => read(cwd, 'Dockerfile')).toThrow('ENOENT');
    await bench.succeed(['init', '-i'], { cwd, input: 'web\n\nn\n' });
    expect(read(cwd, 'Dockerfile')).not.toContain('api-app');
  });
});
