/** Where lamina is kept from making namespaces or is root of a namespace only: what cannot be done is said, with the way out. */
import { chmodSync, chownSync, mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';

/** Root as in a container that was started without --privileged. */
const CONTAINED = ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-all'];
/** No entry of /etc/passwd has it. */
const NAMELESS = 987_654;
const AS_NAMELESS = ['setpriv', `--reuid=${NAMELESS}`, `--regid=${NAMELESS}`, '--clear-groups'];
/** As in a container with the capability SYS_ADMIN; the group is there from before. */
const READ_ONLY_CGROUPS = [
  ...['unshare', '--mount', '--propagation', 'private', 'sh', '-ec'],
  'mount -t cgroup2 cgroup2 /sys/fs/cgroup; mkdir -p /sys/fs/cgroup/lamina; mount -o remount,bind,ro /sys/fs/cgroup; exec "$@"',
  'sh',
];
const USER_NAMESPACE = ['unshare', '--user', '--map-root-user'];

describe('on a restricted machine', () => {
  const bench = new Workbench();
  let owned: string;

  beforeAll(async () => {
    await makeBusyboxImage(bench);
    owned = bench.project({
      Dockerfile: 'FROM busybox\nCOPY --chown=app:staff Dockerfile /owned\nRUN true\n',
    });
  });
  afterAll(() => bench[Symbol.dispose]());

  describe('without new namespaces', () => {
    it('run and RUN work, with another root directory only', async () => {
      const args = ['run', '--rm', 'busybox', 'echo', 'ran'];
      const ran = await bench.succeed(args, { wrapper: CONTAINED });
      expect(ran.stdout).toBe('ran\n');
      const build = ['build', '--no-cache', '--progress=plain', owned];
      const { stderr } = await bench.succeed(build, { wrapper: CONTAINED });
      expect(stderr).toContain('isolation: chroot');
    });

    it.each([
      ['run', ['run', '--rm', '--isolation=builtin', 'busybox', 'true'], 125, 'RUNTIME_ISOLATION'],
      ['RUN', ['build', '--no-cache', '--isolation=oci'], 1, 'RUNTIME_ISOLATION'],
      ['base', ['base', 'debian:bookworm-slim', '--progress=quiet'], 1, 'RUNTIME_NO_NAMESPACES'],
    ] as const)(
      '%s with them says so, and what to do in a container',
      async (name, args, expected, code) => {
        const all = name === 'RUN' ? [...args, owned] : args;
        const { status, stderr } = await bench.lamina(all, { wrapper: CONTAINED });
        expect(status).toBe(expected);
        expect(stderr).toContain(code);
        expect(stderr).toMatch(/start (the|that) container with --privileged/);
        expect(stderr).not.toMatch(/util-linux|--mirror/);
      },
    );
  });

  it.each(['oci', 'builtin'])(
    'with read-only control groups of version 2, RUN works as %s',
    async (isolation) => {
      const build = ['build', '-q', '--no-cache', `--isolation=${isolation}`, owned];
      await bench.succeed(build, { wrapper: READ_ONLY_CGROUPS });
    },
  );

  describe('as root of a user namespace', () => {
    it('run and RUN work', async () => {
      const args = ['run', '--rm', 'busybox', 'echo', 'ran'];
      const ran = await bench.succeed(args, { wrapper: USER_NAMESPACE });
      expect(ran.stdout).toBe('ran\n');
      const build = ['build', '--no-cache', '--progress=plain', owned];
      const { stderr } = await bench.succeed(build, { wrapper: USER_NAMESPACE });
      expect(stderr).toContain('isolation: userns');
    });

    it('base says that root of the machine is needed', async () => {
      const args = ['base', 'debian:bookworm-slim'];
      const { status, stderr } = await bench.lamina(args, { wrapper: USER_NAMESPACE });
      expect(status).toBe(1);
      expect(stderr).toContain('BASE_USER_NAMESPACE');
      expect(stderr).toContain('outside the');
    });

    it('a build without RUN succeeds', async () => {
      const directory = bench.project(
        { Dockerfile: 'FROM busybox\nCOPY --chown=app:staff Dockerfile /owned\n' },
        'copy',
      );
      await bench.succeed(['build', '-q', directory], { wrapper: USER_NAMESPACE });
    });
  });

  describe('as a user whom /etc/passwd does not have', () => {
    const home = new Workbench();
    beforeAll(() => {
      chmodSync(home.directory, 0o755);
      mkdirSync(home.store);
      chownSync(home.store, NAMELESS, NAMELESS);
    });
    afterAll(() => home[Symbol.dispose]());

    it('a Debian base image needs ids, which is said', async () => {
      const args = ['base', 'debian:bookworm-slim'];
      const { status, stderr } = await home.lamina(args, { wrapper: AS_NAMELESS });
      expect(status).toBe(1);
      expect(stderr).toMatch(/BASE_NO_SUBORDINATE_IDS|BASE_TOOL_MISSING/);
    });

    it('commands work without a home directory, if they know where images are', async () => {
      const wrapper = [...AS_NAMELESS, 'env', '--unset=HOME'];
      const listed = await home.succeed(['images'], { wrapper });
      expect(listed.stdout).toContain('REPOSITORY');
      const unknown = [...wrapper, '--unset=LAMINA_ROOT', '--unset=XDG_DATA_HOME'];
      const { status, stderr } = await home.lamina(['images'], { wrapper: unknown });
      expect(status).toBe(1);
      expect(stderr).toContain('STORE_NO_HOME');
      expect(stderr).toContain('set LAMINA_ROOT');
    });
  });
});
