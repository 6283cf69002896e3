/**
 * Work grows as it should. Times depend on the machine, so calls of the kernel are counted, for some files and for twice as
 * many.
 */
import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';
import { type Work, workOf } from '../support/counted-work.ts';
import { startRegistry } from '../support/registry.ts';

const FEW = 300;
const SIZE = 4000;
/** Long ago, so that digests of files are remembered at once. */
const SETTLED = 1_000_000_000;

const bench = new Workbench();
afterAll(() => bench[Symbol.dispose]());

/** A context of `count` files, and the COPY of them. */
function project(name: string, count: number): string {
  const directory = bench.project({ Dockerfile: 'FROM scratch\nCOPY src /src\n' }, name);
  mkdirSync(join(directory, 'src'));
  for (let at = 0; at < count; at++) {
    const file = join(directory, `src/f${at}`);
    writeFileSync(file, `${name} ${at}`.padEnd(SIZE, '.'));
    utimesSync(file, SETTLED, SETTLED);
  }
  return directory;
}

const build = (directory: string): string[] => ['build', '-q', '-t', 'counted', directory];

/** The same work for FEW files and for twice as many. */
async function twice(
  name: string,
  work: (directory: string) => Promise<Work>,
): Promise<{ few: Work; many: Work; more: Work }> {
  const few = await work(project(`${name}-few`, FEW));
  const many = await work(project(`${name}-many`, 2 * FEW));
  const more = {
    calls: many.calls - few.calls,
    opened: many.opened - few.opened,
    openedThere: many.openedThere - few.openedThere,
    read: many.read - few.read,
    started: many.started - few.started,
  };
  return { few, many, more };
}

/** Facts about a file are kept once its last change is two seconds old; that time cannot be set. */
async function settled(directory: string): Promise<void> {
  const { ctimeMs } = statSync(join(directory, 'src'));
  while (Date.now() < ctimeMs + 2100) await delay(50);
}

describe('a COPY of files', { timeout: 300_000 }, () => {
  beforeAll(async () => {
    // Code that V8 compiled is kept by then.
    for (const name of ['warm', 'warmer']) {
      const directory = project(name, 1);
      await workOf(bench, build(directory), directory);
      await workOf(bench, build(directory), directory);
    }
  });

  it('opens and reads each file once', async () => {
    const work = (directory: string): Promise<Work> =>
      workOf(bench, build(directory), `${directory}/src/`);
    const { few, more } = await twice('cold', work);
    expect(few.openedThere).toBe(FEW);
    expect(more.openedThere).toBe(FEW);
    expect(more.opened).toBeLessThan(1.1 * FEW);
    expect(more.read).toBeLessThan(1.2 * FEW * SIZE);
    // To stat, to look for attributes, to open, read and close.
    expect(more.calls).toBeLessThan(5.5 * FEW);
    expect(more.started).toBe(0);
  });

  it('opens none of them when nothing has changed', async () => {
    const { few, more } = await twice('cached', async (directory) => {
      await settled(directory);
      await bench.succeed(build(directory));
      await bench.succeed(build(directory));
      return workOf(bench, build(directory), `${directory}/src/`);
    });
    expect(few.openedThere).toBe(0);
    expect(more.openedThere).toBe(0);
    expect(more.opened).toBeLessThan(20);
    expect(more.read).toBeLessThan(150 * FEW);
    expect(more.calls).toBeLessThan(1.5 * FEW);
  });

  it('opens the one that has changed, and takes the others from the last layer', async () => {
    const { few, more } = await twice('one', async (directory) => {
      await settled(directory);
      await bench.succeed(build(directory));
      await bench.succeed(build(directory));
      appendFileSync(join(directory, 'src/f7'), 'changed');
      return workOf(bench, build(directory), `${directory}/src/`);
    });
    expect(few.openedThere).toBe(1);
    expect(more.openedThere).toBe(0);
    expect(more.opened).toBeLessThan(20);
    // The last layer, and facts about its files.
    expect(more.read).toBeLessThan(1.5 * FEW * SIZE);
    // Files are looked at by their paths, and once more by descriptors before one of them is copied.
    expect(more.calls).toBeLessThan(2.5 * FEW);
  });
});

