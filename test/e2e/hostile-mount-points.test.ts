/** Images with links where the runtime mounts something: nothing outside of the container is ever touched. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busybox, Workbench } from '../support/cli.ts';

/** What goes wrong here goes wrong in a mount namespace of the test's own. */
const PRIVATE = { wrapper: ['unshare', '--mount', '--propagation', 'private'] };

const TOOLS = ['sh', 'cat', 'ls', 'ln', 'mkdir', 'pwd', 'touch', 'rm', 'test', 'echo', 'stat'];

describe('an image with links where something is mounted', () => {
  const bench = new Workbench();
  const canary = join(bench.directory, 'canary');
  const other = join(bench.directory, 'other');
  let projects = 0;

  beforeAll(() => {
    for (const directory of [canary, join(canary, 'shm'), join(canary, 'app'), other]) {
      mkdirSync(directory);
    }
    for (const name of ['ptmx', 'fd', 'hosts', 'null', 'app/file']) {
      writeFileSync(join(canary, name), 'untouched');
    }
    writeFileSync(join(other, 'shared'), 'shared\n');
  });
  afterAll(() => bench[Symbol.dispose]());

  function expectUntouched(): void {
    const names = ['app', 'app/file', 'fd', 'hosts', 'null', 'ptmx', 'shm'];
    expect(readdirSync(canary, { recursive: true }).sort()).toEqual(names);
    for (const name of ['ptmx', 'fd', 'hosts', 'null', 'app/file']) {
      expect(readFileSync(join(canary, name), 'utf8')).toBe('untouched');
    }
    expect(readdirSync(other)).toEqual(['shared']);
  }

  /** A context with a shell and links. */
  function project(links: Readonly<Record<string, string>>, steps: readonly string[]): string {
    const directory = bench.project(
      { Dockerfile: ['FROM scratch', 'COPY root /', ...steps].join('\n') },
      `project-${++projects}`,
    );
    mkdirSync(join(directory, 'root/bin'), { recursive: true });
    copyFileSync(busybox(), join(directory, 'root/bin/busybox'));
    for (const name of TOOLS) symlinkSync('busybox', join(directory, 'root/bin', name));
    for (const [path, target] of Object.entries(links)) {
      mkdirSync(join(directory, 'root', path, '..'), { recursive: true });
      symlinkSync(target, join(directory, 'root', path));
    }
    return directory;
  }

  /** Builds, and runs the result. */
  async function buildAndRun(
    directory: string,
    { flags = [], command }: { readonly flags?: readonly string[]; readonly command: string },
  ): Promise<{ readonly log: string; readonly stdout: string }> {
    const { stderr } = await bench.succeed(
      ['build', '--progress=plain', '--no-cache', '-t', 'hostile', directory],
      PRIVATE,
    );
    const { stdout } = await bench.succeed(
      ['run', '--rm', ...flags, 'hostile', 'sh', '-c', command],
      PRIVATE,
    );
    return { log: stderr, stdout };
  }

  it.each(['dev', 'proc', 'sys'])('gets its own /%s instead of the link', async (name) => {
    const inside = 'test -c /dev/null && test -e /proc/1/status && test -d /sys/kernel && echo ok';
    const directory = project({ [name]: canary }, [`RUN ${inside}`]);
    const { log, stdout } = await buildAndRun(directory, { command: inside });
    expect(log).toMatch(/ ok$/m);
    expect(stdout).toBe('ok\n');
    expectUntouched();
    const out = join(bench.directory, `out-${projects}`);
    await bench.succeed(['build', '-o', out, directory]);
    expect(readlinkSync(join(out, name))).toBe(canary);
    expect(readdirSync(out).sort()).toEqual(['bin', name].sort());
  });

  it('covers a link with a way of several links, and a file', async () => {
    const links = { dev: 'one', one: 'two/../two', two: canary };
    const directory = project(links, ['RUN test -c /dev/null && echo ok']);
    writeFileSync(join(directory, 'root/proc'), '');
    const { stdout } = await buildAndRun(directory, { command: 'echo /proc/1/stat*' });
    expect(stdout).toContain('/proc/1/status');
    expectUntouched();
  });

  it('has /etc, /dev/shm and mounts of all kinds inside of itself', async () => {
    const step = [
      'RUN --mount=type=cache,target=/link/cache --mount=type=tmpfs,target=/link/app',
      '--mount=type=secret,id=s,target=/link/hosts --mount=target=/link/shm',
      'touch /link/cache/x /link/app/x && test -s /link/hosts && cat /etc/hosts && pwd',
    ].join(' ');
    const links = { etc: canary, link: join(canary, 'app') };
    const directory = project(links, ['WORKDIR /link/work', step]);
    const flags = ['-v', `${other}:/link/deep/v`, '-w', '/link/deeper/w'];
    const { stderr } = await bench.succeed(
      [
        ...['build', '--progress=plain', '--no-cache', '-t', 'hostile'],
        ...['--secret', `id=s,src=${join(other, 'shared')}`, directory],
      ],
      PRIVATE,
    );
    expect(stderr).toContain('localhost');
    expect(stderr).toContain(`${canary}/app/work`);
    const command = 'cat /link/deep/v/shared; pwd; touch /link/deeper/w/made';
    const { stdout } = await bench.succeed(
      ['run', '--rm', ...flags, 'hostile', 'sh', '-c', command],
      PRIVATE,
    );
    expect(stdout).toBe(`shared\n${canary}/app/deeper/w\n`);
    expectUntouched();
  });

  it('may have got the links from an earlier RUN', async () => {
    const directory = project({}, [
      `RUN ln -s ${canary} /cache && mkdir /data && ln -s ${canary}/app /data/app`,
      'RUN --mount=type=cache,id=linked,target=/cache/app touch /cache/app/made',
      'WORKDIR /data/app/below',
      'RUN touch here && ls /',
    ]);
    const { stdout } = await buildAndRun(directory, {
      flags: ['-v', `${other}:/data/app/v`, '-w', '/cache/w'],
      command: 'pwd; cat /data/app/v/shared; touch made',
    });
    expect(stdout).toBe(`${canary}/w\nshared\n`);
    expectUntouched();
  });

  it('meets no link in another mount', async () => {
    const directory = project({}, [
      `RUN --mount=type=cache,id=trap,target=/c rm -f /c/l && ln -s ${canary} /c/l`,
      'RUN --mount=type=cache,id=trap,target=/c --mount=type=tmpfs,target=/c/l/deep touch /c/l/deep/x',
    ]);
    const { status, stderr } = await bench.lamina(['build', '--no-cache', directory], PRIVATE);
    expect(status).toBe(1);
    expect(stderr).toContain("cannot mount at '/c/l/deep': '/c/l' is a symbolic link");
    expect(stderr).toContain('RUNTIME_MOUNT_TARGET');
    expectUntouched();
  });

  it.each([
    ['cache', '/dev', "cannot mount at '/dev': every container has its own /dev"],
    ['cache', '/d', "cannot mount at '/d', which links to '/dev'"],
    ['tmpfs', '/proc', 'every container has its own /proc'],
    ['tmpfs', '/sys/', 'every container has its own /sys'],
    ['cache', '/dev/pts', 'every container has its own /dev/pts'],
    ['cache', '/proc/self/fd', 'the kernel provides the files in /proc'],
  ])('has no %s mount at %s', async (type, target, message) => {
    const directory = project({ d: 'dev' }, [
      `RUN --mount=type=${type},target=${target} echo not reached`,
    ]);
    const built = await bench.lamina(['build', '--no-cache', directory], PRIVATE);
    expect(built.status).toBe(1);
    expect(built.stderr).toContain(message);
    expect(built.stderr).toContain('RUNTIME_MOUNT_TARGET');
    await bench.succeed(['build', '-t', 'base', project({ d: 'dev' }, [])]);
    const ran = await bench.lamina(['run', '-v', `${other}:${target}`, 'base', 'ls'], PRIVATE);
    expect(ran.status).toBe(125);
    expect(ran.stderr).toContain('RUNTIME_MOUNT_TARGET');
    expectUntouched();
  });

  it.each(['/proc/self/fd/7', '/proc/1/cwd/x', '/l/6'])('does not start in %s', async (cwd) => {
    const directory = project({ l: '/proc/self/fd' }, []);
    await bench.succeed(['build', '-t', 'base', directory]);
    const { status, stderr } = await bench.lamina(['run', '-w', cwd, 'base', 'pwd'], PRIVATE);
    expect(status).toBe(125);
    expect(stderr).toContain('RUNTIME_WORKDIR');
  });
});

