import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildRunner, Workshop } from '../../../test/support/sandbox.ts';

let workshop: Workshop;
beforeAll(() => {
  buildRunner();
  workshop = new Workshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

describe('output and status', () => {
  test('both streams and the exit status come back', async () => {
    const ran = await workshop.shell('echo out; echo err >&2; exit 7');
    expect(ran).toMatchObject({ exitCode: 7, stdout: 'out\n', stderr: 'err\n', oomKilled: false });
    expect(ran.signal).toBeUndefined();
  });

  test('a process ended by a signal has its name', async () => {
    // The first process of a container does not die of signals it sends itself.
    const ran = await workshop.shell("sh -c 'kill -KILL $$'; exit $?");
    expect(ran).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
  });

  test('large output arrives whole and in order, with both streams at once', async () => {
    const size = 5_000_000;
    const script = `(head -c ${size} /dev/zero | tr '\\0' 'e') >&2 & head -c ${size} /dev/zero | tr '\\0' 'o'; echo end; wait`;
    const ran = await workshop.shell(script);
    expect(ran.stderr.length).toBe(size);
    expect(ran.stderr).toBe('e'.repeat(size));
    expect(ran.stdout).toBe(`${'o'.repeat(size)}end\n`);
  });

  test('bytes are not changed', async () => {
    const chunks: Buffer[] = [];
    const onOutput = (_: string, bytes: Buffer) => chunks.push(bytes);
    await workshop.shell("echo -en '\\xff\\x00\\xc3\\n'", {}, { onOutput });
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([0xff, 0, 0xc3, 0x0a]));
  });

  test('output can be written through /dev/stdout and /dev/stderr by any user', async () => {
    const script = 'echo a > /dev/stdout; echo b > /dev/stderr';
    const ran = await workshop.shell(script, { user: '1000:1000' });
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'a\n', stderr: 'b\n' });
  });

  test('processes left behind end with the first one', async () => {
    const ran = await workshop.shell('sleep 1000 & echo started');
    expect(ran).toMatchObject({ exitCode: 0, stdout: 'started\n' });
  });

  test('standard input is empty', async () => {
    expect(await workshop.shell('cat')).toMatchObject({ exitCode: 0, stdout: '' });
  });

  test('several processes run at once', async () => {
    // Each waits for the other: through a directory they share.
    const shared = workshop.makeDirectory();
    const mounts = [{ kind: 'bind', source: shared, target: '/meet', readonly: false }] as const;
    const meet = (own: string, other: string) =>
      workshop.shell(`touch /meet/${own}; while [ ! -e /meet/${other} ]; do sleep 0.01; done`, {
        mounts,
      });
    const both = await Promise.all([meet('a', 'b'), meet('b', 'a')]);
    expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  });
});

describe('what cannot be started', () => {
  test('a program that is not there', async () => {
    await expect(workshop.run({ args: ['/bin/nope'] })).rejects.toMatchObject({
      code: 'RUNTIME_NOT_FOUND',
      message: "'/bin/nope' was not found in the image",
    });
    await expect(workshop.run({ args: ['nope'] })).rejects.toMatchObject({
      code: 'RUNTIME_NOT_FOUND',
    });
  });

  test('a shell that is not there, with what to do', async () => {
    const upper = workshop.makeDirectory();
    const ran = workshop.run({ lowers: [], root: upper, upper, args: ['/bin/sh', '-c', 'true'] });
    await expect(ran).rejects.toMatchObject({
      code: 'RUNTIME_NOT_FOUND',
      hint: expect.stringContaining('no shell'),
    });
  });

  test('a file that is not executable', async () => {
    const ran = workshop.run({
      args: ['/x'],
      mounts: [{ kind: 'file', target: '/x', content: '', mode: 0o644, uid: 0, gid: 0 }],
    });
    await expect(ran).rejects.toMatchObject({ code: 'RUNTIME_NOT_EXECUTABLE' });
  });

  test('the words of the runtime are not output of the process', async () => {
    const written: string[] = [];
    const onOutput = (_: string, bytes: Buffer) => written.push(bytes.toString());
    await expect(workshop.run({ args: ['/bin/nope'] }, { onOutput })).rejects.toThrow();
    expect(written.join('')).toBe('');
  });

  test('a root filesystem with too many layers', async () => {
    const lowers = Array.from({ length: 401 }, () => ({ kind: 'directory', path: '/x' }) as const);
    await expect(workshop.run({ lowers })).rejects.toMatchObject({
      code: 'RUNTIME_TOO_MANY_LAYERS',
    });
  });

  test('a layer that is not there', async () => {
    const lowers = [{ kind: 'directory', path: `${workshop.directory}/nope` }] as const;
    await expect(workshop.run({ lowers })).rejects.toMatchObject({ code: 'RUNTIME_MOUNT_FAILED' });
  });
});

