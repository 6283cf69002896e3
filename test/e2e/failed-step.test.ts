/** A RUN that fails: its command once, its output once, the last lines last, and a way to look inside. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, execute, Workbench } from '../support/cli.ts';

describe('a RUN that fails', () => {
  const bench = new Workbench();
  beforeAll(() => makeBusyboxImage(bench));
  afterAll(() => bench[Symbol.dispose]());

  const dockerfile = [
    'FROM busybox AS build',
    'ARG VERSION=1',
    'RUN echo kept $VERSION > /kept',
    'RUN echo the first word; echo the last word; exit 42',
    'FROM scratch',
    'COPY --from=build /kept /kept',
  ].join('\n');
  const count = (text: string, part: string) => text.split(part).length - 1;

  it.each([
    ['plain', ['--progress=plain']],
    ['live', ['--progress=tty']],
    ['none', ['--progress=none']],
    ['quiet', ['-q']],
  ])('is told once by the display: %s', async (_, flags) => {
    const directory = bench.project({ Dockerfile: dockerfile }, 'once');
    const { status, stdout, stderr } = await bench.lamina([
      'build',
      '--no-cache',
      ...flags,
      directory,
    ]);
    expect(status).toBe(1);
    expect(stdout).toBe('');
    // Of the live display what stays: repaints end with the erasing of what was painted.
    const text = stderr.slice(stderr.lastIndexOf('\x1b[2K') + 1);
    expect(count(text, 'exit 42')).toBe(1);
    const last = text
      .split('\n')
      .findLastIndex((line) => /^ *(#\d+ [\d.]+ )?the last word$/.test(line));
    expect(text.split('\n').filter((line) => /the last word$/.test(line))).toHaveLength(1);
    expect(text.split('\n').slice(last + 1).length).toBeLessThanOrEqual(7);
    expect(text).toContain('did not complete successfully: exit code: 42');
    expect(text).toContain('Dockerfile:4:1');
    expect(text).toContain('RUN_FAILED');
  });

  it('shows a script that fails with its lines', async () => {
    const script = ['RUN <<EOF', 'set -e', 'echo in the script', 'false', 'EOF'];
    const directory = bench.project(
      { Dockerfile: ['FROM busybox', ...script].join('\n') },
      'script',
    );
    const { stderr } = await bench.lamina(['build', '--progress=plain', directory]);
    expect(stderr).toContain('5 | false');
    expect(
      stderr.split('\n').filter((line) => /in the script$/.test(line) && line.startsWith('#')),
    ).toHaveLength(1);
  });

  it('can be looked into with the command that the error names, from whatever store', async () => {
    const root = `${bench.directory}/it's another`;
    const flags = ['--root', root];
    await bench.succeed([...flags, 'load', '-q'], { input: await archiveOf(bench) });
    const { stderr } = await bench.lamina([...flags, 'build', '-q', '-'], { input: dockerfile });
    const command = /^ {2}look inside: (.*)$/m.exec(stderr)?.[1] ?? '';
    const lamina = `lamina() { '${process.execPath}' '${COMMAND}' "$@"; }`;
    const looked = await execute('sh', ['-c', `${lamina}; ${command} -- cat /kept`]);
    expect(looked).toEqual({ status: 0, stdout: 'kept 1\n', stderr: '' });
  });
});

async function archiveOf(from: Workbench): Promise<Buffer> {
  const path = `${from.directory}/busybox.tar`;
  await from.succeed(['save', '-o', path, 'busybox']);
  return readFileSync(path);
}
