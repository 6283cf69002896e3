/** Builds on a BuildKit daemon by the built command: that of Debian's Docker, with bases from a registry. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, type CommandResult, execute, Workbench } from '../support/cli.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { DockerDaemon } from '../support/tools.ts';

let bench: Workbench;
let docker: DockerDaemon;
let registry: TestRegistry;
let builder: string;
let base: string;

beforeAll(async () => {
  bench = new Workbench();
  [docker, registry] = await Promise.all([DockerDaemon.start(), startRegistry()]);
  builder = `docker://${docker.host.slice('unix://'.length)}`;
  base = `${registry.name}/busybox:1`;
  await makeBusyboxImage(bench);
  await bench.succeed(['tag', 'busybox', base]);
  await bench.succeed(['push', base]);
}, 180_000);

afterAll(async () => {
  await docker?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  bench?.[Symbol.dispose]();
});

function build(directory: string, ...more: string[]): Promise<CommandResult> {
  const args = ['build', '--progress=plain', '--network=none', '--builder', builder, ...more];
  return bench.lamina([...args, directory]);
}

/** The end of the output: the error. */
function errorOf({ stderr }: CommandResult): string {
  return stderr.slice(stderr.lastIndexOf('\nerror'));
}

/** The files of an image with their contents. */
async function filesOf(image: string, ...paths: string[]): Promise<string> {
  return (await bench.succeed(['run', '--rm', '--network=none', image, 'cat', ...paths])).stdout;
}

/** Another socket of a server, until its connections are cut. */
async function cuttable(
  target: string,
): Promise<AsyncDisposable & { readonly path: string; cut(): void }> {
  const path = join(bench.directory, 'cuttable.sock');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const beyond = createConnection(target);
    for (const [one, other] of [
      [socket, beyond],
      [beyond, socket],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.on('error', () => undefined);
      one.on('close', () => other.destroy());
    }
  });
  server.listen(path);
  await once(server, 'listening');
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return {
    path,
    cut,
    async [Symbol.asyncDispose]() {
      cut();
    },
  };
}

