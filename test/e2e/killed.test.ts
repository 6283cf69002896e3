/** What is left when lamina is killed, or interrupted, in the middle of a step. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, Workbench } from '../support/cli.ts';

/** Waits for something that another process brings about. */
async function until(what: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!what()) {
    if (Date.now() > deadline) throw new Error(`never came true: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Command lines of all processes that mention a word. */
function processesWith(word: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return line.includes(word) ? [line] : [];
      } catch {
        return [];
      }
    });
}

describe('a build that is ended in the middle of RUN', () => {
  const bench = new Workbench();
  beforeAll(() => makeBusyboxImage(bench));
  afterAll(() => bench[Symbol.dispose]());

  async function endedBy(signal: NodeJS.Signals, mark: string): Promise<number | null> {
    const directory = bench.project(
      { Dockerfile: `FROM busybox\nRUN echo begun-${mark}; sleep 3579${mark.length}; true\n` },
      `ended-by-${mark}`,
    );
    const child = spawn(process.execPath, [COMMAND, 'build', '--progress=plain', directory], {
      env: { ...process.env, LAMINA_ROOT: bench.store },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (data) => {
      log += data;
    });
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    const word = `sleep 3579${mark.length}`;
    await until(() => new RegExp(`^#\\d+ [\\d.]+ begun-${mark}`, 'm').test(log));
    await until(() => processesWith(word).length > 0);
    child.kill(signal);
    const status = await closed;
    await until(() => processesWith(word).length === 0);
    await until(() => processesWith('runner-main').every((line) => !line.includes(bench.store)));
    expect(
      spawnSync('findmnt', ['-rn', '-o', 'TARGET'], { encoding: 'utf8' }).stdout,
    ).not.toContain(bench.store);
    return status;
  }

  function temporaryFiles(): string[] {
    const directory = join(bench.store, 'tmp');
    return existsSync(directory) ? readdirSync(directory) : [];
  }

  async function buildsAgain(name: string): Promise<void> {
    const directory = bench.project({ Dockerfile: 'FROM busybox\nRUN echo fine > /fine\n' }, name);
    await bench.succeed(['build', '-t', name, directory]);
    const { stdout } = await bench.succeed(['run', '--rm', name, 'cat', '/fine']);
    expect(stdout).toBe('fine\n');
  }

  it('by SIGKILL leaves no process and no mount, and the next build works', async () => {
    await endedBy('SIGKILL', 'kill');
    await buildsAgain('after-kill');
  });

  it('by Ctrl-C says so with status 130, leaves nothing behind, and the next build works', async () => {
    const before = temporaryFiles();
    expect(await endedBy('SIGINT', 'break-off')).toBe(130);
    await buildsAgain('after-interrupt');
    expect(temporaryFiles()).toEqual(before);
  });
});

describe('a container whose terminal goes away', () => {
  const bench = new Workbench();
  beforeAll(() => makeBusyboxImage(bench));
  afterAll(() => bench[Symbol.dispose]());

  it('ends with it, though its first process takes no notice', async () => {
    const word = 'sleep 35801';
    const run = `"${process.execPath}" "${COMMAND}" run -it --rm busybox ${word}`;
    const terminal = spawn('script', ['-qec', run, '/dev/null'], {
      env: { ...process.env, LAMINA_ROOT: bench.store },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const inContainer = () => processesWith(word).filter((line) => line.startsWith('sleep'));
    await until(() => inContainer().length > 0);
    terminal.kill('SIGKILL');
    await until(() => processesWith(word).length === 0);
  });
});
