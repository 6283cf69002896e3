/** Records of builds: what they hold, what they do not, and what becomes of unreadable ones. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRecord } from '../../src/index.ts';
import { createLamina } from '../../src/index.ts';
import { Workbench } from '../support/cli.ts';
import { schemaErrors } from '../support/json-schemas.ts';

const SECRET = 'correct-horse-battery';
const OTHER = 'battery-staple-horse';
// The target does not need the first stage: no step of it is on record, but its text is.
const DOCKERFILE = `FROM scratch AS other
ARG OTHER_TOKEN=${OTHER}
ENV PASSWORD="${OTHER} \\
  ${OTHER}" NAME=value API_TOKEN=$OTHER_TOKEN
ONBUILD ENV AUTH=${OTHER}
ADD https://user:${SECRET}@example.com/a /a
FROM scratch AS build
ARG API_TOKEN
COPY a /a-$API_TOKEN
FROM scratch
COPY --from=build / /
`;
const RECORDED = `FROM scratch AS other
ARG OTHER_TOKEN=xxxxx
ENV PASSWORD=xxxxx \\
  xxxxx NAME=value API_TOKEN=$OTHER_TOKEN
ONBUILD ENV AUTH=xxxxx
ADD https://user:xxxxx@example.com/a /a
FROM scratch AS build
`;

describe('records of builds', () => {
  const bench = new Workbench();
  const records = join(bench.store, 'builds');
  const build = (...flags: readonly string[]) =>
    bench.succeed(['build', '-q', '-t', 'app', ...flags, join(bench.directory, 'project')]);
  /** Oldest first. */
  const ids = () =>
    readdirSync(records)
      .flatMap((name) => /^(.*)\.json$/.exec(name)?.[1] ?? [])
      .sort();
  const json = async (...args: readonly string[]): Promise<unknown> =>
    JSON.parse((await bench.succeed(args)).stdout);

  beforeAll(async () => {
    bench.project({ Dockerfile: DOCKERFILE, a: 'a', token: SECRET });
    const secret = `id=one,src=${join(bench.directory, 'project/token')}`;
    const url = `https://user:${SECRET}@example.com/`;
    await build(
      '--secret',
      secret,
      '--build-arg',
      `API_TOKEN=${SECRET}`,
      '--build-arg',
      `U=${url}`,
    );
  });
  afterAll(() => bench[Symbol.dispose]());

  it('hold no secrets', () => {
    const texts = readdirSync(records)
      .filter((name) => name.endsWith('.json'))
      .map((name) => readFileSync(join(records, name), 'utf8'));
    expect(texts).toHaveLength(1);
    expect(texts.join('')).toContain('API_TOKEN');
    expect(texts.join('')).not.toContain(SECRET);
    expect(texts.join('')).not.toContain(OTHER);
  });

  it('hold the Dockerfile, line for line', async () => {
    const { dockerfileText } = (await json('builds', 'show', '--format', 'json')) as BuildRecord;
    expect(dockerfileText).toContain(RECORDED);
    expect(dockerfileText?.split('\n')).toHaveLength(DOCKERFILE.split('\n').length);
  });

  it('have the documented form', async () => {
    expect(schemaErrors('build-record', await json('builds', 'show', '--format', 'json'))).toEqual(
      [],
    );
    expect(schemaErrors('builds', await json('builds', 'ls', '--format', 'json'))).toEqual([]);
    const graph = await json('builds', 'graph', '--format', 'json');
    expect(schemaErrors('build-graph', graph)).toEqual([]);
    expect(schemaErrors('why', await json('why', 'app', '--format', 'json'))).toEqual([]);
  });

  it('are found by an image that is not in the store', async () => {
    const archive = join(bench.directory, 'app.tar');
    const layout = join(bench.directory, 'layout');
    await bench.succeed(['save', '-o', archive, 'app']);
    await bench.succeed(['copy', 'store:app', `oci:${layout}`]);
    const known = await json('builds', 'show', '--format', 'json', 'app');
    for (const image of [`docker-archive:${archive}`, `oci-archive:${archive}`, `oci:${layout}`]) {
      expect(await json('builds', 'show', '--format', 'json', image)).toEqual(known);
      expect(await json('why', '--format', 'json', image)).toMatchObject({ steps: [{}, {}] });
      expect(await json('why', '--format', 'json', '--against', image)).toMatchObject({
        steps: [{}, {}],
      });
    }
    const elsewhere = { env: { LAMINA_ROOT: join(bench.directory, 'another-store') } };
    const unknown = await bench.lamina(['why', `oci:${layout}`], elsewhere);
    expect(unknown.status).not.toBe(0);
    expect(unknown.stderr).toContain(
      `there is no record of a build that made the image 'oci:${layout}'`,
    );
    const missing = await bench.lamina(['why', 'oci:/no/such/layout']);
    expect(missing.stderr).toMatch(/code: (?!INTERNAL)[A-Z]+_/);
  });

  it('tell when a result was removed from the store', async () => {
    await build();
    await bench.succeed(['rmi', 'app']);
    await bench.succeed(['builder', 'prune', '-af']);
    await build();
    const { stdout } = await bench.succeed(['why', '--format', 'json']);
    const { steps } = JSON.parse(stdout) as { steps: { cause: { kind: string } | null }[] };
    expect(steps.map(({ cause }) => cause?.kind)).toEqual(['missing', 'missing']);
  });

  it('are drawn', async () => {
    const trace = (await json('builds', 'trace')) as { traceEvents: { name: string }[] };
    const names = trace.traceEvents.map(({ name }) => name);
    expect(names.some((name) => name.includes('COPY --from=build'))).toBe(true);
    expect(await json('builds', 'trace', '--format', 'otlp')).toHaveProperty('resourceSpans');
    const { stdout } = await bench.succeed(['builds', 'graph', '--format', 'dot']);
    expect(stdout).toContain('"build" -> "stage-2" [label="COPY"');
  });

  it.each([
    [['builds', 'show', 'nothing'], 'BUILD_RECORD_NOT_FOUND'],
    [['builds', 'show', '../../etc/passwd'], 'BUILD_RECORD_NOT_FOUND'],
    [['builds', 'show', ''], 'BUILD_RECORD_NOT_FOUND'],
    [['builds', 'export', 'nothing'], 'BUILD_RECORD_NOT_FOUND'],
    [['builds', 'rm', ''], 'BUILD_RECORD_NOT_FOUND'],
    [['builds', 'rm'], 'CLI_USAGE'],
    [['builds', 'rm', '--all', 'app'], 'CLI_USAGE'],
    [['builds', 'graph', '--format', 'png'], 'CLI_FLAG_VALUE'],
    [['builds', 'trace', '--format', 'xml'], 'CLI_FLAG_VALUE'],
    [['builds', 'ls', '--format', '{{.Nothing}}'], 'CLI_TEMPLATE'],
    [['why', '--against', 'nothing'], 'BUILD_RECORD_NOT_FOUND'],
  ])('are asked for wrongly with %j', async (args, code) => {
    const { status, stdout, stderr } = await bench.lamina(args);
    expect({ status: status === 0, stdout }).toEqual({ status: false, stdout: '' });
    expect(stderr).toContain(`code: ${code} `);
    expect(ids()).not.toEqual([]);
  });

  it.each([
    ['ignores a file', { '.dockerignore': 'a\n' }, { kind: 'ignore', after: 'a left out by a' }],
    ['has lost a file', {}, { kind: 'file', subject: 'a', after: null }],
  ])('tell why a build failed whose context %s', async (_, files, cause) => {
    const project = join(bench.directory, 'project');
    rmSync(join(project, 'a'));
    if ('.dockerignore' in files) bench.project({ ...files, a: 'a' });
    expect((await bench.lamina(['build', '-q', '-t', 'app', project])).status).not.toBe(0);
    const { steps } = (await json('why', '--format', 'json')) as { steps: { cause: unknown }[] };
    expect(steps).toMatchObject([
      { status: 'ran', cause },
      { status: 'skipped', cause: null },
    ]);
    const { stdout } = await bench.succeed(['builds', 'ls', '--format', '{{.Cached}}']);
    expect(stdout.split('\n')[0]).toBe('0/2');
    rmSync(join(project, '.dockerignore'), { force: true });
    bench.project({ a: 'a' });
  });

  it.each([
    ['of another version', (id: string) => `{"version":99,"id":"${id}"}`, 'BUILD_RECORD_VERSION'],
    ['that were cut off', (_: string, text: string) => text.slice(0, 99), 'BUILD_RECORD_DAMAGED'],
    ['that are empty', () => '', 'BUILD_RECORD_DAMAGED'],
  ])('%s are left out with a warning, and are an error by name', async (_, damage, code) => {
    await build();
    await build();
    const [newest = '', before = ''] = ids().reverse();
    const file = join(records, `${newest}.json`);
    writeFileSync(file, damage(newest, readFileSync(file, 'utf8')));
    for (const args of [
      ['builds', 'ls', '-q'],
      ['builds', 'show'],
      ['why'],
      ['builds', 'export'],
    ]) {
      const { stdout, stderr } = await bench.succeed(args);
      expect(stderr, args.join(' ')).toMatch(
        new RegExp(`^WARNING: .*${newest}.*\\[${code}\\]$`, 'm'),
      );
      expect(stdout).toContain(before);
      expect(stdout).not.toContain(newest);
    }
    const refused = await bench.lamina(['why', newest]);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toContain(code);
    expect((await bench.succeed(['builds', 'rm', newest])).stdout).toBe(`${newest}\n`);
    expect((await bench.succeed(['builds', 'ls'])).stderr).toBe('');
  });

  it('are kept after the answer', async () => {
    const lamina = createLamina({ root: bench.store });
    const context = join(bench.directory, 'project');
    const kept: string[] = [];
    const { buildId } = await lamina.build({
      context,
      onResult: (result) => void kept.push(result.buildId, ...ids()),
    });
    expect(kept[0]).toBe(buildId);
    expect(kept.slice(1)).not.toContain(buildId);
    expect(ids()).toContain(buildId);
    const refused = lamina.build({ context, onResult: () => Promise.reject(new Error('no')) });
    await expect(refused).rejects.toThrow('no');
    expect((await lamina.inspectBuild({})).outcome).toBe('succeeded');
  });
});