describe('a build on a builder', () => {
  test('runs the steps there, and leaves the image here and nothing there', async () => {
    const project = bench.project({
      Dockerfile: [
        `FROM ${base} AS build`,
        'WORKDIR /src',
        'COPY . .',
        'RUN --mount=type=cache,target=/c cat one > /out && echo built >> /out',
        `FROM ${base}`,
        'COPY --from=build --chown=7:8 /out /final',
        'COPY --link one /linked',
        'CMD ["cat", "/final"]',
      ].join('\n'),
      one: 'first\n',
      hidden: 'not sent\n',
      '.dockerignore': 'hidden\n',
    });
    const first = await build(project, '-t', 'remote');
    expect(first, first.stderr).toMatchObject({ status: 0 });
    expect(first.stderr).toMatch(/\[build 4\/4\] RUN .*\n/);
    expect(await filesOf('remote', '/final', '/linked')).toBe('first\nbuilt\nfirst\n');
    const again = await build(project, '-t', 'remote');
    expect(again.stderr.match(/ CACHED\n/g)?.length).toBeGreaterThanOrEqual(5);
    expect(again.stdout).toBe(first.stdout);
    expect(await docker.docker('images', '-aq')).toBe('');
  });

  test('gives the steps their secrets, which reach no layer and no record', async () => {
    const project = bench.project(
      {
        Dockerfile: `FROM ${base}\nRUN --mount=type=secret,id=token,required=true wc -c < /run/secrets/token > /size\n`,
      },
      'secret',
    );
    const missing = await build(project);
    expect(missing.status).toBe(1);
    expect(missing.stderr).toMatch(/Dockerfile:2:\d+[\s\S]*code: SECRET_MISSING/);
    const path = join(bench.directory, 'token');
    await writeFile(path, 'hunter2hunter2');
    const given = await build(project, '--secret', `id=token,src=${path}`, '-t', 'secret');
    expect(given, given.stderr).toMatchObject({ status: 0 });
    expect(await filesOf('secret', '/size')).toBe('14\n');
    expect(given.stderr).not.toContain('hunter2');
  });

  test('shows a failed step as one of this machine: lines, output, exit status', async () => {
    const project = bench.project(
      { Dockerfile: `FROM ${base}\nRUN true\nRUN echo so; exit 7\n` },
      'fails',
    );
    const there = await build(project);
    const here = await bench.lamina(['build', '--progress=plain', '--network=none', project]);
    expect(there.stderr).toMatch(/ so\n/);
    expect(there.stderr).toContain('code: RUN_FAILED');
    // The failed step is not kept: it is on the other machine.
    expect(errorOf(there)).toBe(errorOf(here).replace('  look inside: lamina debug\n', ''));
    expect(there.status).toBe(here.status);
  });

  test('names a source that is not in the context, as a build here', async () => {
    const project = bench.project(
      { Dockerfile: 'FROM scratch\nCOPY pakage.json /\n', 'package.json': '{}' },
      'missing',
    );
    const there = await build(project);
    const here = await bench.lamina(['build', '--progress=plain', project]);
    expect(there.status).toBe(here.status);
    expect(errorOf(there)).toBe(errorOf(here));
  });

  test('updates what the daemon has of the context, also removed files', async () => {
    const project = bench.project(
      { Dockerfile: 'FROM scratch\nCOPY . /\n', a: 'a', b: 'b', 'd/c': 'c' },
      'sync',
    );
    const output = join(bench.directory, 'out');
    await build(project, '-o', output);
    expect(await readdir(output)).toEqual(['Dockerfile', 'a', 'b', 'd']);
    await rm(join(project, 'b'));
    await writeFile(join(project, 'd/c'), 'changed');
    await rm(output, { recursive: true });
    await build(project, '-o', output);
    expect(await readdir(output)).toEqual(['Dockerfile', 'a', 'd']);
    expect(await readFile(join(output, 'd/c'), 'utf8')).toBe('changed');
  });

  test('of several targets at once gives each the files of its own context', async () => {
    const names = ['a', 'b', 'c'];
    const project = bench.project(
      Object.fromEntries(
        names.flatMap((name) => [
          [`${name}/Dockerfile`, `FROM ${base}\nCOPY . /x\nRUN cat /x/own > /seen\n`],
          [`${name}/own`, `${name}\n`],
          [`${name}/only-${name}`, ''],
        ]),
      ),
      'bake',
    );
    const definition = Object.fromEntries(
      names.map((name) => [
        name,
        { context: name, network: 'none', output: [`type=local,dest=out/${name}`] },
      ]),
    );
    await writeFile(join(project, 'bake.json'), JSON.stringify({ target: definition }));
    const baked = await bench.lamina(
      ['bake', '-f', 'bake.json', '--builder', builder, '--progress=plain', ...names],
      { cwd: project },
    );
    expect(baked, baked.stderr).toMatchObject({ status: 0 });
    for (const name of names) {
      const output = join(project, 'out', name);
      expect(await readdir(join(output, 'x'))).toEqual(['Dockerfile', `only-${name}`, 'own']);
      expect(await readFile(join(output, 'seen'), 'utf8')).toBe(`${name}\n`);
    }
  });

  test('gives the digest of a build here, with SOURCE_DATE_EPOCH', async () => {
    const project = bench.project(
      {
        Dockerfile: `FROM ${base}\nWORKDIR /w\nCOPY --chown=1:2 . d/\nCOPY a /w/d/b/\n`,
        ...{ a: 'a', 'c/x': 'x' },
      },
      'epoch',
    );
    const epoch = ['--build-arg', 'SOURCE_DATE_EPOCH=1700000000', '-q'];
    const there = await build(project, ...epoch);
    const here = await bench.succeed(['build', ...epoch, project]);
    expect(there.stdout).toMatch(/^sha256:/);
    expect(there.stdout).toBe(here.stdout);
  });

  test('puts the cache of its steps into the image, where another build finds it', async () => {
    const project = bench.project(
      { Dockerfile: `FROM ${base}\nCOPY a /a\nRUN cat /a > /b\n`, a: 'a' },
      'inline',
    );
    const name = `${registry.name}/inline:1`;
    const pushed = await build(project, '--cache-to=type=inline', '-t', name, '--push');
    expect(pushed, pushed.stderr).toMatchObject({ status: 0 });
    await docker.docker('builder', 'prune', '--all', '--force');
    const without = await build(project, '-t', 'inline-cached', '--cache-from', name);
    expect(without.stderr).toMatch(/RUN cat .*\n#\d+ CACHED\n/);
    const later = bench.project({ a: 'changed' }, 'inline');
    const changed = await build(later, '-t', 'inline-cached', '--cache-from', name);
    expect(changed.stderr).not.toMatch(/RUN cat .*\n#\d+ CACHED\n/);
  });

  test('says what kinds of cache a daemon cannot write', async () => {
    const project = bench.project({ Dockerfile: 'FROM scratch\nCOPY a /\n', a: '' }, 'cache-kind');
    const dest = join(bench.directory, 'no-cache');
    const { status, stderr } = await build(project, `--cache-to=type=local,dest=${dest}`);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /cannot write a cache of the type local[\s\S]*code: BUILDER_UNSUPPORTED/,
    );
    await expect(readdir(dest)).rejects.toThrow('ENOENT');
  });

  test("hands the Dockerfile to the daemon's frontend, which makes the same image of it", async () => {
    const project = bench.project(
      {
        Dockerfile: [
          'ARG TAG=1',
          `FROM ${base} AS build`,
          'ARG WORD',
          'COPY . /src',
          'RUN --mount=type=secret,id=s cat /run/secrets/s | wc -c > /size && echo $WORD > /word',
          `FROM ${base}`,
          'COPY --from=build /size /word /src/* /out/',
          'ENV A=b',
          'CMD ["cat", "/out/word"]',
        ].join('\n'),
        ...{ kept: 'kept', hidden: 'hidden', '.dockerignore': 'hidden\nDockerfile\n' },
      },
      'frontend',
    );
    const secret = join(bench.directory, 'frontend-secret');
    await writeFile(secret, 'abc');
    const args = ['--build-arg=WORD=w', '--label=l=1', `--secret=id=s,src=${secret}`];
    const there = await build(project, '--frontend=remote', '-t', 'by-daemon', ...args);
    expect(there, there.stderr).toMatchObject({ status: 0 });
    expect(there.stderr.match(/^#\d+ \[internal\] send build context/gm)).toHaveLength(1);
    const here = await build(project, '-t', 'by-lamina', ...args);
    expect(here, here.stderr).toMatchObject({ status: 0 });
    const configOf = async (image: string) => {
      const [{ Config, Os, Architecture }] = JSON.parse(
        (await bench.succeed(['inspect', image])).stdout,
      );
      return { Config, Os, Architecture };
    };
    expect(await configOf('by-daemon')).toEqual(await configOf('by-lamina'));
    const files = ['/out/size', '/out/word', '/out/kept'];
    expect(await filesOf('by-daemon', ...files)).toBe('3\nw\nkept');
    expect(await docker.docker('images', '-aq')).toBe('');
    await writeFile(join(project, 'Dockerfile'), `FROM ${base}\n\nRUN echo so; exit 7\n`);
    const failed = await build(project, '--frontend=remote');
    expect(failed.status).toBe(1);
    expect(errorOf(failed)).toMatch(/exit code: 7[\s\S]*code: RUN_FAILED/);
    await writeFile(join(project, 'Dockerfile'), `FROM ${base}\nRUNN x\n`);
    const wrong = await build(project, '--frontend=remote');
    expect(errorOf(wrong)).toMatch(/unknown instruction[\s\S]*code: BUILDER_FAILED/);
  });

  test('stops there when it is stopped here', async () => {
    const project = bench.project({ Dockerfile: `FROM ${base}\nRUN sleep 1234\n` }, 'stopped');
    const args = ['build', '--network=none', '--builder', builder, project];
    const env = { ...process.env, LAMINA_ROOT: bench.store };
    const lamina = spawn(process.execPath, [COMMAND, ...args], { stdio: 'ignore', env });
    const ended = once(lamina, 'exit');
    const sleepers = async () => (await execute('pgrep', ['-fx', 'sleep 1234'])).stdout;
    await expect.poll(sleepers, { timeout: 60_000 }).not.toBe('');
    lamina.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    await expect.poll(sleepers, { timeout: 60_000 }).toBe('');
  });

  test('goes on elsewhere when a node is lost in the middle, or cannot be reached', async () => {
    await using first = await cuttable(docker.host.slice('unix://'.length));
    const env = { XDG_CONFIG_HOME: join(bench.directory, 'config'), LAMINA_BUILDER: 'fleet' };
    const addNode = (name: string, address: string, platform: string) =>
      bench.succeed(
        [
          ...['builder', 'create', '--append', '--name', 'fleet', '--node', name],
          ...['--platform', platform, address],
        ],
        { env },
      );
    const [own, other] =
      process.arch === 'arm64' ? ['linux/arm64', 'linux/amd64'] : ['linux/amd64', 'linux/arm64'];
    await addNode('none', `unix://${bench.directory}/none.sock`, own);
    await addNode('first', `docker://${first.path}`, own);
    await addNode('second', builder, other);
    const project = bench.project(
      {
        // Hangs the first time.
        Dockerfile: `FROM ${base}\nRUN --mount=type=cache,target=/c test -e /c/again || { touch /c/again; exec sleep 2345; }\nRUN echo right > /result\n`,
      },
      'lost',
    );
    const lamina = spawn(
      process.execPath,
      [COMMAND, 'build', '--network=none', '--progress=plain', '-t', 'moved', project],
      { env: { ...process.env, LAMINA_ROOT: bench.store, ...env } },
    );
    let log = '';
    lamina.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    const ended = once(lamina, 'close');
    const sleepers = async () => (await execute('pgrep', ['-fx', 'sleep 2345'])).stdout;
    await expect.poll(sleepers, { timeout: 60_000 }).not.toBe('');
    first.cut();
    expect(await ended, log).toEqual([0, null]);
    expect(log).toMatch(/on node first\n[\s\S]* on node second\n/);
    expect(log).toMatch(/none\.sock.*the socket does not exist; other nodes take over/);
    expect(log).toMatch(/fleet\/first .*went away during.* RUN .*; other nodes take over/);
    expect(await filesOf('moved', '/result')).toBe('right\n');
  });

  test('refuses what the daemon is too old for, before any step', async () => {
    const project = bench.project(
      { Dockerfile: `FROM ${base}\nRUN exit 3\nCOPY --exclude=*.md . /\n`, a: '' },
      'old',
    );
    const { status, stderr } = await build(project);
    expect(status).toBe(1);
    expect(stderr).toMatch(/Dockerfile:3:1[\s\S]*code: BUILDER_TOO_OLD/);
    expect(stderr).not.toContain('exit code: 3');
  });

  test('says which daemon does not answer', async () => {
    const project = bench.project({ Dockerfile: 'FROM scratch\nCOPY a /\n', a: '' }, 'nobody');
    const run = (address: string) => bench.lamina(['build', '--builder', address, project]);
    const nothing = await run(`unix://${bench.directory}/none.sock`);
    expect(nothing.status).toBe(1);
    expect(nothing.stderr).toContain('the socket does not exist');
    expect(nothing.stderr).toContain('code: BUILDER_UNREACHABLE');
    const other = await run('tcp://127.0.0.1:1');
    expect(other.stderr).toContain('code: BUILDER_UNREACHABLE');
    const registryAnswers = await run(`tcp://127.0.0.1:${registry.port}`);
    expect(registryAnswers.stderr).toContain('code: BUILDER_UNREACHABLE');
  });
});
