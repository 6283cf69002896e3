/** An ordinary user: lamina enters a user namespace by itself, with subordinate ids or with one id. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { COMMAND, type RunSettings, Workbench } from '../support/cli.ts';
import { OrdinaryUser, type OrdinaryUserOptions } from '../support/ordinary-user.ts';

const OWNERS = `FROM busybox
RUN mkdir /d && touch /d/f && chown 12:34 /d/f && chmod 0 /d/f && mkdir -m 700 /d/app && chown app /d/app
USER app
RUN touch /d/app/mine && ls -lnd /d/app/mine && (cat /d/f || true)
`;

describe('an ordinary user', () => {
  const bench = new Workbench();
  const users: Workbench[] = [];
  let archive: string;
  let project: string;

  beforeAll(async () => {
    chmodSync(bench.directory, 0o755);
    await makeBusyboxImage(bench);
    archive = join(bench.directory, 'busybox.tar');
    await bench.succeed(['save', '-o', archive, 'busybox']);
    chmodSync(archive, 0o644);
    project = bench.project({ Dockerfile: OWNERS });
  });
  afterAll(() => {
    for (const one of [...users, bench]) one[Symbol.dispose]();
  });

  /** With an own store that has the base image. */
  async function newUser(name: string, options?: OrdinaryUserOptions) {
    const user = new OrdinaryUser(join(bench.directory, name), options);
    const store = new Workbench({ store: join(user.home, 'store') });
    users.push(store);
    chmodSync(store.directory, 0o755);
    mkdirSync(store.store, { mode: 0o700 });
    chownSync(store.store, user.uid, user.uid);
    const settings: RunSettings = { wrapper: user.wrapper };
    await store.succeed(['load', '-q', '-i', archive], settings);
    return { user, store, settings };
  }

  describe('with subordinate ids', () => {
    let alice: Awaited<ReturnType<typeof newUser>>;
    beforeAll(async () => {
      alice = await newUser('alice');
    });
    const lamina = (args: readonly string[], more: RunSettings = {}) =>
      alice.store.lamina(args, { ...alice.settings, ...more });
    const succeed = (args: readonly string[], more: RunSettings = {}) =>
      alice.store.succeed(args, { ...alice.settings, ...more });

    it('builds with the owners that steps set, and the digest of root', async () => {
      const env = { SOURCE_DATE_EPOCH: '1700000000' };
      const plain = await succeed(['build', '--progress=plain', '-t', 'owned', project], { env });
      expect(plain.stderr).toMatch(/^isolation: userns \(without device nodes, limits\)$/m);
      expect(plain.stderr).toMatch(/-rw-r--r-- +1 1001 +0 .*\/d\/app\/mine$/m);
      expect(plain.stderr).toContain("can't open '/d/f': Permission denied");
      const id = async (bench: Workbench, settings: RunSettings) =>
        (await bench.succeed(['build', '-q', project], { ...settings, env })).stdout;
      expect(await id(alice.store, alice.settings)).toBe(await id(bench, {}));
    });

    it('has a store that other commands read and change', async () => {
      await succeed(['build', '-q', '-t', 'owned', project]);
      const { stdout } = await succeed(['run', '--rm', '-u', '12', 'owned', 'ls', '-ln', '/d/f']);
      expect(stdout).toMatch(/^---------- +1 12 +34 /);
      expect((await succeed(['system', 'check'])).stdout).toContain('nothing is damaged');
      await succeed(['save', '-o', join(alice.user.home, 'owned.tar'), 'owned']);
      const members = execFileSync('sh', [
        '-c',
        `tar -xOf ${alice.user.home}/owned.tar index.json`,
      ]);
      expect(String(members)).toContain('manifests');
    });

    it('looks into a step that failed', async () => {
      const failing = bench.project(
        { Dockerfile: 'FROM busybox\nUSER app\nRUN touch /tmp/made && false\n' },
        'failing',
      );
      expect((await lamina(['build', failing])).status).toBe(1);
      const { stdout } = await succeed(['debug', '--', 'sh', '-c', 'id -u; ls -ln /tmp/made']);
      expect(stdout).toMatch(/^1001\n-rw-r--r-- +1 1001 /);
    });

    it('leaves nothing that the user cannot remove once all is pruned', async () => {
      await succeed(['build', '-q', project]);
      await succeed(['system', 'prune', '-af']);
      const foreign = execFileSync('find', [alice.user.home, '!', '-uid', `${alice.user.uid}`]);
      expect(String(foreign)).toBe('');
      await succeed(['load', '-q', '-i', archive]);
    });

    it('gets the exit status and the signals of its own process', async () => {
      expect((await lamina(['run', '--rm', 'busybox', 'sh', '-c', 'exit 7'])).status).toBe(7);
      const waiting = bench.project(
        { Dockerfile: 'FROM busybox\nRUN echo begun && sleep 1000\n' },
        'waiting',
      );
      const [program = '', ...args] = [
        ...alice.user.wrapper,
        ...[process.execPath, COMMAND, 'build', '--progress=plain', waiting],
      ];
      const env = { ...process.env, LAMINA_ROOT: alice.store.store };
      const child = spawn(program, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
      for await (const chunk of child.stderr.setEncoding('utf8')) {
        if (String(chunk).includes(' begun')) child.kill('SIGTERM');
      }
      const [status, signal] =
        child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
      expect([status, signal ?? null]).toEqual([143, null]);
    });

    it('takes one id if asked to', async () => {
      const args = ['build', '--progress=plain', '--no-cache', '--userns-remap=single', project];
      const { stderr } = await succeed(args);
      expect(stderr).toMatch(/^isolation: userns \(without .*users, owners of new files\)$/m);
      const env = { LAMINA_USERNS_REMAP: 'sinlge' };
      const wrong = await lamina(['build', project], { env });
      expect(wrong.stderr).toContain("unknown value 'sinlge' in LAMINA_USERNS_REMAP");
    });
  });

  it.each([
    ['ids', { hasSubordinateIds: false }],
    ['newuidmap', { hides: ['/usr/bin/newuidmap', '/bin/newuidmap'] }],
  ] as const)('without subordinate %s owns all files', async (name, options) => {
    const { user, store, settings } = await newUser(`without-${name}`, options);
    const { stderr } = await store.succeed(
      ['build', '--progress=plain', '-t', 'owned', project],
      settings,
    );
    expect(stderr).toMatch(/^isolation: userns \(without .*users, owners of new files\)$/m);
    const list = ['run', '--rm', 'owned', 'ls', '-ln', '/d'];
    expect((await store.succeed(list, settings)).stdout).toMatch(/ 0 +0 .* f$/m);
    const foreign = execFileSync('find', [user.home, '!', '-uid', `${user.uid}`]);
    expect(String(foreign)).toBe('');
    expect((await store.succeed(['doctor'], settings)).stdout).toContain(
      'RUN works, with the isolation userns, without',
    );
  });

  it('without user namespaces is told what allows them', async () => {
    const { store, settings } = await newUser('forbidden');
    // A namespace of its own, in which no other can be made.
    const forbid = 'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"';
    const inner = [
      'unshare',
      '--user',
      '--map-current-user',
      '--keep-caps',
      'sh',
      '-c',
      forbid,
      'sh',
    ];
    const wrapper = [...(settings.wrapper ?? []), ...inner];
    const { status, stderr } = await store.lamina(['build', '--isolation=userns', project], {
      wrapper,
    });
    expect(status).toBe(1);
    expect(stderr).toContain(
      'user namespaces are refused (unshare failed: No space left on device)',
    );
    expect(stderr).toContain('user.max_user_namespaces');
    expect(stderr).toContain('lamina doctor');
  });

  it('that is root is told that one id has no effect', async () => {
    const args = ['build', '--userns-remap=single', '-q', project];
    expect((await bench.succeed(args)).stderr).toContain('--userns-remap=single has no effect');
    expect(existsSync(bench.store)).toBe(true);
    expect(readFileSync('/proc/self/uid_map', 'utf8')).toMatch(/^\s*0\s+0\s/);
  });
});