describe('user and surroundings', () => {
  test('a step is root without supplementary groups unless the image says otherwise', async () => {
    expect((await workshop.shell('id -u; id -g; id -G')).stdout).toBe('0\n0\n0\n');
  });

  test('a user by number', async () => {
    const ran = await workshop.shell('id -u; id -G; echo $HOME', { user: '1000:50' });
    expect(ran.stdout).toBe('1000\n50\n/\n');
  });

  test('environment, host name, working directory and umask', async () => {
    const script = 'env | sort; hostname; pwd; umask; echo $$';
    const ran = await workshop.shell(script, { env: ['PATH=/bin', 'A=b c'], cwd: '/bin' });
    expect(ran.stdout).toBe(
      'A=b c\nHOME=/\nPATH=/bin\nPWD=/bin\nSHLVL=1\nbuildkitsandbox\n/bin\n0022\n1\n',
    );
  });

  test('the default capabilities, and no more', async () => {
    const ran = await workshop.shell('grep -E "Cap(Inh|Prm|Eff|Bnd|Amb)" /proc/self/status');
    const masks = [...ran.stdout.matchAll(/^Cap(\w+):\s+(\w+)$/gm)].map(([, name, mask]) => [
      name,
      mask,
    ]);
    expect(Object.fromEntries(masks)).toEqual({
      Inh: '0000000000000000',
      Prm: '00000000a80425fb',
      Eff: '00000000a80425fb',
      Bnd: '00000000a80425fb',
      Amb: '0000000000000000',
    });
  });

  test('an insecure step has more', async () => {
    const script = 'mkdir /m && mount -t tmpfs none /m && touch /m/x && ls /m';
    const upper = workshop.makeDirectory();
    expect((await workshop.shell(script, { upper })).exitCode).not.toBe(0);
    const insecure = { upper: workshop.makeDirectory(), security: 'insecure' } as const;
    expect(await workshop.shell(script, insecure)).toMatchObject({ exitCode: 0, stdout: 'x\n' });
  });

  test('user namespaces are refused by a system call filter', async () => {
    expect((await workshop.shell('unshare -U true')).exitCode).not.toBe(0);
    expect((await workshop.shell('grep Seccomp: /proc/self/status')).stdout).toMatch(/\t2\n/);
  });

  test('devices of the machine cannot be reached', async () => {
    const upper = workshop.makeDirectory();
    const ran = await workshop.shell('mknod /d b 7 0 && head -c 1 /d', { upper });
    expect(ran.exitCode).not.toBe(0);
    expect(ran.stderr).toContain('not permitted');
  });

  test('kernel settings can be read and not written', async () => {
    expect((await workshop.shell('echo x > /proc/sys/kernel/hostname')).exitCode).not.toBe(0);
    expect((await workshop.shell('touch /sys/x')).exitCode).not.toBe(0);
    expect(
      (await workshop.shell('cat /proc/kcore; ls /proc/acpi /sys/firmware')).stdout,
    ).not.toMatch(/\w{9}/);
  });

  test('the usual mounts, and /run is none of them', async () => {
    const ran = await workshop.shell("mount | grep -v overlay | sed 's/ (.*//' || mount");
    const targets = [...ran.stdout.matchAll(/ on (\S+) type/g)].map(([, target]) => target);
    expect(targets).toEqual(
      expect.arrayContaining([
        '/proc',
        '/dev',
        '/dev/pts',
        '/dev/shm',
        '/dev/mqueue',
        '/sys',
        '/sys/fs/cgroup',
        '/etc/hosts',
        '/etc/resolv.conf',
      ]),
    );
    expect(targets).not.toContain('/run');
  });

  test('size of /dev/shm, limits', async () => {
    const ran = await workshop.shell('mount | grep /dev/shm; ulimit -n', {
      shmSize: 1024 * 1024,
      ulimits: [{ name: 'nofile', soft: 123, hard: 456 }],
    });
    expect(ran.stdout).toMatch(/size=1024k/);
    expect(ran.stdout).toMatch(/^123$/m);
  });

  test('without network there is only the loopback', async () => {
    const ran = await workshop.shell('ls /sys/class/net; ip link show lo', { network: 'none' });
    expect(ran.stdout).toMatch(/^lo\n/);
    expect(ran.stdout).toMatch(/LOOPBACK,UP/);
    expect(ran.stdout).not.toMatch(/eth/);
  });
});

describe('generated files', () => {
  test('hosts names this machine and what was added', async () => {
    const extraHosts = [{ name: 'db', address: '10.0.0.7' }];
    const ran = await workshop.shell('cat /etc/hosts', { hostname: 'box', extraHosts });
    expect(ran.stdout).toBe(
      '127.0.0.1\tlocalhost box\n::1\tlocalhost ip6-localhost ip6-loopback\n10.0.0.7\tdb\n',
    );
  });

  test('name servers are those of the machine', async () => {
    const ran = await workshop.shell('cat /etc/resolv.conf');
    expect(ran.stdout).toBe(readFileSync('/etc/resolv.conf', 'utf8'));
  });

  test('a build step cannot write them, a container can', async () => {
    const upper = workshop.makeDirectory();
    expect((await workshop.shell('echo x >> /etc/hosts', { upper })).exitCode).not.toBe(0);
    const container = { upper: workshop.makeDirectory(), container: true, hostname: 'box' };
    const ran = await workshop.shell(
      'echo 1.2.3.4 x >> /etc/hosts; tail -n 1 /etc/hosts; cat /etc/hostname',
      container,
    );
    expect(ran.stdout).toBe('1.2.3.4 x\nbox\n');
    expect(readdirSync(container.upper)).toEqual([]);
  });
});

test('a closed sandbox leaves its state directory empty', async () => {
  const directory = workshop.makeDirectory();
  const other = new Workshop();
  await other.run({});
  await other[Symbol.asyncDispose]();
  expect(existsSync(other.directory)).toBe(false);
  expect(readdirSync(directory)).toEqual([]);
});
