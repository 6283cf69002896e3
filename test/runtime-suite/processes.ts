/** How a process is started, what surrounds it, and what comes back of it. */
import { readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Bench } from './bench.ts';

export function processCases(bench: Bench): void {
  describe('output and status', () => {
    test('both streams and the exit status come back', async () => {
      const ran = await bench.workshop.shell('echo out; echo err >&2; exit 7');
      expect(ran).toMatchObject({
        exitCode: 7,
        stdout: 'out\n',
        stderr: 'err\n',
        oomKilled: false,
      });
      expect(ran.signal).toBeUndefined();
    });

    test('a process ended by a signal has its name', async () => {
      // The first process of a container does not die of signals it sends itself.
      const ran = await bench.workshop.shell("sh -c 'kill -KILL $$'; exit $?");
      expect(ran).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
    });

    test('large output arrives whole and in order, with both streams at once', async () => {
      const size = 5_000_000;
      const script = `(head -c ${size} /dev/zero | tr '\\0' 'e') >&2 & head -c ${size} /dev/zero | tr '\\0' 'o'; echo end; wait`;
      const ran = await bench.workshop.shell(script);
      expect(ran.stderr.length).toBe(size);
      expect(ran.stderr).toBe('e'.repeat(size));
      expect(ran.stdout).toBe(`${'o'.repeat(size)}end\n`);
    });

    test('bytes are not changed', async () => {
      const chunks: Buffer[] = [];
      const onOutput = (_: string, bytes: Buffer) => chunks.push(bytes);
      await bench.workshop.shell("echo -en '\\xff\\x00\\xc3\\n'", {}, { onOutput });
      expect(Buffer.concat(chunks)).toEqual(Buffer.from([0xff, 0, 0xc3, 0x0a]));
    });

    test('output can be written through /dev/stdout and /dev/stderr by any user', async () => {
      const script = 'echo a > /dev/stdout; echo b > /dev/stderr';
      const ran = await bench.workshop.shell(script, { user: '1000:1000' });
      expect(ran).toMatchObject({ exitCode: 0, stdout: 'a\n', stderr: 'b\n' });
    });

    test('processes left behind end with the first one', async () => {
      const ran = await bench.workshop.shell('sleep 1000 & echo started');
      expect(ran).toMatchObject({ exitCode: 0, stdout: 'started\n' });
    });

    test('standard input is empty', async () => {
      expect(await bench.workshop.shell('cat')).toMatchObject({ exitCode: 0, stdout: '' });
    });

    if (bench.capabilities.namespaces)
      test('several processes run at once', async () => {
        // Each waits for the other: through a directory they share.
        const shared = bench.workshop.makeDirectory();
        const mounts = [
          { kind: 'bind', source: shared, target: '/meet', readonly: false },
        ] as const;
        const meet = (own: string, other: string) =>
          bench.workshop.shell(
            `touch /meet/${own}; while [ ! -e /meet/${other} ]; do sleep 0.01; done`,
            {
              mounts,
            },
          );
        const both = await Promise.all([meet('a', 'b'), meet('b', 'a')]);
        expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
      });

    test('many processes at once get each its own output, status and layer', async () => {
      const all = Array.from({ length: 16 }, async (_, number) => {
        const upper = bench.workshop.makeDirectory();
        const ran = await bench.workshop.shell(`echo ${number} | tee /own; exit ${number}`, {
          upper,
        });
        return { ...ran, own: readFileSync(`${upper}/own`, 'utf8') };
      });
      for (const [number, ran] of (await Promise.all(all)).entries()) {
        const line = `${number}\n`;
        expect(ran).toMatchObject({ exitCode: number, stdout: line, own: line });
      }
    });
  });

  describe('what cannot be started', () => {
    test('a program that is not there', async () => {
      await expect(bench.workshop.run({ args: ['/bin/nope'] })).rejects.toMatchObject({
        code: 'RUNTIME_NOT_FOUND',
        message: "'/bin/nope' was not found in the image",
      });
      await expect(bench.workshop.run({ args: ['nope'] })).rejects.toMatchObject({
        code: 'RUNTIME_NOT_FOUND',
      });
    });

    test('a shell that is not there, with what to do', async () => {
      const upper = bench.workshop.makeDirectory();
      const ran = bench.workshop.run({
        lowers: [],
        root: upper,
        upper,
        args: ['/bin/sh', '-c', 'true'],
      });
      await expect(ran).rejects.toMatchObject({
        code: 'RUNTIME_NOT_FOUND',
        hint: expect.stringContaining('no shell'),
      });
    });

    test('a file that is not executable', async () => {
      const ran = bench.workshop.run({
        args: ['/x'],
        mounts: [{ kind: 'file', target: '/x', content: '', mode: 0o644, uid: 0, gid: 0 }],
      });
      await expect(ran).rejects.toMatchObject({ code: 'RUNTIME_NOT_EXECUTABLE' });
    });

    test('the words of the runtime are not output of the process', async () => {
      const written: string[] = [];
      const onOutput = (_: string, bytes: Buffer) => written.push(bytes.toString());
      await expect(bench.workshop.run({ args: ['/bin/nope'] }, { onOutput })).rejects.toThrow();
      expect(written.join('')).toBe('');
    });

    test('a layer that is not there', async () => {
      const lowers = [{ kind: 'directory', path: `${bench.workshop.directory}/nope` }] as const;
      await expect(bench.workshop.run({ lowers })).rejects.toMatchObject({
        code: 'RUNTIME_MOUNT_FAILED',
      });
    });
  });

  describe('user and surroundings', () => {
    test('a step is root without supplementary groups unless the image says otherwise', async () => {
      expect((await bench.workshop.shell('id -u; id -g; id -G')).stdout).toBe('0\n0\n0\n');
    });

    test('a user by number', async () => {
      // With one id, every process is root.
      if (bench.capabilities.idMap === 'single') return;
      const ran = await bench.workshop.shell('id -u; id -G; echo $HOME', { user: '1000:50' });
      expect(ran.stdout).toBe('1000\n50\n/\n');
    });

    test('environment, host name, working directory and umask', async () => {
      const own = bench.capabilities.namespaces;
      const script = `env | sort; ${own ? 'hostname; ' : ''}pwd; umask${own ? '; echo $$' : ''}`;
      const ran = await bench.workshop.shell(script, { env: ['PATH=/bin', 'A=b c'], cwd: '/bin' });
      expect(ran.stdout).toBe(
        `A=b c\nHOME=/\nPATH=/bin\nPWD=/bin\nSHLVL=1\n${own ? 'buildkitsandbox\n' : ''}/bin\n0022\n${own ? '1\n' : ''}`,
      );
    });

    if (bench.capabilities.namespaces) {
      test('devices of the machine cannot be reached', async () => {
        const upper = bench.workshop.makeDirectory();
        const ran = await bench.workshop.shell('mknod /d b 7 0 && head -c 1 /d', { upper });
        expect(ran.exitCode).not.toBe(0);
        expect(ran.stderr).toMatch(/not permitted|denied/);
      });

      test('kernel settings can be read and not written', async () => {
        expect(
          (await bench.workshop.shell('echo x > /proc/sys/kernel/hostname')).exitCode,
        ).not.toBe(0);
        expect((await bench.workshop.shell('touch /sys/x')).exitCode).not.toBe(0);
        expect(
          (await bench.workshop.shell('cat /proc/kcore; ls /proc/acpi /sys/firmware')).stdout,
        ).not.toMatch(/\w{9}/);
      });

      test('the usual mounts, and /run is none of them', async () => {
        const ran = await bench.workshop.shell("mount | grep -v overlay | sed 's/ (.*//' || mount");
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
    }

    test('size of /dev/shm, limits', async () => {
      const ran = await bench.workshop.shell('mount | grep /dev/shm; ulimit -n', {
        shmSize: 1024 * 1024,
        ulimits: [{ name: 'nofile', soft: 123, hard: 456 }],
      });
      if (bench.capabilities.namespaces) expect(ran.stdout).toMatch(/size=1024k/);
      expect(ran.stdout).toMatch(/^123$/m);
    });

    test('a umask', async () => {
      const upper = bench.workshop.makeDirectory();
      const ran = await bench.workshop.shell('umask; touch /x', { upper, umask: 0o077 });
      expect(ran.stdout).toBe('0077\n');
      expect(statSync(`${upper}/x`).mode & 0o7777).toBe(0o600);
    });
  });
}
