/** Builds without RUN need no root and no privilege at all, and give root's digests. */
import { chmodSync, chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { Workbench } from '../support/cli.ts';

const NOBODY = 65534;
const DOCKERFILE = `
FROM busybox AS source
COPY --chown=12:34 --chmod=4755 one /dir/one
FROM busybox
COPY --from=source / /all/
COPY --chown=app:staff two /two
WORKDIR /somewhere/new
COPY . .
`;

describe('a build without RUN', () => {
  const root = new Workbench();
  const user = new Workbench();
  let archive: string;
  let directory: string;

  beforeAll(async () => {
    await makeBusyboxImage(root);
    archive = join(root.directory, 'busybox.tar');
    await root.succeed(['save', '-o', archive, 'busybox']);
    directory = root.project({ Dockerfile: DOCKERFILE, one: '1\n', two: '2\n' }, 'copies');
    for (const open of [root.directory, user.directory, directory]) chmodSync(open, 0o755);
    chmodSync(archive, 0o644);
    mkdirSync(user.store, { mode: 0o700 });
    chownSync(user.store, NOBODY, NOBODY);
  });
  afterAll(() => {
    root[Symbol.dispose]();
    user[Symbol.dispose]();
  });

  const asNobody = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  const withoutPrivilege = [...asNobody, '--bounding-set=-all', '--no-new-privs'];

  async function imageId(bench: Workbench, wrapper?: readonly string[]): Promise<string> {
    const env = { SOURCE_DATE_EPOCH: '1700000000', HOME: user.directory };
    await bench.succeed(['load', '-i', archive], { wrapper, env });
    const { stdout } = await bench.succeed(['build', '-q', directory], { wrapper, env });
    return stdout.trim();
  }

  it('gives an ordinary user the same image as root', async () => {
    const ids = [await imageId(root), await imageId(user, asNobody)];
    expect(ids[0]).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it('works without any capability and without the right to gain one', async () => {
    expect(await imageId(user, withoutPrivilege)).toBe(await imageId(root));
  });

  it('says what a RUN needs when the user has not got it', async () => {
    const needy = root.project({ Dockerfile: 'FROM busybox\nRUN true\n' }, 'needy');
    chmodSync(needy, 0o755);
    const args = ['build', '--isolation=builtin', needy];
    const result = await user.lamina(args, { wrapper: asNobody });
    expect(result.status).toBe(1);
    expect(result.stderr).toContain('the isolation builtin does not work: it needs root');
    expect(result.stderr).toContain('Dockerfile:2');
  });

  it('runs processes with proot, also without any capability', async () => {
    const traced = root.project(
      {
        Dockerfile: 'FROM busybox\nUSER app\nRUN id -u > /tmp/who && echo ran\nRUN cat /tmp/who\n',
      },
      'traced',
    );
    chmodSync(traced, 0o755);
    const args = ['build', '--progress=plain', '--isolation=proot', traced];
    const { stderr } = await user.succeed(args, { wrapper: withoutPrivilege });
    expect(stderr).toMatch(/^isolation: proot \(without namespaces, .*full speed\)$/m);
    expect(stderr).toMatch(/ 1001$/m);
  });

  it('says what a Debian base image needs when the user has not got it', async () => {
    const result = await user.lamina(['base', 'debian:bookworm-slim'], { wrapper: asNobody });
    expect(result.status).toBe(1);
    expect(result.stderr).toMatch(/newuidmap|\/etc\/subuid assigns no IDs to the user nobody/);
    expect(result.stderr).toMatch(/BASE_TOOL_MISSING|BASE_NO_SUBORDINATE_IDS/);
    expect(result.stderr).toContain('sudo');
  });

  it('reads no file that the ignore rules hide, even if it cannot be read', async () => {
    const files = {
      Dockerfile: 'FROM scratch\nCOPY . /\n',
      '.dockerignore': 'secret\n',
      secret: 'no',
    };
    const guarded = root.project(files, 'guarded');
    chmodSync(guarded, 0o755);
    writeFileSync(join(guarded, 'secret'), 'no', { mode: 0o600 });
    chmodSync(join(guarded, 'secret'), 0o600);
    await user.succeed(['build', '-q', guarded], { wrapper: asNobody });
    expect(readFileSync(join(guarded, 'secret'), 'utf8')).toBe('no');
  });
});
