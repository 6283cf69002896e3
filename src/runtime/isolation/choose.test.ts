import { describe, expect, test } from 'vitest';
import { chooseIsolation, defaultIsolation, isolationUnusable, noIsolation } from './choose.ts';
import type { MachineFacts } from './machine-facts.ts';

/** A user of a machine that has everything. */
const USER: MachineFacts = {
  system: 'linux',
  architecture: 'x64',
  kernel: '6.12.3',
  isRoot: false,
  isInUserNamespace: false,
  hasOneId: false,
  isOfCommand: false,
  capabilities: 0n,
  askedOciProgram: undefined,
  find: (program) => `/usr/bin/${program}`,
  crunLacksFilter: () => false,
  undelegatedControllers: () => ['memory', 'cpu', 'pids'],
  refusedNamespaces: () => undefined,
  refusedUserNamespaces: () => undefined,
  refusedTracing: () => undefined,
};
const ROOT: MachineFacts = { ...USER, isRoot: true, capabilities: 2n ** 41n - 1n };
const noRuntime = (program: string) =>
  program === 'runc' || program === 'crun' ? undefined : `/usr/bin/${program}`;

describe('auto', () => {
  test('takes the strongest that works', () => {
    expect(chooseIsolation('auto', ROOT)).toMatchObject({ isolation: 'oci', works: true });
    const without = chooseIsolation('auto', { ...ROOT, find: noRuntime });
    expect(without).toMatchObject({ isolation: 'builtin', works: true });
  });

  test('takes less in an ordinary container', () => {
    const container = { ...ROOT, capabilities: 0xa80425fbn };
    expect(chooseIsolation('auto', container)).toMatchObject({ isolation: 'chroot', works: true });
  });

  test('takes no other than the OCI runtime that LAMINA_RUNTIME names', () => {
    const facts = { ...ROOT, find: noRuntime, askedOciProgram: 'crun' };
    expect(chooseIsolation('auto', facts)).toMatchObject({ isolation: 'oci', works: false });
  });

  test('names what each lacks when none works', () => {
    const facts = { ...USER, find: () => undefined };
    expect(chooseIsolation('auto', facts)).toBeUndefined();
    const { message, hint } = noIsolation(facts);
    expect(message).toBe(
      'no process can be started in an image here (oci: it needs root; builtin: it needs root; userns: nsenter is not installed; chroot: it needs root; proot: proot is not installed)',
    );
    expect(hint).toBe(
      'run lamina with sudo (oci, builtin), or apt-get install util-linux (userns), or run lamina as root of its container (chroot), or apt-get install proot (proot); builds without RUN work here',
    );
  });
});

describe('an isolation that was asked for', () => {
  test('is never replaced by another', () => {
    const report = chooseIsolation('oci', { ...ROOT, find: noRuntime });
    if (report === undefined) throw new Error('nothing was chosen');
    expect(isolationUnusable(report)).toMatchObject({
      code: 'RUNTIME_ISOLATION',
      message: 'the isolation oci does not work: neither runc nor crun is installed',
      hint: 'apt-get install runc',
    });
  });

  test('may come from the environment', () => {
    expect(defaultIsolation({})).toBe('auto');
    expect(defaultIsolation({ LAMINA_ISOLATION: '' })).toBe('auto');
    expect(defaultIsolation({ LAMINA_ISOLATION: 'builtin' })).toBe('builtin');
    expect(() => defaultIsolation({ LAMINA_ISOLATION: 'builtn' })).toThrow(
      expect.objectContaining({ code: 'RUNTIME_ISOLATION_UNKNOWN', hint: 'did you mean builtin?' }),
    );
  });
});
