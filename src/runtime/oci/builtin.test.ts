import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runtimeSuite } from '../../../test/runtime-suite/index.ts';
import { buildRunner, Workshop } from '../../../test/support/workshop.ts';
import { openRuntime } from '../open-runtime.ts';
import type { OpenRuntime } from '../process/index.ts';

const open: OpenRuntime = (options) => openRuntime({ ...options, isolation: 'builtin' });

let workshop: Workshop;
beforeAll(() => {
  buildRunner();
  workshop = new Workshop(open);
});
afterAll(() => workshop[Symbol.asyncDispose]());

runtimeSuite('builtin', open);

describe('a process that lamina starts itself', () => {
  test('has the default capabilities, and no more', async () => {
    const ran = await workshop.shell('grep -E "Cap(Inh|Prm|Eff|Bnd|Amb)" /proc/self/status');
    const all = '00000000a80425fb';
    const none = '0000000000000000';
    expect(ran.stdout.replaceAll('\t', '')).toBe(
      `CapInh:${none}\nCapPrm:${all}\nCapEff:${all}\nCapBnd:${all}\nCapAmb:${none}\n`,
    );
  });

  test('has none as another user', async () => {
    const ran = await workshop.shell('grep -E "Cap(Prm|Eff)" /proc/self/status', { user: '7:8' });
    expect(ran.stdout).toBe('CapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n');
  });

  test('cannot open devices by nodes of its own, wherever it makes them', async () => {
    const shared = workshop.makeDirectory();
    const mounts = [
      { kind: 'bind', source: shared, target: '/shared', readonly: false },
      { kind: 'tmpfs', target: '/memory' },
    ] as const;
    // A memory device of the machine: its /dev/null, which would do no harm.
    const make = 'for d in / /dev /dev/shm /shared /memory; do mknod $d/x c 1 3 && cat $d/x; done';
    const ran = await workshop.shell(make, { upper: workshop.makeDirectory(), mounts });
    expect(ran.stderr.split('\n').filter((line) => line.includes('denied'))).toHaveLength(5);
  });

  test('cannot leave its root', async () => {
    // The way out of a chroot: another one, from outside of which the first is no barrier.
    const script = `mkdir -p /a && chroot /a /bin/true; cd /; i=0
      while [ $i -lt 30 ]; do cd ..; i=$((i+1)); done; ls; ls /proc/1/root/`;
    const ran = await workshop.shell(script, { upper: workshop.makeDirectory() });
    expect(ran.stdout).toBe('a\nbin\ndev\netc\nproc\nsys\n'.repeat(2));
  });

  test('cannot make user namespaces or mounts: a filter refuses the calls', async () => {
    expect((await workshop.shell('unshare -U true')).exitCode).not.toBe(0);
    expect((await workshop.shell('grep Seccomp: /proc/self/status')).stdout).toMatch(/\t2\n/);
  });

  test('sees no process and no descriptor of the machine', async () => {
    const ran = await workshop.shell('ls /proc | grep -c "^[0-9]"; ls /proc/self/fd');
    expect(ran.stdout).toBe('3\n0\n1\n2\n3\n');
  });

  test('may do more when it is insecure', async () => {
    const script = 'mkdir /m && mount -t tmpfs none /m && touch /m/x && ls /m; ls /dev | wc -l';
    const insecure = { upper: workshop.makeDirectory(), security: 'insecure' } as const;
    const { stdout } = await workshop.shell(script, insecure);
    const [made, devices] = stdout.split('\n');
    expect(made).toBe('x');
    expect(Number(devices)).toBeGreaterThan(Math.min(20, readdirSync('/dev').length));
  });

  test('gets the devices that it asked for', async () => {
    const device = { type: 'c', path: '/dev/mine', major: 1, minor: 5, fileMode: 0o640 } as const;
    const devices = [{ ...device, uid: 3, gid: 4, access: 'rwm' }];
    const ran = await workshop.shell('stat -c "%a %u %g" /dev/mine; head -c 3 /dev/mine | wc -c', {
      devices,
    });
    expect(ran.stdout).toBe('640 3 4\n3\n');
  });

  test('is found in PATH, past what cannot be executed', async () => {
    const root = workshop.makeRoot();
    const env = ['PATH=/nowhere:/bin/sh:/etc:/bin'];
    expect(await workshop.run({ root, env, args: ['echo', 'found'] })).toMatchObject({
      stdout: 'found\n',
    });
    const missing = workshop.run({ root, env, args: ['nope'] });
    await expect(missing).rejects.toMatchObject({ code: 'RUNTIME_NOT_FOUND' });
  });

  test('is refused a limit above those of lamina', async () => {
    const ulimits = [{ name: 'nofile', soft: 2 ** 40, hard: 2 ** 40 }];
    await expect(workshop.run({ ulimits })).rejects.toMatchObject({ code: 'RUNTIME_LIMITS' });
  });
});
