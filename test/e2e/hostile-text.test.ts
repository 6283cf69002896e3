/** What strangers wrote reaches a terminal as text: in labels, environments, histories, names of files. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, execute, Workbench } from '../support/cli.ts';

/** Sets a title, clears the screen, asks for an answer, in both forms; and turns the direction of writing. */
const ATTACK = '\x1b]0;owned\x07\x1b[2J\x1b[6n\u009b2J\u202eexe';
const HOSTILE = [
  'FROM busybox',
  `LABEL label="A${ATTACK}"`,
  `ENV VARIABLE="B${ATTACK}"`,
  `RUN echo "C${ATTACK}"`,
  'COPY . /files/',
  `CMD ["D${ATTACK}"]`,
].join('\n');

const READERS: readonly (readonly string[])[] = [
  ['history', '--no-trunc', 'hostile'],
  ['history', '--format', '{{.CreatedBy}}', 'hostile'],
  ['history', '--format', 'json', 'hostile'],
  ['inspect', 'hostile'],
  ['inspect', '-f', '{{.Config.Labels.label}} {{.Config.Env}} {{.Config.Cmd}}', 'hostile'],
  ['images', '--format', 'json'],
  ['compare', 'busybox', 'hostile'],
  ['compare', '--format', 'json', 'busybox', 'hostile'],
  ['context', 'ls', 'CONTEXT'],
  ['context', 'ls', '--sizes', 'CONTEXT'],
  ['context', 'ls', '--format', 'json', 'CONTEXT'],
  ['context', 'ls', '--why', `E${ATTACK}`, 'CONTEXT'],
  ['build', '--check', 'CONTEXT'],
  ['build', '--call=outline', 'CONTEXT'],
  ['build', '--call=outline,format=json', 'CONTEXT'],
  ['build', '--call=targets', 'CONTEXT'],
  ['build', '--progress=plain', '--no-cache', '--summary=full', 'CONTEXT'],
  ['build', '--progress=rawjson', '--no-cache', 'CONTEXT'],
  ['build', '--progress=plain', '--target', `F${ATTACK}`, 'CONTEXT'],
  ['rmi', '-f', `G${ATTACK}`],
  ['tag', 'hostile', `H${ATTACK}`],
  ['run', '--rm', `I${ATTACK}`],
  ['system', 'df', '-v'],
  ['builder', 'prune', '-af'],
];

describe('text of strangers', () => {
  const bench = new Workbench();
  const context = join(bench.directory, 'hostile');
  beforeAll(async () => {
    await makeBusyboxImage(bench);
    mkdirSync(context);
    writeFileSync(join(context, 'Dockerfile'), HOSTILE);
    writeFileSync(join(context, `E${ATTACK}`), 'content');
    await bench.succeed(['build', '-q', '-t', 'hostile', context]);
  });
  afterAll(() => bench[Symbol.dispose]());

  it.each(READERS)('is text on a terminal: %s %s', async (...words) => {
    const args = words.map((word) => word.replace('CONTEXT', context));
    const shown = await onTerminal(bench, args);
    expect(shown.length).toBeGreaterThan(10);
    const withoutColors = shown.replace(/\x1b\[[0-9;]*m/g, '');
    expect(
      JSON.stringify(
        withoutColors.match(/[^\n\r\t]?[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202e].{0,20}/gu),
      ),
    ).toBe('null');
  });

  it('is what it is in a pipe', async () => {
    const { stdout } = await bench.succeed([
      'inspect',
      '-f',
      '{{.Config.Labels.label}}',
      'hostile',
    ]);
    expect(stdout).toBe(`A${ATTACK}\n`);
  });
});

/** All that a command writes to the terminal it runs on. */
async function onTerminal(bench: Workbench, args: readonly string[]): Promise<string> {
  const command = [process.execPath, COMMAND, ...args]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
  const env = { ...process.env, LAMINA_ROOT: bench.store, TERM: 'xterm' };
  return (await execute('script', ['-qec', command, '/dev/null'], { env })).stdout;
}
