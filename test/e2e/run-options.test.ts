/** Flags of `lamina run` that change what the process gets: volumes, mounts, rights, limits, a terminal. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';

describe('lamina run', () => {
  const bench = new Workbench();
  const host = join(bench.directory, 'host');

  beforeAll(async () => {
    await makeBusyboxImage(bench);
    mkdirSync(host);
    writeFileSync(join(host, 'file'), 'of the host\n');
    const directory = bench.project({
      Dockerfile: [
        'FROM busybox',
        'RUN mkdir -p /data/in && echo seeded > /data/in/file && chown 7:8 /data && chmod 751 /data',
        'RUN ln -s /data /link && ln -s in/file /data/l',
        'VOLUME /link /fresh',
      ].join('\n'),
    });
    await bench.succeed(['build', '-t', 'volumes', directory]);
  });
  afterAll(() => bench[Symbol.dispose]());

  const run = (args: readonly string[], script: string, image = 'busybox') =>
    bench.lamina(['run', '--rm', ...args, image, 'sh', '-c', script]);

  describe('volumes of the image', () => {
    it('begin with what the image has there, and can be written to', async () => {
      const script =
        'cat /data/l; stat -c "%u:%g %a" /data /fresh; echo 1 > /data/new; echo 2 > /fresh/new; ls /data /fresh; grep -c -e " /data " -e " /fresh " /proc/mounts';
      const { stdout, status } = await run(['--read-only'], script, 'volumes');
      const files = '/data:\nin\nl\nnew\n\n/fresh:\nnew\n2\n';
      expect({ stdout, status }).toEqual({
        stdout: `seeded\n7:8 751\n0:0 755\n${files}`,
        status: 0,
      });
    });

    it('are gone with the container', async () => {
      await run([], 'touch /data/new /fresh/new', 'volumes');
      expect((await run([], 'ls /data /fresh', 'volumes')).stdout).toBe(
        '/data:\nin\nl\n\n/fresh:\n',
      );
      expect(readdirSync(join(bench.store, 'tmp'))).toEqual([]);
    });

    it('leave the rest read-only', async () => {
      const { stderr, status } = await run(['--read-only'], 'touch /x', 'volumes');
      expect(status).not.toBe(0);
      expect(stderr).toContain('Read-only file system');
    });

    it('give way to what is mounted at their path', async () => {
      const mounted = await run(['-v', `${host}:/fresh/`], 'cat /fresh/file', 'volumes');
      expect(mounted.stdout).toBe('of the host\n');
      const linked = await run(['-v', `${host}:/data`], 'cat /data/file', 'volumes');
      expect(linked.stdout).toBe('of the host\n');
    });

    it('are asked for by -v and --mount too', async () => {
      const flags = ['-v', '/etc', '--mount', 'type=volume,target=/new', '--read-only'];
      const { stdout } = await run(flags, 'touch /etc/x /new/y; ls /etc/passwd /etc/x /new');
      expect(stdout).toBe('/etc/passwd\n/etc/x\n\n/new:\ny\n');
    });
  });

  describe('mounts', () => {
    it.each(['oci', 'builtin'])(
      'binds what is mounted below, to read only when asked, with %s',
      async (isolation) => {
        mkdirSync(join(host, 'below'), { recursive: true });
        const mount = `mount -t tmpfs none ${host}/below; exec "$@"`;
        const wrapper = ['unshare', '--mount', '--propagation=private', 'sh', '-ec', mount, 'sh'];
        const args = ['run', '--rm', `--isolation=${isolation}`, 'busybox', 'sh', '-c'];
        const script = 'mountpoint -q /h/below; touch /h/below/new; ls /h/below';
        const under = (flag: string) =>
          bench.lamina([...args.toSpliced(3, 0, '-v', flag), script], { wrapper });
        const reading = await under(`${host}:/h:ro`);
        expect(reading.stdout).toBe('');
        expect(reading.stderr).toContain('/h/below/new: Read-only file system');
        expect((await under(`${host}:/h`)).stdout).toBe('new\n');
      },
    );

    it('binds by --mount, to read only when asked', async () => {
      const flag = `type=bind,source=${host},target=/h`;
      const reading = await run(['--mount', `${flag},readonly`], 'cat /h/file; touch /h/new');
      expect(reading).toMatchObject({ stdout: 'of the host\n', status: 1 });
      await run(['--mount', flag], 'touch /h/new');
      expect(existsSync(join(host, 'new'))).toBe(true);
    });

    it('puts memory at a path', async () => {
      const mounts = ['type=tmpfs,dst=/b', 'type=tmpfs,dst=/c,readonly'];
      const flags = [
        '--tmpfs',
        '/a:size=1m,mode=700',
        ...mounts.flatMap((one) => ['--mount', one]),
      ];
      const script = 'stat -c %a /a /b; grep " /[abc] " /proc/mounts; df /a | tail -n 1';
      const { stdout } = await run(flags, script);
      expect(stdout).toMatch(/^700\n1777\n/);
      expect(stdout.match(/r[wo],nosuid,nodev,noexec/g)).toHaveLength(3);
      expect(stdout).toMatch(/tmpfs +1024 /);
    });

    it.each(['/', '/proc', '/dev', '/sys'])('refuses %s in its own words', async (target) => {
      const { status, stderr } = await run(['-v', `${host}:${target}`], 'true');
      expect(status).toBe(125);
      expect(stderr).toContain(`cannot mount at '${target}'`);
      expect(stderr).not.toContain('runc');
    });
  });

  describe('rights', () => {
    it('adds and drops capabilities', async () => {
      const script = 'grep CapEff /proc/self/status';
      const flags = ['--cap-drop', 'all', '--cap-add', 'NET_ADMIN,cap_chown'];
      expect((await run(flags, script)).stdout).toMatch(/0000000000001001\n$/);
      const unknown = await run(['--cap-add', 'NET_ADMN'], script);
      expect(unknown).toMatchObject({ status: 125 });
      expect(unknown.stderr).toContain('did you mean NET_ADMIN?');
    });

    it('allows mounts with SYS_ADMIN, and with --privileged', async () => {
      const script = 'mount -t tmpfs x /tmp && echo mounted';
      expect((await run([], script)).status).not.toBe(0);
      expect((await run(['--cap-add', 'SYS_ADMIN'], script)).stdout).toBe('mounted\n');
      expect((await run(['--privileged'], script)).stdout).toBe('mounted\n');
    });

    it('adds groups by name and number', async () => {
      const { stdout } = await run(['-u', 'app', '--group-add', '77'], 'id -G');
      expect(stdout).toBe('0 50 77\n');
      const unknown = await run(['--group-add', 'nobodies'], 'id');
      expect(unknown).toMatchObject({ status: 125 });
      expect(unknown.stderr).toContain('GROUP_UNKNOWN');
    });

    it('gives a device, which may be used as asked', async () => {
      const script = 'stat -c "%t %T" /dev/mine; : < /dev/mine && echo opened; : > /dev/mine';
      const { stdout, stderr } = await run(['--device', '/dev/fuse:/dev/mine:r'], script);
      expect(stdout).toBe('a e5\nopened\n');
      expect(stderr).toContain('Operation not permitted');
      const missing = await run(['--device', '/dev/nope'], 'true');
      expect(missing.stderr).toContain("this machine has no device '/dev/nope'");
      const covered = await run(['--device', '/dev/zero:/dev/null'], 'true');
      expect(covered.stderr).toContain('every container has its own /dev/null');
    });
  });

  describe('limits', () => {
    it('kills what takes more memory', async () => {
      expect((await run(['--memory', '40m'], 'tail /dev/zero')).status).toBe(137);
    });

    it('limits processes, their files and /dev/shm', async () => {
      const flags = ['--pids-limit', '20', '--ulimit', 'nofile=100:200', '--shm-size', '1m'];
      const script =
        'ulimit -n; ulimit -Hn; df /dev/shm | tail -n 1; cat /sys/fs/cgroup/pids*/pids.max';
      const { stdout } = await run(flags, script);
      expect(stdout).toMatch(/^100\n200\ntmpfs +1024 /);
    });

    it('chooses CPUs, and says when there are not so many', async () => {
      const { stdout } = await run(
        ['--cpuset-cpus', '0', '--cpus', '0.5'],
        'grep Cpus_allowed_list /proc/self/status',
      );
      expect(stdout).toBe('Cpus_allowed_list:\t0\n');
      const { status, stderr } = await run(['--cpuset-cpus', '4000'], 'true');
      expect(status).toBe(125);
      expect(stderr).toContain('RUNTIME_LIMITS');
    });

    it('limits the steps of a build, and is no part of their keys', async () => {
      const directory = bench.project(
        { Dockerfile: 'FROM busybox\nRUN grep Cpus_allowed_list /proc/self/status' },
        'limited',
      );
      const build = ['build', '--progress=plain', directory];
      const limited = await bench.succeed([...build, '--cpuset-cpus', '0', '-m', '100m']);
      expect(limited.stderr).toMatch(/Cpus_allowed_list:\t0$/m);
      expect((await bench.succeed(build)).stderr).toContain('CACHED');
      const greedy = bench.project({ Dockerfile: 'FROM busybox\nRUN tail /dev/zero' }, 'greedy');
      const { status, stderr } = await bench.lamina(['build', '-m', '40m', greedy]);
      expect(status).toBe(1);
      expect(stderr).toContain('the kernel killed the process because it ran out of memory');
    });
  });

  describe('the process', () => {
    it('has a terminal with -t, also where standard output is none', async () => {
      const { stdout, status } = await bench.lamina([
        ...['run', '--rm', '-t', 'busybox', 'sh', '-c', 'tty; stty size; exit 3'],
      ]);
      expect({ stdout, status }).toEqual({ stdout: '/dev/pts/0\r\n24 80\r\n', status: 3 });
    });

    it('is started by an init with --init', async () => {
      const { stdout } = await run(['--init'], 'echo $$; cat /proc/1/cmdline');
      expect(stdout).not.toMatch(/^1\n/);
      expect(stdout).toContain('lamina-init');
    });

    it('has its id in a new file with --cidfile', async () => {
      const file = join(bench.directory, 'cid');
      const { stdout } = await run(['--cidfile', file], 'hostname');
      const id = readFileSync(file, 'utf8');
      expect(id).toMatch(/^[0-9a-f]{64}$/);
      expect(stdout).toBe(`${id.slice(0, 12)}\n`);
      const again = await run(['--cidfile', file], 'echo ran');
      expect(again).toMatchObject({ status: 125, stdout: '' });
      expect(statSync(file).size).toBe(64);
    });

    it.each(['a"b', 'a\\b', 'a\nb'])('is not found by the name %j', async (name) => {
      const { status, stderr } = await bench.lamina(['run', '--rm', 'busybox', name]);
      expect(status).toBe(127);
      expect(stderr).toContain('RUNTIME_NOT_FOUND');
    });

    it.each([
      [['-h', 'x'.repeat(65)], 'invalid host name'],
      [['-w', '/etc/passwd'], "cannot start in '/etc/passwd'"],
    ])('does not start with %j, which is said in our words', async (flags, message) => {
      const { status, stderr } = await run(flags, 'true');
      expect(status).toBe(125);
      expect(stderr).toContain(message);
      expect(stderr).not.toContain('runc');
    });

    it('starts in a directory that a read-only image lacks', async () => {
      expect((await run(['--read-only', '-w', '/x/y'], 'pwd')).stdout).toBe('/x/y\n');
    });

    it.each(['127.0.0.1:80:80', '8080:80'])('publishes no port as %s', async (port) => {
      const { status, stderr } = await run(['-p', port], 'true');
      expect(status).toBe(125);
      expect(stderr).toContain(port);
    });
  });
});
