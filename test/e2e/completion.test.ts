/** The completion scripts in the shells they are for, on the installed command's name. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COMMAND, Workbench } from '../support/cli.ts';
import { ensureTool } from '../support/tools.ts';

const bench = new Workbench();
let bin: string;

beforeAll(async () => {
  bin = join(bench.directory, 'bin');
  mkdirSync(bin);
  const start = `#!/bin/sh\nexec '${process.execPath}' -- '${COMMAND}' "$@"\n`;
  writeFileSync(join(bin, 'lamina'), start);
  chmodSync(join(bin, 'lamina'), 0o755);
  const directory = bench.project({ Dockerfile: 'FROM scratch\nCOPY file /\n', file: '' }, 'image');
  await bench.succeed(['build', '-q', '-t', 'app:1.0', '-t', 'app:latest', directory]);
});
afterAll(() => bench[Symbol.dispose]());

function run(shell: string, script: string): string {
  const { stdout, stderr, status } = spawnSync(shell, ['-c', script], {
    encoding: 'utf8',
    cwd: bench.directory,
    env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, LAMINA_ROOT: bench.store },
  });
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

it.each([
  ['lamina bui', '(lamina bui)', ['build', 'builder', 'builds', 'buildx']],
  // Bash ends words at : and =, and replaces only what follows them.
  ['lamina run --rm app:l', '(lamina run --rm app : l)', ['latest']],
  ['lamina build --progress=pl', '(lamina build --progress = pl)', ['plain']],
])('bash completes %j', (line, words, expected) => {
  const script = [
    'eval "$(lamina completion bash)"',
    // Only a completion under way has options.
    'compopt() { :; }',
    `COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDS=${words}`,
    `COMP_CWORD=${words.split(' ').length - 1}`,
    '_lamina && declare -p COMPREPLY',
  ];
  const printed = run('bash', script.join('\n'));
  expect([...printed.matchAll(/\]="([^"]*)"/g)].map(([, word]) => word)).toEqual(expected);
});

it('fish completes commands, images and files', () => {
  const fish = ensureTool('fish', 'fish');
  const complete = (line: string) =>
    run(fish, `lamina completion fish | source; complete -C '${line}'`).trimEnd().split('\n');
  expect(complete('lamina bui')[0]).toBe('build\tbuild an image from a Dockerfile');
  expect(complete('lamina run ')).toEqual(['app:1.0', 'app:latest']);
  expect(complete('lamina import b')).toContain('bin/');
});

it('zsh reads its script', () => {
  const zsh = ensureTool('zsh', 'zsh');
  run(zsh, 'lamina completion zsh > _lamina && zsh -n _lamina && source ./_lamina');
});
