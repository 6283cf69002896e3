/** Records of builds: what they hold, what they do not, and what becomes of unreadable ones. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRecord } from '../../src/index.ts';
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
    expect(schemaErrors('why', await json('why', 'app', '--format', 'json'))).toEqual([]);
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

  it('of another version are refused by name, and can be removed', async () => {
    const [file = ''] = readdirSync(records).filter((name) => name.endsWith('.json'));
    const id = file.replace('.json', '');
    writeFileSync(join(records, file), `{"version":99,"id":"${id}"}`);
    const refused = await bench.lamina(['why', id]);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain(`the record of build ${id} was written by another version`);
    const { stdout } = await bench.succeed(['builds', 'rm', id]);
    expect(stdout).toBe(`${id}\n`);
  });
});
