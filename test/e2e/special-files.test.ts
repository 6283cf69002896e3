/** Files that are named, or lie in a context, and are no plain files: nothing waits for ever, nothing is read without end. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, Workbench } from '../support/cli.ts';

const bench = new Workbench();
const FILES = {
  Dockerfile: 'FROM scratch\nCOPY x /\n',
  x: '',
  secret: 'FROM busybox\nRUN --mount=type=secret,id=a cat /run/secrets/a\n',
  ssh: 'FROM busybox\nRUN --mount=type=ssh true\n',
};
let context: string;
const pipe = join(bench.directory, 'pipe');

beforeAll(async () => {
  await makeBusyboxImage(bench);
  context = bench.project(FILES, 'context');
  execFileSync('mkfifo', [pipe]);
  writeFileSync(join(bench.directory, 'huge'), '');
  truncateSync(join(bench.directory, 'huge'), 1e12);
  writeFileSync(join(bench.directory, 'outside'), 'SECRET line\n');
  mkdirSync(join(bench.directory, 'directory'));
  symlinkSync('loop', join(bench.directory, 'loop'));
});
afterAll(() => bench[Symbol.dispose]());

describe('a pipe that nobody writes to', () => {
  const lines: readonly (readonly [name: string, args: () => readonly string[]])[] = [
    ['as --file', () => ['build', '-f', pipe, context]],
    ['as an archive', () => ['load', '-i', pipe]],
    ['as a root file system', () => ['import', pipe]],
    [
      'as a secret',
      () => ['build', '-f', join(context, 'secret'), '--secret', `id=a,src=${pipe}`, context],
    ],
    ['as a key', () => ['build', '-f', join(context, 'ssh'), '--ssh', `default=${pipe}`, context]],
    ['as a file of variables', () => ['run', '--env-file', pipe, 'busybox', 'true']],
  ];

  async function endedWhileWaiting(args: readonly string[], signal: NodeJS.Signals) {
    const child = spawn(process.execPath, ['--', COMMAND, ...args], {
      env: { ...process.env, LAMINA_ROOT: bench.store },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr.on('data', (data) => {
      log += data;
    });
    const ended = once(child, 'exit');
    const writer = spawn('sh', ['-c', `exec 9>"$1"; echo open; exec cat`, 'sh', pipe], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    // The pipe can be opened for writing as soon as lamina reads from it.
    await once(writer.stdout, 'data');
    child.kill(signal);
    const [status] = await ended;
    writer.stdin.end();
    await once(writer, 'exit');
    return { status, log };
  }

  it.each(lines)('%s is waited for until SIGINT or SIGTERM', async (_, args) => {
    const command = args();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const { status, log } = await endedWhileWaiting(command, signal);
      expect(log).not.toContain('INTERNAL');
      expect(status).toBe(signal === 'SIGINT' ? 130 : 143);
    }
  });

  it.each(['Dockerfile', '.dockerignore'])('is no %s of a context', async (name) => {
    const { Dockerfile, x } = FILES;
    const directory = bench.project(name === 'Dockerfile' ? { x } : { Dockerfile, x }, 'piped');
    execFileSync('mkfifo', [join(directory, name)]);
    const { status, stderr } = await bench.lamina(['build', directory]);
    expect(status).toBe(1);
    expect(stderr).toContain(`cannot read '${name}': it is a pipe (FIFO)`);
    rmSync(directory, { recursive: true });
  });
});

describe('what is no file to read', () => {
  it.each([
    ['as --file', () => ['build', '-f', '/dev/zero', context], /'\/dev\/zero': it is a device/],
    ['as an archive', () => ['load', '-i', '/dev/zero'], /\/dev\/zero: it is a device/],
    ['as a root file system', () => ['import', '/dev/zero'], /\/dev\/zero: it is a device/],
    ['as a root file system', () => ['import', bench.directory], /it is a directory/],
    [
      'as a context',
      () => ['build', '--build-context', `a=${join(bench.directory, 'loop')}`, context],
      /ELOOP/,
    ],
    [
      'as a secret',
      () => ['build', '--secret', `id=a,src=${join(bench.directory, 'huge')}`, context],
      /larger than 500 KiB/,
    ],
    [
      'as a secret',
      () => ['build', '--secret', 'id=a,src=/dev/zero', context],
      /SECRET_UNREADABLE/,
    ],
    [
      'as a key',
      () => ['build', '--ssh', `default=${join(bench.directory, 'directory')}`, context],
      /it is a directory/,
    ],
    [
      'as a key',
      () => ['build', '--ssh', `default=${join(bench.directory, 'huge')}`, context],
      /larger than 100 KiB/,
    ],
  ])('is refused %s', async (_, args, message) => {
    const { status, stderr } = await bench.lamina(args());
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('INTERNAL');
  });
});

describe('a link in the context that leads out of it', () => {
  it.each(['Dockerfile', '.dockerignore'])('is not followed for %s', async (name) => {
    const { Dockerfile, x } = FILES;
    const files = name === 'Dockerfile' ? { x } : { Dockerfile, x };
    const directory = bench.project(files, `out-${name}`);
    symlinkSync('../outside', join(directory, name));
    const { status, stderr } = await bench.lamina(['build', directory]);
    expect(status).toBe(1);
    expect(stderr).toContain(`cannot read '${name}': it is a symbolic link to a file outside`);
    expect(stderr).not.toContain('SECRET');
  });

  it('is not followed for a Dockerfile named by --file below it', async () => {
    const directory = bench.project({ x: '' }, 'out-below');
    symlinkSync('..', join(directory, 'up'));
    const { status, stderr } = await bench.lamina(['build', '-f', 'up/outside', '.'], {
      cwd: directory,
    });
    expect(status).toBe(1);
    expect(stderr).toContain('to a file outside');
    expect(stderr).not.toContain('SECRET');
  });

  it('is one that stays inside where it does not', async () => {
    const directory = bench.project({ 'docker/main': FILES.Dockerfile, x: '' }, 'in');
    symlinkSync('docker/main', join(directory, 'Dockerfile'));
    await bench.succeed(['build', directory]);
  });
});
