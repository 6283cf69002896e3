/** The same image whatever isolates RUN, and what the build says about it. */
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';
import { isolationProjects } from '../support/isolation-projects.ts';
import { OrdinaryContainer } from '../support/ordinary-container.ts';
import { OrdinaryUser } from '../support/ordinary-user.ts';

/** No entry of /etc/passwd has it. */
const ARBITRARY = 12_345;
/** All files belong to the user. */
const HAVE_ONE_ID: ReadonlySet<string> = new Set(['single', 'proot']);
const EPOCH = { SOURCE_DATE_EPOCH: '1700000000' };

describe('RUN', () => {
  const bench = new Workbench();
  const stores = new Map<string, Workbench>();
  const projects = new Map<string, string>();
  let container: OrdinaryContainer;
  /** As with Kubernetes' `restricted`. */
  let restricted: OrdinaryContainer;
  let user: OrdinaryUser;

  beforeAll(async () => {
    chmodSync(bench.directory, 0o755);
    await makeBusyboxImage(bench);
    const archive = join(bench.directory, 'busybox.tar');
    await bench.succeed(['save', '-o', archive, 'busybox']);
    container = new OrdinaryContainer(bench.directory);
    restricted = new OrdinaryContainer(bench.directory, {
      ...{ uid: ARBITRARY, capabilities: [], noNewPrivileges: true },
    });
    user = new OrdinaryUser(join(bench.directory, 'alice'));
    for (const isolation of ['oci', 'builtin', 'userns', 'single', 'chroot', 'proot']) {
      const store = new Workbench({ store: join(bench.directory, `store-${isolation}`) });
      const owner = { userns: user.uid, single: user.uid, proot: ARBITRARY }[isolation];
      if (owner !== undefined) {
        mkdirSync(store.store);
        chownSync(store.store, owner, owner);
      }
      await store.succeed(['load', '-q', '-i', archive], { wrapper: wrapperOf(isolation) });
      stores.set(isolation, store);
    }
    for (const [index, { name, files }] of isolationProjects().entries()) {
      projects.set(name, bench.project(files, `project-${index}`));
    }
  });
  afterAll(() => {
    container[Symbol.dispose]();
    restricted[Symbol.dispose]();
    for (const store of stores.values()) store[Symbol.dispose]();
    bench[Symbol.dispose]();
  });

  function wrapperOf(isolation: string): readonly string[] | undefined {
    if (isolation === 'userns' || isolation === 'single') return user.wrapper;
    if (isolation === 'proot') return restricted.wrapper;
    return isolation === 'chroot' ? container.wrapper : undefined;
  }

  /** The image must not depend on it. */
  function withUmask(isolation: string): readonly string[] | undefined {
    if (isolation === 'oci') return undefined;
    return [...(wrapperOf(isolation) ?? []), 'sh', '-c', 'umask 077; exec "$@"', 'sh'];
  }

  function howOf(isolation: string): readonly string[] {
    if (isolation !== 'single') return [`--isolation=${isolation}`];
    return ['--isolation=userns', '--userns-remap=single'];
  }

  async function digest(isolation: string, name: string, flags: readonly string[] = []) {
    const store = stores.get(isolation);
    const directory = projects.get(name);
    if (store === undefined || directory === undefined) throw new Error(name);
    const settings = { wrapper: withUmask(isolation), env: EPOCH, cwd: directory };
    const args = ['build', '-q', ...howOf(isolation), ...flags, directory];
    return (await store.succeed(args, settings)).stdout;
  }

  it.each(isolationProjects().map((one) => [one.name, one.flags, one.needsIds] as const))(
    'gives the same image under all isolations: %s',
    async (name, flags, needsIds) => {
      const digests = new Map<string, string>();
      for (const isolation of stores.keys()) {
        if (HAVE_ONE_ID.has(isolation) && needsIds === true) continue;
        digests.set(
          isolation,
          await digest(
            isolation,
            name,
            flags?.map((flag) => flag.replace('src=', `src=${projects.get(name)}/`)),
          ),
        );
      }
      const expected = digests.get('oci') ?? '';
      expect(expected).toMatch(/^sha256:/);
      expect([...new Set(digests.values())]).toEqual([expected]);
    },
  );

  it.each(['oci', 'builtin', 'userns', 'single', 'chroot', 'proot'])(
    'can be looked into after a failure, on a terminal: %s',
    async (isolation) => {
      const store = stores.get(isolation);
      if (store === undefined) throw new Error(isolation);
      const directory = bench.project(
        { Dockerfile: 'FROM busybox\nENV A=b\nWORKDIR /w\nRUN echo half > made && false\n' },
        `failing-${isolation}`,
      );
      const settings = { wrapper: wrapperOf(isolation) };
      const how = howOf(isolation);
      const { status, stderr } = await store.lamina(['build', ...how, directory], settings);
      expect(status).toBe(1);
      expect(stderr).toContain('look inside: lamina debug');
      const command = ['sh', '-c', 'pwd; echo $A; cat made; exit 5'];
      const debug = await store.lamina(['debug', ...how, '--', ...command], settings);
      expect([debug.stdout, debug.status]).toEqual(['/w\nb\nhalf\n', 5]);
      const tty = ['sh', '-c', 'test -t 0 && test -t 1 && stty size </dev/tty; exit 3'];
      const run = await store.lamina(['run', '--rm', '-t', ...how, 'busybox', ...tty], settings);
      expect([run.stdout, run.status]).toEqual(['24 80\r\n', 3]);
    },
  );

  it('of a root without privilege names what its isolation lacks', async () => {
    const store = stores.get('chroot');
    const directory = bench.project({ Dockerfile: 'FROM busybox\nRUN true\n' }, 'named');
    const settings = { wrapper: container.wrapper };
    const { stderr } = await (store ?? bench).succeed(
      ['build', '--progress=plain', directory],
      settings,
    );
    expect(stderr).toMatch(/^isolation: chroot \(without namespaces, .*limits\)$/m);
  });

  it('of the default isolation says nothing about it', async () => {
    const directory = bench.project({ Dockerfile: 'FROM busybox\nRUN echo 1\n' }, 'default');
    const { stderr } = await bench.succeed(['build', '--progress=plain', directory]);
    expect(stderr).not.toContain('isolation');
  });

  it('is cached whatever isolated it', async () => {
    const directory = bench.project({ Dockerfile: 'FROM busybox\nRUN echo 2 > /2\n' }, 'cached');
    await bench.succeed(['build', '-q', '--isolation=oci', directory]);
    const { stderr } = await bench.succeed([
      ...['build', '--progress=plain', '--isolation=builtin', directory],
    ]);
    expect(stderr).toMatch(/CACHED/);
    expect(stderr).not.toContain('isolation');
  });

  it('with an isolation that does not work is an error, never another isolation', async () => {
    const store = stores.get('chroot');
    const directory = bench.project({ Dockerfile: 'FROM busybox\nRUN echo 3\n' }, 'asked');
    const { status, stderr } = await (store ?? bench).lamina(
      ['build', '--isolation=oci', directory],
      {
        wrapper: container.wrapper,
      },
    );
    expect(status).toBe(1);
    expect(stderr).toContain(
      'the isolation oci does not work: the capability SYS_ADMIN is missing',
    );
    expect(stderr).toContain('Dockerfile:2');
  });
});
