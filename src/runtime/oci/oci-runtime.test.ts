import { afterAll, beforeAll, expect, test } from 'vitest';
import { runtimeSuite } from '../../../test/runtime-suite/index.ts';
import { buildRunner, Workshop } from '../../../test/support/workshop.ts';
import { openRuntime } from '../open-runtime.ts';

let workshop: Workshop;
beforeAll(() => {
  buildRunner();
  workshop = new Workshop();
});
afterAll(() => workshop[Symbol.asyncDispose]());

runtimeSuite('oci', openRuntime);

test('a root filesystem with too many layers', async () => {
  const lowers = Array.from({ length: 401 }, () => ({ kind: 'directory', path: '/x' }) as const);
  await expect(workshop.run({ lowers })).rejects.toMatchObject({
    code: 'RUNTIME_TOO_MANY_LAYERS',
  });
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

test('a process has lost all that its start needed', async () => {
  const script =
    'grep -E "Groups|Cap(Eff|Bnd)|Seccomp_filters" /proc/self/status; ls /proc/$$/fd; :';
  const { stdout } = await workshop.shell(script, { user: '1000:1001' });
  expect(stdout.split('\n').map((line) => line.trim())).toEqual([
    'Groups:\t1001',
    'CapEff:\t0000000000000000',
    'CapBnd:\t00000000a80425fb',
    'Seccomp_filters:\t1',
    ...['0', '1', '2', ''],
  ]);
});
