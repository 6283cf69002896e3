/** Images without a shell, made from this machine's Debian mirror. */
import { chmodSync, chownSync, mkdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busybox, Workbench } from '../support/cli.ts';

const NOBODY = 65534;
const EPOCH = { SOURCE_DATE_EPOCH: '1700000000' };
/** Lists files of an image that nothing in it could list. */
const PYTHON_WALK =
  'import os; print(*(os.path.join(d, f) for d, _, fs in os.walk("/") if not d.startswith(("/proc", "/sys")) for f in fs), sep="\\n")';

describe('a distroless base', () => {
  const bench = new Workbench();
  const make = (name: string) => bench.succeed(['base', '-q', name], { env: EPOCH });
  const run = (...args: string[]) => bench.succeed(['run', '--rm', ...args]);

  beforeAll(async () => {
    for (const name of ['static', 'static:debug-nonroot', 'nodejs:nonroot', 'python']) {
      await make(`distroless/${name}`);
    }
  });
  afterAll(() => bench[Symbol.dispose]());

  it('runs a program that brings all it needs', async () => {
    const directory = bench.project({
      Dockerfile: [
        'FROM distroless/static',
        'COPY --chmod=755 busybox /bin/busybox',
        'ENTRYPOINT ["/bin/busybox"]',
      ].join('\n'),
      busybox: readFileSync(busybox()),
    });
    await bench.succeed(['build', '-t', 'program', directory]);
    const output = async (...args: string[]) => (await run('program', ...args)).stdout.trim();
    expect(await output('cat', '/etc/os-release')).toContain('ID=debian');
    expect(await output('stat', '-c', '%a', '/tmp')).toBe('1777');
    const bundle = '/etc/ssl/certs/ca-certificates.crt';
    expect(Number(await output('grep', '-c', 'BEGIN', bundle))).toBeGreaterThan(100);
    expect(await output('ls', '/usr/share/zoneinfo/Europe')).toContain('Berlin');
  });

  it('has no shell and no package manager', async () => {
    for (const name of ['distroless/static', 'distroless/nodejs:nonroot', 'distroless/python']) {
      const { status } = await bench.lamina(['run', '--rm', '--entrypoint', 'sh', name]);
      expect(status).toBe(127);
    }
    const { stdout } = await run('distroless/python', '-c', PYTHON_WALK);
    const files = stdout.split('\n');
    expect(files).toContain('/usr/bin/python3');
    expect(
      files.filter((file) => /\/(sh|dash|bash|dpkg|apt|apt-get|perl|busybox)$/.test(file)),
    ).toEqual([]);
    expect(files).toContain('/var/lib/dpkg/status.d/libc6');
  });

  it('runs Python with its libraries', async () => {
    const code =
      'import ssl, sqlite3, ctypes, lzma; print(6 * 7, len(ssl.create_default_context().get_ca_certs()) > 100)';
    expect((await run('distroless/python', '-c', code)).stdout).toBe('42 True\n');
  });

  it('runs Node, as the user 65532 where that was asked for', async () => {
    const { stdout } = await run(
      'distroless/nodejs:nonroot',
      '-e',
      'console.log(process.getuid(), process.cwd())',
    );
    expect(stdout).toBe('65532 /home/nonroot\n');
  });

  it('has Node where Dockerfiles look for it', async () => {
    const { stdout } = await run(
      '--entrypoint',
      '/nodejs/bin/node',
      'distroless/nodejs:nonroot',
      '-p',
      '6 * 7',
    );
    expect(stdout).toBe('42\n');
  });

  it('has a shell for debugging', async () => {
    const { stdout } = await run(
      'distroless/static:debug-nonroot',
      '-c',
      'id -u; touch ~/f && echo $PATH; ls /var/lib/dpkg/status.d',
    );
    expect(stdout).toContain('65532\n');
    expect(stdout).toContain(':/busybox\n');
    expect(stdout).toContain('tzdata');
  });

  it('is the same when it is made again', async () => {
    const first = await make('distroless/static');
    const again = await bench.succeed(['base', '-q', '--force', 'distroless/static'], {
      env: EPOCH,
    });
    expect(again.stdout).toBe(first.stdout);
  });

  it('is the same when an ordinary user makes it', async () => {
    using user = new Workbench();
    chmodSync(user.directory, 0o755);
    mkdirSync(user.store, { mode: 0o700 });
    chownSync(user.store, NOBODY, NOBODY);
    const made = await user.succeed(['base', '-q', 'distroless/static'], {
      env: { ...EPOCH, HOME: user.directory },
      wrapper: ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'],
    });
    expect(made.stdout).toBe((await make('distroless/static')).stdout);
  });
});
