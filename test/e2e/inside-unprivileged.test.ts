/** What looks inside images and builds needs no privilege, and prints JSON that is described. */
import { chmodSync, chownSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';
import { schemaErrors } from '../support/json-schemas.ts';

const NOBODY = 65534;
const WRAPPER = [
  ...['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'],
  ...['--bounding-set=-all', '--no-new-privs'],
];
const DOCKERFILE = `
FROM --platform=$BUILDPLATFORM scratch AS build
ARG TARGETARCH
COPY a /out-$TARGETARCH
FROM build AS tested
ENV MODE=test
COPY b /b
FROM scratch
COPY --from=tested / /
COPY a /a
`;

const bench = new Workbench();
const env = { HOME: bench.directory };
const asNobody = (args: readonly string[]) => bench.succeed(args, { wrapper: WRAPPER, env });

beforeAll(async () => {
  const directory = bench.project({ Dockerfile: DOCKERFILE, a: 'a', b: 'b' });
  for (const open of [bench.directory, directory]) chmodSync(open, 0o755);
  for (const own of [bench.store, join(bench.directory, 'own')]) {
    mkdirSync(own, { mode: 0o700 });
    chownSync(own, NOBODY, NOBODY);
  }
  const platforms = ['--platform', 'linux/amd64,linux/arm64'];
  await asNobody(['build', '-q', '-t', 'one', directory]);
  await asNobody(['build', '-q', '-t', 'several', ...platforms, directory]);
  const archive = `type=oci,dest=${join(bench.directory, 'own/several.tar')}`;
  await asNobody(['build', '-q', '-o', archive, ...platforms, directory]);
});
afterAll(() => bench[Symbol.dispose]());

it.each([
  ['report', ['report', 'one']],
  ['report', ['report', 'several', '--against', '{archive}', '--platform', 'linux/arm64']],
  ['report', ['report', '{archive}']],
  ['check', ['check', 'one', '--max-size', '1MB', '--no-secrets']],
  ['check', ['check', '{archive}']],
  ['compare', ['compare', 'one', '{archive}']],
  ['why', ['why']],
  ['why', ['why', 'one']],
  ['why', ['why', '{archive}']],
  ['builds', ['builds', 'ls']],
  ['build-record', ['builds', 'show', 'one']],
  ['build-record', ['builds', 'show', 'several']],
  ['build-graph', ['builds', 'graph', 'several']],
] as const)(
  '%s is JSON as described, for a user without capabilities: %j',
  async (schema, args) => {
    const archive = `oci-archive:${join(bench.directory, 'own/several.tar')}`;
    const command = args.map((word) => word.replace('{archive}', archive));
    const { stdout, stderr } = await asNobody([...command, '--format', 'json']);
    expect(stderr).toBe('');
    const documents = schema === 'builds' ? stdout.trim().split('\n') : [stdout];
    expect(documents.flatMap((one) => schemaErrors(schema, JSON.parse(one)))).toEqual([]);
  },
);

it('history is JSON as described, for a user without capabilities', async () => {
  const { stdout } = await asNobody(['history', '--wide', '--format', 'json', 'several']);
  const rows = stdout.trim().split('\n');
  expect(rows.flatMap((row) => schemaErrors('history', JSON.parse(row)))).toEqual([]);
});

it('a user without capabilities can write the page and the traces', async () => {
  const page = join(bench.directory, 'own/page.html');
  await asNobody(['explore', '--html', page, 'several']);
  expect(existsSync(page)).toBe(true);
  for (const format of ['chrome', 'otlp']) {
    const { stdout } = await asNobody(['builds', 'trace', '--format', format, 'several']);
    expect(JSON.parse(stdout)).toBeTypeOf('object');
  }
});
