/** `lamina doctor` on machines that lack something: it ends, tells what is wrong, and following its advice helps. */
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { type CommandResult, type RunSettings, Workbench } from '../support/cli.ts';
import { serve } from '../support/http-server.ts';
import { schemaErrors } from '../support/json-schemas.ts';

const NOBODY = 65534;
const AS_NOBODY = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
const WITHOUT_PRIVILEGE = [...AS_NOBODY, '--bounding-set=-all', '--no-new-privs'];
/** Root as in a container that was started without --privileged. */
const CONTAINED = ['setpriv', '--bounding-set=-sys_admin', '--inh-caps=-all'];

interface Finding {
  readonly topic: string;
  readonly status: string;
  readonly message: string;
  readonly fix?: string;
}

function findingsIn({ stdout }: CommandResult): readonly Finding[] {
  const document = JSON.parse(stdout);
  expect(schemaErrors('doctor', document)).toEqual([]);
  return document.findings;
}

describe('lamina doctor', () => {
  const bench = new Workbench();
  let needy: string;
  const examine = (args: readonly string[], settings?: RunSettings) =>
    bench.lamina(['doctor', '--format', 'json', ...args], settings);

  beforeAll(async () => {
    await makeBusyboxImage(bench);
    needy = bench.project({ Dockerfile: 'FROM busybox\nRUN true\n' });
    chmodSync(bench.directory, 0o755);
  });
  afterAll(() => bench[Symbol.dispose]());

  it('succeeds where builds with RUN succeed, and leaves nothing behind', async () => {
    const result = await examine(['--offline']);
    expect(result.status).toBe(0);
    expect(findingsIn(result)).toContainEqual(
      expect.objectContaining({ topic: 'layers', status: 'ok' }),
    );
    expect(readdirSync(join(bench.store, 'tmp'))).toEqual([]);
    expect((await bench.lamina(['build', '-q', '--no-cache', needy])).status).toBe(0);
    const text = await bench.lamina(['doctor', '--offline']);
    expect(text.stdout).toMatch(/^ok {7}run {9}RUN works, with the isolation /m);
    expect(text.stdout).toMatch(/^builds with RUN work here/m);
  });

  it('makes no store where there is none', async () => {
    const root = join(bench.directory, 'none');
    expect((await examine(['--offline', '--root', root])).status).toBe(0);
    expect(existsSync(root)).toBe(false);
    expect(readdirSync(bench.directory).filter((name) => name.includes('doctor'))).toEqual([]);
  });

  it.each([
    ['a user without any privilege', WITHOUT_PRIVILEGE],
    ['root of a container', CONTAINED],
    ['root of a user namespace', ['unshare', '--user', '--map-root-user']],
  ])('ends for %s with the same answer as a build', async (_, wrapper) => {
    const home = new Workbench();
    chmodSync(home.directory, 0o755);
    mkdirSync(home.store);
    if (wrapper === WITHOUT_PRIVILEGE) chownSync(home.store, NOBODY, NOBODY);
    const archive = join(bench.directory, 'busybox.tar');
    if (!existsSync(archive)) await bench.succeed(['save', '-o', archive, 'busybox']);
    const settings = { wrapper, env: { HOME: home.directory } };
    await home.succeed(['load', '-i', archive], settings);
    const diagnosed = await home.lamina(['doctor', '--offline', '--format', 'json'], settings);
    expect(diagnosed.stderr).toBe('');
    const built = await home.lamina(['build', '--progress=plain', needy], settings);
    expect([diagnosed.status, built.status]).toEqual([built.status, diagnosed.status]);
    const failed = findingsIn(diagnosed).filter(({ status }) => status === 'failed');
    expect(failed.length > 0).toBe(built.status === 1);
    if (built.status === 1) expect(built.stderr).toContain('run `lamina doctor`');
    for (const { fix } of failed) expect(fix).toEqual(expect.any(String));
    home[Symbol.dispose]();
  });

  it('tells what is wrong with a store, and the advice helps', async () => {
    const stranger = join(bench.directory, 'stranger');
    mkdirSync(join(stranger, 'store'), { recursive: true });
    writeFileSync(join(stranger, 'store/version'), '99\n');
    const result = await examine(['--offline', '--root', join(stranger, 'store')]);
    expect(result.status).toBe(1);
    const [store] = findingsIn(result).filter(({ topic }) => topic === 'store');
    expect(store).toMatchObject({
      status: 'failed',
      fix: expect.stringMatching(/--root|LAMINA_ROOT=/),
    });
    expect(store?.message).toContain('newer lamina');
    expect((await examine(['--offline', '--root', join(stranger, 'other')])).status).toBe(0);
  });

  it('names a missing OCI runtime, as the variable asks for it', async () => {
    const env = { LAMINA_RUNTIME: '/nowhere/runc' };
    const findings = findingsIn(await examine(['--offline'], { env }));
    expect(JSON.stringify(findings)).toContain('/nowhere/runc');
  });

  it('ends though a registry never answers, and says which', async () => {
    await using silent = await serve(() => undefined);
    const name = `127.0.0.1:${silent.port}`;
    const result = await examine([name]);
    expect(result.status).toBe(0);
    const registries = findingsIn(result).filter(({ topic }) => topic === 'registries');
    expect(registries[0]).toMatchObject({ status: 'limited' });
    expect(registries[0]?.message).toContain(name);
  });

  it('an unreachable registry is a hint to it', async () => {
    const { stderr } = await bench.lamina(['pull', '127.0.0.1:9/x']);
    expect(stderr).toContain('run `lamina doctor REGISTRY`');
  });
});
