/** `lamina lint` as its users run it, with the ShellCheck of this machine. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';

const bench = new Workbench();
afterAll(() => bench[Symbol.dispose]());

const env = { HOME: bench.directory };

describe('lamina lint', () => {
  it('shows findings, and ends with 1', async () => {
    const cwd = bench.project(
      { Dockerfile: 'FROM debian:12\nRUN apt-get install curl=1\n' },
      'shows',
    );
    const { status, stdout } = await bench.lamina(['lint'], { cwd, env });
    expect(status).toBe(1);
    expect(stdout).toContain('(DL3014)\n  --> Dockerfile:2:5\n');
    expect((await bench.lamina(['lint', '--no-fail'], { cwd, env })).status).toBe(0);
    expect((await bench.lamina(['lint', '-t', 'error'], { cwd, env })).status).toBe(0);
  });

  it('fixes files, or shows how', async () => {
    const cwd = bench.project({ a: 'FROM a:1\nRUN apk add b=1\n', b: 'FROM b:1\n' }, 'fixes');
    const diff = await bench.lamina(['lint', '--diff', 'a', 'b'], { cwd, env });
    expect(diff.stdout).toBe(
      '--- a\n+++ a\n@@ -1,2 +1,2 @@\n FROM a:1\n-RUN apk add b=1\n+RUN apk add --no-cache b=1\n',
    );
    expect(readFileSync(join(cwd, 'a'), 'utf8')).toBe('FROM a:1\nRUN apk add b=1\n');
    const { status, stdout } = await bench.lamina(['lint', '--fix', 'a', 'b'], { cwd, env });
    expect([status, stdout]).toEqual([0, 'fixed a: DL3019\nno findings in 2 files\n']);
    expect(readFileSync(join(cwd, 'a'), 'utf8')).toBe('FROM a:1\nRUN apk add --no-cache b=1\n');
  });

  it('does what the README shows', async () => {
    const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
    const [, diff = ''] = /```diff\n([\s\S]*?)```/.exec(readme) ?? [];
    const lines = diff.trimEnd().split('\n');
    const side = (sign: string) =>
      lines.filter((line) => !line.startsWith(sign)).map((line) => `${line.slice(1)}\n`);
    const files = { 'requirements.txt': 'flask==3.1.2\n', 'app.py': '', '.dockerignore': '.git\n' };
    const cwd = bench.project({ ...files, Dockerfile: side('+').join('') }, 'readme');
    await bench.succeed(['lint', '--fix=all', '--no-fail'], { cwd, env });
    expect(readFileSync(join(cwd, 'Dockerfile'), 'utf8')).toBe(side('-').join(''));
  });

  it('reads standard input, and the configuration of the directory', async () => {
    const cwd = bench.project({ '.hadolint.yaml': 'ignored: [DL3006]\nformat: tty\n' }, 'input');
    const input = 'FROM debian\nRUN sudo x\n';
    const { status, stdout } = await bench.lamina(['lint', '-'], { cwd, env, input });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^-:2 DL3004 error: .*\n$/);
  });

  it('writes each format to a file of its own', async () => {
    const cwd = bench.project({ Dockerfile: 'FROM debian:12\nRUN sudo x\n' }, 'outputs');
    const formats = ['-f', 'gnu', '-f', 'json', '-f', 'checkstyle'];
    const argv = ['lint', '--verbose', '-o', 'gnu.txt', '-o', '-', ...formats];
    const { status, stdout, stderr } = await bench.lamina(argv, { cwd, env });
    expect(status).toBe(1);
    expect(readFileSync(join(cwd, 'gnu.txt'), 'utf8')).toMatch(/^lamina:Dockerfile:2: DL3004 /);
    expect(stdout).toMatch(/^\[[\s\S]*\]\n<\?xml [\s\S]*<\/checkstyle>\n$/);
    expect(stderr).toContain('settings:\n  failure-threshold: info\n');
    const refused = await bench.lamina(['lint', '-o', 'none/x'], { cwd, env });
    expect([refused.status, refused.stderr]).toEqual([125, expect.stringContaining('CLI_FILE')]);
  });

  it('finds ignored files of the context', async () => {
    const files = { Dockerfile: 'FROM a:1\nCOPY dist /d\n', '.dockerignore': 'dist\n' };
    const cwd = bench.project(files, 'context');
    const { stdout } = await bench.lamina(['lint', '-f', 'tty'], { cwd, env });
    expect(stdout).toContain('CopyIgnoredFile');
  });

  it('explains its rules', async () => {
    const { stdout } = await bench.succeed(['explain', 'DL3008']);
    expect(stdout).toContain('apt-get');
  });
});

describe('savings', () => {
  it('are measured from the last build, else estimated or left out', async () => {
    await makeBusyboxImage(bench);
    const dockerfile = [
      'FROM busybox',
      'COPY --from=busybox /bin/busybox /srv/a',
      'COPY package.json package-lock.json /srv/',
      'RUN chown -R 1:1 /srv',
      'RUN npm() { mkdir -p /root/.npm && head -c 5000 /dev/zero > /root/.npm/x; }; npm install',
      'RUN apk() { :; }; apk add x=1',
    ];
    const files = { 'package.json': 'x'.repeat(300), 'package-lock.json': 'y'.repeat(700) };
    const cwd = bench.project({ ...files, Dockerfile: `${dockerfile.join('\n')}\n` }, 'savings');
    const savings = async (...args: string[]) => {
      const argv = ['lint', '--format', 'json', '--no-fail', ...args];
      const { stdout } = await bench.succeed(argv, { cwd, env });
      const rows = JSON.parse(stdout) as { code: string; savings: Saved | null }[];
      const saved = (code: string) => rows.find((row) => row.code === code)?.savings;
      return [saved('ChownAfterCopy'), saved('NpmCacheLeft'), saved('DL3019')];
    };
    const estimate = { bytes: 2_500_000, measured: false };
    expect(await savings()).toEqual([null, null, estimate]);
    await bench.succeed(['build', '-t', 'saved', '.'], { cwd, env });
    const [chown, npm, apk] = await savings();
    expect(npm).toEqual({ bytes: 5000, measured: true });
    expect(apk).toEqual({ bytes: 0, measured: true });
    expect(chown).toMatchObject({ measured: true });
    expect(chown?.bytes).toBeGreaterThan(1000);
    expect(await savings('--root', join(bench.directory, 'none'))).toEqual([null, null, estimate]);
    expect(existsSync(join(bench.directory, 'none'))).toBe(false);
  });
});

describe('ShellCheck', () => {
  const shellFindings = async (text: string, ...args: string[]) => {
    const options = ['lint', '--format', 'json', ...args, '-'];
    const { stdout } = await bench.lamina(options, { env, cwd: bench.directory, input: text });
    const rows = JSON.parse(stdout) as { code: string; range: { start: Place; end: Place } }[];
    return rows
      .filter(({ code }) => code.startsWith('SC'))
      .map(({ code, range }) => `${code} ${text.slice(range.start.offset, range.end.offset)}`);
  };

  it.each([
    ['FROM a:1\nRUN echo $X', ['SC2086 $X']],
    ['FROM a:1\nRUN echo é 𝒳 \\\n  # why\n  $X', ['SC2086 $X']],
    ['FROM a:1\nRUN <<E\necho\necho $X\nE', ['SC2086 $X']],
    ['FROM a:1\nRUN <<-E\n\techo\n\t\techo $X\n\tE', ['SC2086 $X']],
    ['FROM a:1\n# hadolint ignore=SC2086\nRUN echo $X', []],
    ['FROM a:1\nRUN ["echo", "$X"]', []],
    ['FROM a:1\nSHELL ["pwsh", "-c"]\nRUN echo $X', []],
    ['FROM a:1\nSHELL ["/bin/bash", "-c"]\nRUN echo "$RANDOM"', []],
    ['FROM a:1\n# hadolint shell=bash\nRUN echo "$RANDOM"', []],
    ['FROM a:1\nRUN echo "$RANDOM"', ['SC3028 $RANDOM']],
    ['FROM a:1 AS b\nSHELL ["/bin/bash", "-c"]\nFROM b\nRUN echo "$RANDOM"', []],
    ['FROM a:1\nRUN <<E\n#!/bin/bash\necho "$RANDOM"\nE', []],
    ['FROM a:1\nARG a_b\nRUN echo "$a_b"', []],
    ['FROM a:1\nRUN echo "$a_b"', ['SC2154 $a_b']],
  ])('finds in %j', async (text, expected) => {
    expect(await shellFindings(text)).toEqual(expected);
  });

  it('can be left out', async () => {
    expect(await shellFindings('FROM a:1\nRUN echo $X', '--no-shellcheck')).toEqual([]);
  });

  it('has fixes, which may change what the step does', async () => {
    const text = 'FROM a:1\nRUN echo \\\n  $X\n';
    const options = { env, cwd: bench.directory, input: text };
    const { stdout } = await bench.lamina(['lint', '--fix=all', '--diff', '-'], options);
    expect(stdout).toContain('-  $X\n+  "$X"\n');
    const safe = await bench.lamina(['lint', '--fix', '--diff', '-'], options);
    expect(safe.stdout).toBe('');
  });
});

interface Place {
  readonly offset: number;
}

interface Saved {
  readonly bytes?: number;
  readonly measured: boolean;
}