describe('steps and stages', { timeout: 300_000 }, () => {
  it('start the same processes for each RUN', async () => {
    await makeBusyboxImage(bench);
    const started = async (runs: number): Promise<number> => {
      const steps = Array.from({ length: runs }, (_, at) => `RUN echo ${runs} ${at} > /step`);
      const dockerfile = `FROM busybox\n${steps.join('\n')}\n`;
      const directory = bench.project({ Dockerfile: dockerfile }, `runs-${runs}`);
      return (await workOf(bench, build(directory), directory)).started;
    };
    const [two, four, eight] = [await started(2), await started(4), await started(8)];
    expect(eight - four).toBe(2 * (four - two));
    // The runtime, itself again in the container, what installs the filter, and the shell.
    expect(four - two).toBeLessThanOrEqual(2 * 4);
  });

  it('start nothing when all of them are cached', async () => {
    await makeBusyboxImage(bench);
    const directory = bench.project({ Dockerfile: 'FROM busybox\nRUN echo > /step\n' }, 'cached');
    await bench.succeed(build(directory));
    await workOf(bench, build(directory), directory);
    // The command itself.
    expect((await workOf(bench, build(directory), directory)).started).toBe(1);
  });

  it('have their files read once when another stage copies them', async () => {
    const made = 1500;
    const dockerfile = [
      'FROM busybox AS files',
      `RUN mkdir /made && for i in $(seq ${made}); do echo $i > /made/$i; done`,
      'FROM scratch',
      'COPY --from=files /made /made\n',
    ];
    const directory = bench.project({ Dockerfile: dockerfile.join('\n') }, 'made');
    await bench.succeed(['build', '-q', '--target', 'files', directory]);
    const { openedThere } = await workOf(bench, build(directory), '/tree/made/');
    expect(openedThere).toBe(made);
  });

  it('cost nothing when the target does not need them', async () => {
    const calls = async (stages: number): Promise<number> => {
      const chain = Array.from(
        { length: stages },
        (_, at) => `FROM scratch AS s${at + 1}\nCOPY --from=s${at} /seed /seed\n`,
      );
      const dockerfile = `FROM scratch AS s0\nCOPY seed /seed\n${chain.join('')}`;
      const directory = bench.project({ Dockerfile: dockerfile, seed: 's' }, `chain-${stages}`);
      const args = ['build', '-q', '--target', 's2', directory];
      const counts: number[] = [];
      for (let turn = 0; turn < 6; turn++)
        counts.push((await workOf(bench, args, directory)).calls);
      // The first ones build and compile; on a busy machine one of the others may wait, which takes calls.
      return Math.min(...counts.slice(3));
    };
    expect((await calls(1000)) - (await calls(100))).toBeLessThan(100);
  });
});

describe('an image of a registry', { timeout: 300_000 }, () => {
  const MEGABYTE = 2 ** 20;

  it('is read once to push it, and received and unpacked once to pull it', async () => {
    await using first = await startRegistry();
    await using registry = await startRegistry();
    /** Bytes that a push and a pull of a layer read. */
    const work = async (megabytes: number): Promise<{ pushed: number; pulled: number }> => {
      const files = {
        Dockerfile: 'FROM scratch\nCOPY file /\n',
        file: randomBytes(megabytes * MEGABYTE),
      };
      const name = `${registry.name}/size-${megabytes}:1`;
      await bench.succeed(['build', '-q', '-t', name, bench.project(files, `size-${megabytes}`)]);
      // The compressed layer is made at the first push.
      const earlier = `${first.name}/size-${megabytes}:1`;
      await bench.succeed(['tag', name, earlier]);
      await bench.succeed(['push', '-q', earlier]);
      const push = await workOf(bench, ['push', '-q', name], registry.directory);
      await bench.succeed(['rmi', name, earlier]);
      await bench.succeed(['system', 'prune', '-af']);
      const pull = await workOf(bench, ['pull', '-q', name], registry.directory);
      return { pushed: push.read, pulled: pull.read };
    };
    // Code that V8 compiled is kept by then.
    await work(1);
    const few = await work(2);
    const many = await work(8);
    const more = 6 * MEGABYTE;
    expect(many.pushed - few.pushed).toBeGreaterThan(0.9 * more);
    expect(many.pushed - few.pushed).toBeLessThan(1.1 * more);
    // Once from the connection; a thread that hashes the tar may read it again.
    expect(many.pulled - few.pulled).toBeGreaterThan(0.9 * more);
    expect(many.pulled - few.pulled).toBeLessThan(2.2 * more);
  });
});

describe('a start that says what it always says', { timeout: 60_000 }, () => {
  it.each(['--version', '--help'])('by %s loads none of the command', async (flag) => {
    const { openedThere } = await workOf(bench, [flag], 'dist/bin/command.js');
    expect(openedThere).toBe(0);
    const asBuilt = await bench.succeed([flag]);
    // With another option the command is loaded, and says the same.
    const loaded = await bench.succeed(['--debug', flag]);
    expect(asBuilt.stdout).toBe(loaded.stdout);
  });
});
