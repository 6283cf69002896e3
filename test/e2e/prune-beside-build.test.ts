/** A prune takes what a build has found in the cache and not used yet. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, Workbench } from '../support/cli.ts';

const bench = new Workbench();
beforeAll(() => makeBusyboxImage(bench));
afterAll(() => bench[Symbol.dispose]());

const DOCKERFILE = `FROM busybox AS cached
RUN echo cached > /cached
FROM busybox AS gate
ARG NUMBER
RUN --mount=type=cache,id=gate,target=/gate echo at gate $NUMBER; while ! test -e /gate/open-$NUMBER; do sleep 0.05; done
FROM gate
COPY --from=cached /cached /
`;

async function until(what: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!what()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it('a build takes the step again', async () => {
  const directory = bench.project({ Dockerfile: DOCKERFILE });
  await bench.succeed(['build', '-q', '--target', 'cached', directory]);
  const args = ['build', '--progress=plain', '-t', 'result', '--build-arg', 'NUMBER=1', directory];
  const child = spawn(process.execPath, [COMMAND, ...args], {
    env: { ...process.env, LAMINA_ROOT: bench.store },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (data) => {
    log += data;
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  await until(() => /CACHED/.test(log) && / at gate 1$/m.test(log));

  const pruned = await bench.succeed(['builder', 'prune', '-af']);
  expect(pruned.stdout).toContain('RUN echo cached');
  const mounts = join(bench.store, 'mounts');
  const gates = readdirSync(mounts).map((key) => join(mounts, key, '1/data'));
  const gate = gates.find((path) => existsSync(path));
  writeFileSync(join(gate ?? '', 'open-1'), '');

  expect({ status: await ended, log }).toMatchObject({ status: 0 });
  expect(log).not.toContain('ERROR');
  const { stdout } = await bench.succeed(['run', '--rm', 'result', 'cat', '/cached']);
  expect(stdout).toBe('cached\n');
});
