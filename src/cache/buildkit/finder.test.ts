/** `fixtures/recorded.json` is what BuildKit v0.32.2 exported of the project below, with mode=max. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { plan } from '../../../test/support/plans.ts';
import { openContext } from '../../context/index.ts';
import type { DiffId, Digest } from '../../oci/index.ts';
import { decodeBuildkitConfig } from './config.ts';
import { BuildkitFinder } from './finder.ts';

const DOCKERFILE = `FROM localhost:5055/busybox AS one
ARG V=1
ENV A="x y" B=<&>
WORKDIR /w
COPY dir /dir
RUN echo $V $A > /v
COPY --chmod=755 f1 /bin/f1
FROM localhost:5055/busybox AS two
WORKDIR /w
COPY f1 f2 ./
RUN cat f1 f2 > f3
COPY f1 f2 dir/sub/x ./t/
USER app
RUN id > /tmp/id
FROM localhost:5055/busybox
COPY . /all/
RUN --mount=type=cache,target=/c --mount=type=cache,id=foo,target=/b,sharing=locked ls /all > /ls
COPY --from=one /v /v
COPY --from=two /w/f3 /w/f1 /x/
RUN cat /v /x/f3 && sed -i s/1/2/ /v
CMD ["a"]
`;
const FILES = {
  ...{ Dockerfile: DOCKERFILE, f1: '1\n', f2: '2\n' },
  ...{ 'dir/sub/x': 'x\n', 'dir/b.txt': 'b\n', 'dir/sub.txt': 'c\n' },
};
const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const STEPS = 13;

const text = readFileSync(join(import.meta.dirname, 'fixtures/recorded.json'), 'utf8');
const recorded: { base: { manifestDigest: Digest; diffIds: DiffId[] }; config: unknown } =
  JSON.parse(text);
const config = decodeBuildkitConfig(Buffer.from(JSON.stringify(recorded.config)));
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-buildkit-cache-'));
  for (const name of ['dir/sub', 'dir/empty']) {
    mkdirSync(join(directory, name), { recursive: true });
  }
  symlinkSync('b.txt', join(directory, 'dir/link'));
  for (const [name, content] of Object.entries(FILES)) {
    writeFileSync(join(directory, name), content);
    chmodSync(join(directory, name), 0o644);
  }
  chmodSync(join(directory, 'dir/b.txt'), 0o600);
  for (const name of ['dir', 'dir/sub', 'dir/empty']) chmodSync(join(directory, name), 0o755);
});
afterAll(() => rmSync(directory, { recursive: true }));

/** The instructions whose results are found, and how many layers each has. */
async function found(dockerfile = DOCKERFILE, manifestDigest = recorded.base.manifestDigest) {
  const layers = recorded.base.diffIds.map((diffId) => ({ diffId }));
  const base = { Env: [PATH], Cmd: ['sh'], WorkingDir: '/' };
  const { graph } = await plan(dockerfile.replaceAll('localhost:5055/busybox', 'base'), { base });
  const context = openContext({ directory });
  const finder = new BuildkitFinder(config, {
    graph,
    imageOf: () => ({ manifestDigest, layers }),
    contextAt: ({ inputs }, input) => {
      const id = inputs[input];
      const isContext = id && id !== 'scratch' && graph.vertices.get(id)?.op.kind === 'context';
      return isContext ? context : undefined;
    },
  });
  const steps: Record<string, number> = {};
  for (const [id, { instruction = '' }] of graph.info) {
    const step = await finder.find(id);
    if (step !== undefined) steps[instruction] = step.layers.length - layers.length;
  }
  return steps;
}

it('finds every step of the build that was exported', async () => {
  const steps = await found();
  expect(Object.keys(steps).filter((name) => !name.startsWith('FROM'))).toHaveLength(STEPS);
  expect(steps['RUN cat /v /x/f3 && sed -i s/1/2/ /v']).toBe(5);
});

it('finds nothing that stands on what has changed', async () => {
  const steps = await found(DOCKERFILE.replace('WORKDIR /w\nCOPY f1', 'WORKDIR /other\nCOPY f1'));
  const names = Object.keys(steps);
  expect(names).toContain('RUN echo $V $A > /v');
  expect(names).toContain('COPY --from=one /v /v');
  expect(names).not.toContain('RUN cat f1 f2 > f3');
  expect(names).not.toContain('COPY --from=two /w/f3 /w/f1 /x/');
});

it.each([
  ['a file', () => writeFileSync(join(directory, 'f2'), 'other\n')],
  ['a mode', () => chmodSync(join(directory, 'f2'), 0o755)],
])('takes no copy of files of which one has another content: %s', async (_, change) => {
  change();
  const names = Object.keys(await found());
  writeFileSync(join(directory, 'f2'), FILES.f2);
  chmodSync(join(directory, 'f2'), 0o644);
  expect(names).not.toContain('COPY f1 f2 ./');
  expect(names).toContain('COPY dir /dir');
});

it.each([
  ['RUN echo $V $A > /v', 'RUN --network=none echo $V $A > /v'],
  ['COPY --chmod=755 f1 /bin/f1', 'COPY --chown=1 f1 /bin/f1'],
  ['COPY dir /dir', 'COPY --link dir /dir'],
])('does not take %s for %s', async (before, after) => {
  expect(Object.keys(await found(DOCKERFILE.replace(before, after)))).not.toContain(after);
});

it('finds nothing on a base of another manifest', async () => {
  const other = 'sha256:0000000000000000000000000000000000000000000000000000000000000000';
  expect(Object.keys(await found(DOCKERFILE, other as Digest))).toEqual([]);
});

it.each([
  [
    'layers that stand on themselves',
    { layers: [{ blob: 'a', parent: 0 }], records: [{ digest: 'd', layers: [{ layer: 0 }] }] },
  ],
  ['a layer that is not there', { records: [{ digest: 'd', layers: [{ layer: 0 }] }] }],
  ['a record that is not there', { records: [{ digest: 'd', inputs: [[{ link: 1 }]] }] }],
  ['a digest that is no text', { records: [{ digest: 1 }] }],
])('refuses %s', (_, value) => {
  expect(() => decodeBuildkitConfig(Buffer.from(JSON.stringify(value)))).toThrow('the cache has');
});
