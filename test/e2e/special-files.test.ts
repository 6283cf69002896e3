/** Files that are named, or lie in a context, and are no plain files: nothing waits for ever, nothing is read without end. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdirSync,
  openSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
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
    ['as a file with targets', () => ['bake', '--print', '-f', pipe]],
    ['as settings of the linter', () => ['lint', '--config', pipe, join(context, 'Dockerfile')]],
    ['as a file with limits', () => ['check', '--config', pipe, 'busybox']],
    ['as a file with rates', () => ['report', '--rates', pipe, 'busybox']],
    ['as a Dockerfile to optimize', () => ['optimize', '-f', pipe, context]],
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

describe('a file of a usual name that is a pipe or endless', () => {
  it.each([
    ['docker-bake.hcl', ['bake', '--print']],
    ['compose.yaml', ['bake', '--print']],
    ['.hadolint.yaml', ['lint', 'Dockerfile']],
    ['lamina.toml', ['check', 'busybox']],
    ['.dive-ci', ['check', 'busybox']],
    ['report.toml', ['report', 'busybox']],
    ['Dockerfile', ['lint']],
    ['Dockerfile', ['fmt', '--check']],
    ['Dockerfile', ['debug', '--step', '1', '.']],
  ])('%s is not read by %j', async (name, args) => {
    const directory = bench.project(
      name === 'Dockerfile' ? { x: '' } : { Dockerfile: 'FROM scratch\n' },
      'usual',
    );
    const path = join(directory, name);
    execFileSync('mkfifo', [path]);
    const piped = await bench.lamina(args, { cwd: directory });
    rmSync(path);
    symlinkSync('/dev/zero', path);
    const endless = await bench.lamina(args, { cwd: directory });
    rmSync(directory, { recursive: true });
    for (const { status, stderr, stdout } of [piped, endless]) {
      expect(status).toBeGreaterThan(0);
      expect(stdout + stderr).toMatch(/it is a (?:pipe|device|symbolic link)/);
      expect(stderr).not.toContain('INTERNAL');
    }
  });

  it('is passed over as .env of Compose files', async () => {
    const compose = 'services: { app: { image: "app$TAG", build: . } }\n';
    const directory = bench.project(
      { 'compose.yaml': compose, Dockerfile: 'FROM scratch\n' },
      'env',
    );
    execFileSync('mkfifo', [join(directory, '.env')]);
    const { stdout } = await bench.succeed(['bake', '--print'], { cwd: directory });
    expect(stdout).toContain('"app"');
  });
});

describe('standard input without an end', () => {
  it.each([
    ['a Dockerfile to build', ['build', '-f', '-', '.'], 'DOCKERFILE_TOO_LARGE'],
    ['a Dockerfile to lint', ['lint', '-'], 'DOCKERFILE_TOO_LARGE'],
    ['a Dockerfile to format', ['fmt', '-'], 'DOCKERFILE_TOO_LARGE'],
    ['a file with targets', ['bake', '--print', '-f', '-'], 'BAKE_FILE_NOT_FOUND'],
    ['a password', ['login', '-u', 'me', '--password-stdin', 'localhost:1'], 'CLI_USAGE'],
  ])('is refused as %s', (_, args, code) => {
    const zeros = openSync('/dev/zero', 'r');
    const { status, stderr } = spawnSync(process.execPath, ['--', COMMAND, ...args], {
      ...{ cwd: context, env: { ...process.env, LAMINA_ROOT: bench.store } },
      ...{ stdio: [zeros, 'ignore', 'pipe'], encoding: 'utf8', timeout: 60_000 },
    });
    closeSync(zeros);
    expect(status).toBeGreaterThan(0);
    expect(stderr).toContain(code);
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

  it.each([
    ['lint', []],
    ['fmt', ['--check']],
    ['fmt', ['--check', '.']],
  ])('is not followed by %s %j', async (command, args) => {
    const directory = bench.project({ x: '' }, `out-${command}-${args.length}`);
    symlinkSync('../outside', join(directory, 'Dockerfile'));
    const { status, stdout, stderr } = await bench.lamina([command, ...args], { cwd: directory });
    expect(status).toBeGreaterThan(0);
    expect(stderr).toContain("cannot read 'Dockerfile': it is a symbolic link to a file outside");
    expect(stdout + stderr).not.toContain('SECRET');
  });

  it('is not followed by a Compose file that names another', async () => {
    const compose = 'include: [other.yaml]\n';
    const directory = bench.project({ 'compose.yaml': compose }, 'out-compose');
    symlinkSync('../outside', join(directory, 'other.yaml'));
    const { status, stderr } = await bench.lamina(['bake', '--print'], { cwd: directory });
    expect(status).toBe(1);
    expect(stderr).toContain('it is a symbolic link to a file outside');
    expect(stderr).not.toContain('SECRET');
  });

  it('is one that stays inside where it does not', async () => {
    const directory = bench.project({ 'docker/main': FILES.Dockerfile, x: '' }, 'in');
    symlinkSync('docker/main', join(directory, 'Dockerfile'));
    await bench.succeed(['build', directory]);
  });
});
