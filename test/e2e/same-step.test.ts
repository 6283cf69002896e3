/** Builds at the same time that need the same step: it runs once, and nobody waits for the dead. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, Workbench } from '../support/cli.ts';

const bench = new Workbench();
beforeAll(() => makeBusyboxImage(bench));
afterAll(() => bench[Symbol.dispose]());

/** A build in a process of its own. */
class Build {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  log = '';

  constructor(directory: string, ...args: string[]) {
    const command = [COMMAND, 'build', '--progress=plain', ...args, directory];
    this.child = spawn(process.execPath, command, {
      env: { ...process.env, LAMINA_ROOT: bench.store },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.child.stderr?.on('data', (data) => {
      this.log += data;
    });
    this.ended = new Promise((resolve) => this.child.on('close', resolve));
  }

  async says(text: RegExp): Promise<void> {
    const deadline = Date.now() + 60_000;
    while (!text.test(this.log)) {
      if (Date.now() > deadline) throw new Error(`never said ${text}:\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

const WAITS = /another build is running this step/;
let count = 0;
/** A step that ends when the test says so: it looks for a file that comes by a cache mount. */
function project(...after: readonly string[]) {
  const id = `gate${++count}`;
  const dockerfile = [
    'FROM busybox',
    `RUN --mount=type=cache,id=${id},target=/gate echo begun; : ${id}; echo x >> /gate/runs; while ! test -e /gate/open; do sleep 0.05; done; echo done > /made`,
    ...after,
  ];
  return bench.project({ Dockerfile: `${dockerfile.join('\n')}\n` }, id);
}

/** The directory of the newest cache mount. @param instance a build without the cache has one of its own */
function gate(instance = 1): string {
  const mounts = join(bench.store, 'mounts');
  const found = readdirSync(mounts)
    .map((key) => join(mounts, key, `${instance}/data`))
    .filter((path) => readFileSync(join(path, '../../id'), 'utf8').endsWith(`gate${count}`));
  if (found[0] === undefined) throw new Error('the cache mount is not there');
  return found[0];
}
const open = (instance = 1) => writeFileSync(join(gate(instance), 'open'), '');
const runs = () => readFileSync(join(gate(), 'runs'), 'utf8').length / 2;

describe('a step that two builds need at the same time', () => {
  it('runs once, and both have its result', async () => {
    const directory = project('RUN test "$(cat /made)" = done');
    const first = new Build(directory);
    await first.says(/ begun$/m);
    const second = new Build(directory);
    await second.says(WAITS);
    open();
    expect([await first.ended, await second.ended]).toEqual([0, 0]);
    expect(runs()).toBe(1);
    expect(second.log).toContain('CACHED');
  });

  it('is begun again by the one that waits when the other is killed', async () => {
    const directory = project();
    const first = new Build(directory);
    await first.says(/ begun$/m);
    const second = new Build(directory);
    await second.says(WAITS);
    first.child.kill('SIGKILL');
    await first.ended;
    await second.says(/ begun$/m);
    open();
    expect(await second.ended).toBe(0);
    expect(runs()).toBe(2);
  });

  it('is run again by the one that waits when it fails', async () => {
    const directory = project('RUN exit 3');
    writeFileSync(
      join(directory, 'Dockerfile'),
      readFileSync(join(directory, 'Dockerfile'), 'utf8').replace('echo done > /made', 'exit 5'),
    );
    const first = new Build(directory);
    await first.says(/ begun$/m);
    const second = new Build(directory);
    await second.says(WAITS);
    open();
    expect([await first.ended, await second.ended]).not.toContain(0);
    expect(runs()).toBe(2);
    expect(second.log).toContain('exit code: 5');
  });

  it('is left by a build that is cancelled while it waits', async () => {
    const directory = project();
    const first = new Build(directory);
    await first.says(/ begun$/m);
    const second = new Build(directory);
    await second.says(WAITS);
    second.child.kill('SIGINT');
    expect(await second.ended).not.toBe(0);
    open();
    expect(await first.ended).toBe(0);
  });

  it('is run by each build that uses no cache', async () => {
    const directory = project();
    const first = new Build(directory, '--no-cache');
    await first.says(/ begun$/m);
    const second = new Build(directory, '--no-cache');
    await second.says(/ begun$/m);
    open(1);
    open(2);
    expect([await first.ended, await second.ended]).toEqual([0, 0]);
  });

  it('stops no builds that need several such steps in another order', async () => {
    const stage = (name: string) => [
      `FROM busybox AS ${name}`,
      `RUN --mount=type=cache,id=both,sharing=locked,target=/c sleep 0.2; echo ${name} > /${name}`,
    ];
    const build = (first: string, second: string) => [
      ...[...stage(first), ...stage(second), `FROM ${first}`],
      `RUN --mount=type=cache,id=both,sharing=locked,target=/c --mount=from=${second},target=/s test -e /s/${second}`,
    ];
    const write = (...names: [string, string]) =>
      bench.project({ Dockerfile: `${build(...names).join('\n')}\n` }, names.join('-'));
    const directories = [write('left', 'right'), write('right', 'left')];
    const builds = [...directories, ...directories].map((directory) => new Build(directory));
    expect(await Promise.all(builds.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
    const locks = readdirSync(join(bench.store, 'locks'));
    expect(locks.filter((name) => name.startsWith('step-'))).toEqual([]);
  });
});
