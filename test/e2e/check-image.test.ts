/** Real images held against limits, wherever they are. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ImageCheck } from '../../src/index.ts';
import { busybox, type CommandResult, Workbench } from '../support/cli.ts';
import { schemaErrors } from '../support/json-schemas.ts';
import { succeed } from '../support/tools.ts';

const DOCKERFILE = `
FROM scratch
COPY --chmod=755 busybox /bin/sh
COPY --chmod=4755 busybox /bin/su
COPY key /root/.ssh/id_ed25519
RUN ["/bin/sh", "-c", "rm /root/.ssh/id_ed25519"]
ENV API_TOKEN=abcdefgh12345678
`;
const GOOD = `
FROM base
USER 1000
COPY text /text
`;
const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
-----END OPENSSH PRIVATE KEY-----
`;

describe('lamina check', () => {
  const bench = new Workbench();
  const file = (name: string) => join(bench.directory, name);
  const program = readFileSync(busybox());

  beforeAll(async () => {
    const bad = bench.project({ Dockerfile: DOCKERFILE, busybox: program, key: KEY }, 'bad');
    const outputs = [`type=oci,dest=${file('oci.tar')}`, `type=docker,dest=${file('docker.tar')}`];
    await bench.succeed([
      ...['build', '-q', '-t', 'bad', '--output', 'type=image'],
      ...outputs.flatMap((output) => ['--output', output]),
      bad,
    ]);
    const base = bench.project(
      { Dockerfile: 'FROM scratch\nCOPY hello /\n', hello: 'hello' },
      'base',
    );
    await bench.succeed(['build', '-q', '-t', 'base', base]);
    await bench.succeed([
      ...['build', '-q', '-t', 'good', bench.project({ Dockerfile: GOOD, text: 'text' }, 'good')],
    ]);
  });
  afterAll(() => bench[Symbol.dispose]());

  const check = (...args: readonly string[]) =>
    bench.lamina(['check', ...args], { cwd: bench.directory });

  function resultOf({ stdout }: CommandResult): ImageCheck {
    const result = JSON.parse(stdout) as ImageCheck;
    expect(schemaErrors('check', result)).toEqual([]);
    return result;
  }

  it('reports everything without limits, and succeeds', async () => {
    const ended = await check('--format', 'json', 'bad');
    const { passed, rules, findings } = resultOf(ended);
    expect([ended.status, ended.stderr, passed]).toEqual([0, '', true]);
    expect(new Set(rules.map(({ status }) => status))).toEqual(new Set(['not-checked']));
    expect(new Set(findings.map(({ level }) => level))).toEqual(new Set(['note']));
    expect(new Set(findings.map(({ rule }) => rule))).toEqual(
      new Set(['max-reclaimable', 'non-root', 'no-shell', 'no-setuid', 'no-secrets']),
    );
  });

  it.each(['bad', 'oci', 'docker'])('finds what exceeds its limit: %s', async (name) => {
    const image =
      name === 'bad'
        ? name
        : `${name === 'oci' ? 'oci-archive' : 'docker-archive'}:${file(`${name}.tar`)}`;
    const flags = ['--max-size', '1MB', '--non-root', '--no-shell', '--no-setuid', '--no-secrets'];
    const more = ['--max-layers=3', '--max-reclaimable=10', '--max-compressed=10kB'];
    const ended = await check('--format', 'json', ...flags, ...more, image);
    const { passed, rules, findings } = resultOf(ended);
    expect([ended.status, passed]).toEqual([1, false]);
    const failed = rules.filter(({ status }) => status === 'failed').map(({ rule }) => rule);
    expect(failed).toEqual([
      ...['max-size', 'max-compressed', 'max-reclaimable', 'max-layers', 'non-root', 'no-shell'],
      ...['no-setuid', 'no-secrets'],
    ]);
    const about = (rule: string) => findings.filter((finding) => finding.rule === rule);
    expect(about('no-shell')).toMatchObject([
      { layer: 0, paths: ['bin/sh'], instruction: 'COPY --chmod=755 busybox /bin/sh', limit: 0 },
    ]);
    expect(about('no-setuid')).toMatchObject([{ layer: 1, paths: ['bin/su'], actual: 1 }]);
    expect(about('no-secrets')[0]).toMatchObject({ layer: 2, paths: ['root/.ssh/id_ed25519'] });
    expect(about('no-secrets')[0]?.message).toContain('hidden by a later layer');
    expect(about('max-size')).toMatchObject([
      { limit: 1_000_000, actual: 2 * program.length + KEY.length, paths: ['bin/sh'] },
    ]);
    expect(about('max-reclaimable')).toMatchObject([{ layer: 2, actual: KEY.length }]);
    expect(ended.stdout).not.toMatch(/b3BlbnNzaC1rZXktdjE|abcdefgh/);
  });

  it('checks an OCI layout', async () => {
    mkdirSync(file('layout'));
    await succeed('tar', ['-xf', file('oci.tar'), '-C', file('layout')]);
    const flags = ['--no-shell', '--max-compressed=1GB', '--format', 'json'];
    const { rules } = resultOf(await check(...flags, `oci:${file('layout')}`));
    expect(rules).toEqual(resultOf(await check(...flags, `oci-archive:${file('oci.tar')}`)).rules);
  });

  it('passes what is within its limits', async () => {
    const flags = ['--max-size=10', '--max-compressed=5kB', '--min-efficiency=1', '--non-root'];
    const rules = ['--no-shell', '--no-setuid', '--no-secrets', '--no-package-manager'];
    const { status, stdout } = await check(...flags, ...rules, '--base', 'base', 'good');
    expect([stdout.split('\n')[0], status]).toEqual(['good:latest: 9 checks passed', 0]);
    const tight = await check('--max-size=8', 'good');
    expect([tight.stdout.includes('the layers ship 9B; the limit is 8B'), tight.status]).toEqual([
      true,
      1,
    ]);
  });

  it('knows the base by its layers, whatever the image is called', async () => {
    const status = async (...bases: readonly string[]) =>
      (await check(...bases.flatMap((base) => ['--base', base]), 'good')).status;
    expect(await status('bad', 'base')).toBe(0);
    expect(await status('ba*')).toBe(0);
    expect(await status('bad')).toBe(1);
    expect(await status(`oci-archive:${file('oci.tar')}`)).toBe(1);
    expect(await status('unknown:*')).toBe(1);
    expect(await status(`oci-archive:${file('missing.tar')}`)).toBe(2);
  });

  it('compresses as a push does where the image has no compressed form', async () => {
    const flags = ['--format', 'json', '--max-compressed', '1GB'];
    const stored = resultOf(await check(...flags, `docker-archive:${file('docker.tar')}`));
    const packed = resultOf(await check(...flags, `oci-archive:${file('oci.tar')}`));
    const size = ({ rules }: ImageCheck) =>
      Number(rules.find(({ rule }) => rule === 'max-compressed')?.actual);
    // Only the manifests differ.
    expect(Math.abs(size(stored) - size(packed))).toBeLessThan(2000);
  });

  it('points to the lines of the Dockerfile, where the store knows the build', async () => {
    const { stdout } = await check('--no-shell', '--no-setuid', '--format', 'github', 'bad');
    expect(stdout.split('\n').map((line) => line.slice(0, 58))).toEqual([
      '::error file=Dockerfile,line=3,title=lamina check%3A no-sh',
      '::error file=Dockerfile,line=4,title=lamina check%3A no-se',
      '',
    ]);
  });

  it("finds the build's own secrets, encoded and compressed, and shows none", async () => {
    const secret = 'xyzzy plugh 42 plover';
    const forms = {
      plain: secret,
      base64: Buffer.from(`user:${secret}`).toString('base64'),
      hex: Buffer.from(secret).toString('hex'),
      'packed.gz': gzipSync(`a${secret}b`),
      innocent: 'xyzzy',
    };
    const dockerfile = `FROM scratch\nLABEL note="${secret}"\nCOPY . /usr/lib/\n`;
    const project = bench.project({ Dockerfile: dockerfile, ...forms }, 'own');
    await bench.succeed(['build', '-q', '-t', 'own', project]);
    writeFileSync(file('token'), `${secret}\n`);
    const args = ['--format', 'json', '--secret', `id=token,src=${file('token')}`, 'own'];
    const ended = await check(...args);
    const { findings } = resultOf(ended);
    const paths = findings.flatMap((finding) => finding.paths).sort();
    expect([ended.status, paths]).toEqual([
      1,
      // The Dockerfile is in its context, too.
      ...[['Dockerfile', 'base64', 'hex', 'packed.gz', 'plain'].map((name) => `usr/lib/${name}`)],
    ]);
    expect(ended.stdout).toContain('the label note');
    expect(ended.stdout).not.toContain(secret);
    expect((await check('--no-secrets', 'own')).status).toBe(0);
    const unset = await check('--secret', 'id=token,env=NOT_SET_AT_ALL', 'own');
    expect([unset.status, unset.stderr]).toEqual([2, expect.stringContaining('SECRET_UNREADABLE')]);
  });

  it('reads limits from lamina.toml and .dive-ci, and an option counts before them', async () => {
    const directory = mkdtempSync(join(bench.directory, 'files-'));
    const run = async (...args: readonly string[]) => {
      const command = ['check', '--format', 'json', ...args, 'bad'];
      const settings = { cwd: directory, env: { CI: 'true' } };
      const { rules } = resultOf(await bench.lamina(command, settings));
      return rules.filter(({ status }) => status === 'failed').map(({ rule }) => rule);
    };
    expect(await run()).toEqual([]);
    writeFileSync(join(directory, '.dive-ci'), 'rules:\n  highestWastedBytes: 10B\n');
    expect(await run()).toEqual(['max-wasted-bytes']);
    writeFileSync(
      join(directory, 'lamina.toml'),
      '[check]\nmax-wasted-bytes = "1MB"\nno-shell = true\n',
    );
    await expect(run()).resolves.toEqual(['no-shell']);
    expect(await run('--no-shell=false', '--max-layers=1')).toEqual(['max-layers']);
  });

  it('ends with 2 or 125 when it cannot check', async () => {
    const missing = await check('missing');
    expect([missing.status, missing.stderr]).toEqual([
      2,
      expect.stringContaining('IMAGE_NOT_FOUND'),
    ]);
    expect((await check('--max-size=much', 'bad')).status).toBe(125);
    const bytes = readFileSync(file('docker.tar'));
    writeFileSync(file('cut.tar'), bytes.subarray(0, bytes.length / 2));
    expect((await check('--no-shell', `docker-archive:${file('cut.tar')}`)).status).toBe(2);
  });

  it('needs no right and writes nothing', async () => {
    const user = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    const wrapper = [...user, '--bounding-set=-all', '--no-new-privs'];
    const home = mkdtempSync(join(tmpdir(), 'lamina-check-'));
    try {
      for (const path of [home, bench.directory]) chmodSync(path, 0o755);
      chmodSync(file('oci.tar'), 0o644);
      const settings = {
        wrapper,
        cwd: home,
        env: { HOME: home, LAMINA_ROOT: join(home, 'store') },
      };
      const image = `oci-archive:${file('oci.tar')}`;
      const { status } = await bench.lamina(['check', '--non-root', image], settings);
      expect([status, readdirSync(home)]).toEqual([1, []]);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
