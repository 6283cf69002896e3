import { chmodSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';

const bench = new Workbench();
afterAll(() => bench[Symbol.dispose]());

const UGLY = 'from a\n\n\nrun   b\nfrom c';
const NEAT = 'FROM a\n\nRUN b\n\nFROM c\n';

const read = (directory: string, name: string) => readFileSync(join(directory, name), 'utf8');

describe('lamina fmt', () => {
  it('formats the Dockerfile of the working directory, and names it once', async () => {
    const cwd = bench.project({ Dockerfile: UGLY }, 'default');
    chmodSync(join(cwd, 'Dockerfile'), 0o600);
    expect((await bench.succeed(['fmt'], { cwd })).stdout).toBe('Dockerfile\n');
    expect(read(cwd, 'Dockerfile')).toBe(NEAT);
    expect(statSync(join(cwd, 'Dockerfile')).mode & 0o777).toBe(0o600);
    expect((await bench.succeed(['fmt'], { cwd })).stdout).toBe('');
  });

  it('formats standard input to standard output', async () => {
    const { stdout } = await bench.succeed(['fmt', '-'], { input: UGLY });
    expect(stdout).toBe(NEAT);
  });

  it('formats the other files if one is invalid, and shows where it is', async () => {
    const files = { bad: 'FROM a\nRUM b\n', good: UGLY, 'dir/Dockerfile': UGLY, neat: NEAT };
    const cwd = bench.project(files, 'several');
    symlinkSync('good', join(cwd, 'link'));
    const names = ['bad', 'none', 'link', 'dir', 'neat'];
    const { status, stdout, stderr } = await bench.lamina(['fmt', ...names], { cwd });
    expect(status).toBe(2);
    expect(stdout).toBe('link\ndir/Dockerfile\n');
    expect(stderr).toContain('--> bad:2:1');
    expect(stderr).toContain("cannot read 'none': there is no such file");
    expect([read(cwd, 'bad'), read(cwd, 'good'), read(cwd, 'dir/Dockerfile')]).toEqual([
      files.bad,
      NEAT,
      NEAT,
    ]);
  });

  it('writes nothing with --check and --diff, and ends with 1 if a file is not formatted', async () => {
    const cwd = bench.project({ a: UGLY, b: NEAT }, 'checked');
    const check = await bench.lamina(['fmt', '--check', 'a', 'b'], { cwd });
    expect([check.status, check.stdout, check.stderr]).toEqual([1, 'a\n', '']);
    const diff = await bench.lamina(['fmt', '--diff', 'a', 'b'], { cwd });
    expect(diff.status).toBe(1);
    expect(diff.stdout).toMatch(/^--- a\n\+\+\+ a\n@@ -1,5 \+1,5 @@\n-from a\n\+FROM a\n/);
    expect((await bench.lamina(['fmt', '--check', '--diff', 'b'], { cwd })).status).toBe(0);
    expect(read(cwd, 'a')).toBe(UGLY);
  });

  it('indents shell commands on request', async () => {
    const input = 'FROM a\nRUN b \\\n  && c\n';
    expect((await bench.succeed(['fmt', '-'], { input })).stdout).toBe(input);
    const { stdout } = await bench.succeed(['fmt', '--indent-commands', '-'], { input });
    expect(stdout).toBe('FROM a\nRUN b \\\n    && c\n');
  });

  it('leaves a file that is not UTF-8', async () => {
    const bytes = Buffer.from('from a\nrun \xff\n', 'latin1');
    const cwd = bench.project({}, 'latin1');
    const path = join(bench.directory, 'latin1.dockerfile');
    writeFileSync(path, bytes);
    const { status, stderr } = await bench.lamina(['fmt', path], { cwd: cwd && bench.directory });
    expect(status).toBe(2);
    expect(stderr).toContain('latin1.dockerfile:2: the text is not valid UTF-8');
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});