describe('an ordinary image with links', () => {
  const bench = new Workbench();
  afterAll(() => bench[Symbol.dispose]());

  it('works as ever: merged directories, /var/run, a link for resolv.conf', async () => {
    const directory = bench.project({
      Dockerfile: [
        'FROM scratch',
        'COPY root /',
        'RUN cat /etc/resolv.conf >/dev/null && touch /var/run/made && ls /run /lib',
        'RUN --mount=type=tmpfs,target=/var/run/lock --mount=type=cache,target=/lib/cache touch /run/lock/x',
      ].join('\n'),
    });
    const root = join(directory, 'root');
    for (const path of ['usr/bin', 'usr/lib', 'etc', 'var', 'run']) {
      mkdirSync(join(root, path), { recursive: true });
    }
    copyFileSync(busybox(), join(root, 'usr/bin/busybox'));
    for (const name of TOOLS) symlinkSync('busybox', join(root, 'usr/bin', name));
    const links = { bin: 'usr/bin', lib: 'usr/lib', 'var/run': '/run' };
    for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
    symlinkSync('../run/systemd/resolve/stub-resolv.conf', join(root, 'etc/resolv.conf'));
    const out = join(bench.directory, 'out');
    await bench.succeed(['build', '--progress=plain', '-o', out, directory]);
    expect(existsSync(join(out, 'run/made'))).toBe(true);
    expect(readdirSync(join(out, 'run'))).toEqual(['made']);
    expect(readdirSync(join(out, 'usr/lib'))).toEqual([]);
    expect(readlinkSync(join(out, 'etc/resolv.conf'))).toContain('stub-resolv.conf');
  });
});
