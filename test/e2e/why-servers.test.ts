/** Why steps ran that take files from servers, or were not in the cache of another machine. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepCause } from '../../src/index.ts';
import { Workbench } from '../support/cli.ts';
import { serve, type TestServer } from '../support/http-server.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';
import { makeBases, WhyProject } from '../support/why-project.ts';

const bench = new Workbench();
let count = 0;
const projectOf = (files: Readonly<Record<string, string>>) =>
  new WhyProject(bench, `project-${++count}`, files);

beforeAll(() => makeBases(bench));
afterAll(() => bench[Symbol.dispose]());

describe('a file of a server', () => {
  let server: TestServer;
  const contents = new Map<string, string>();
  const url = (path: string) => `${server.url}/${path}`;

  beforeAll(async () => {
    server = await serve((request, response) => {
      const content = contents.get(request.url?.slice(1) ?? '');
      if (content === undefined) response.writeHead(404).end();
      else response.writeHead(200, { etag: JSON.stringify(content) }).end(content);
    });
    for (const path of ['one', 'two', 'v-1', 'v-2']) contents.set(path, `${path} as it was`);
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const cases: readonly {
    readonly name: string;
    readonly dockerfile: () => string;
    readonly change: (project: WhyProject) => readonly string[] | undefined;
    readonly expected: () => Partial<StepCause> | null;
  }[] = [
    {
      name: 'that is as before is found in the cache',
      dockerfile: () => `FROM scratch\nADD ${url('one')} /x\n`,
      change: () => undefined,
      expected: () => null,
    },
    {
      name: 'that is another one is the cause, by its URL',
      dockerfile: () => `FROM scratch\nADD ${url('two')} ${url('one')} a /x/\n`,
      change: () => {
        contents.set('one', 'changed');
        return undefined;
      },
      expected: () => ({ kind: 'file', subject: url('one'), from: null }),
    },
    {
      name: 'of another URL is a change of the instruction',
      dockerfile: () => `FROM scratch\nADD ${url('one')} /x\n`,
      change: (project) => {
        project.write({ Dockerfile: `FROM scratch\nADD ${url('two')} /x\n` });
        return undefined;
      },
      expected: () => ({ kind: 'definition', subject: url('two') }),
    },
    {
      name: 'whose URL has an ARG in it is a change of the ARG',
      dockerfile: () => `FROM scratch\nARG V=1\nADD ${url('v-$V')} /x\n`,
      change: () => ['--build-arg', 'V=2'],
      expected: () => ({ kind: 'arg', subject: 'V', before: '1', after: '2' }),
    },
    {
      name: 'with another mode is a change of the instruction',
      dockerfile: () => `FROM scratch\nADD ${url('one')} /x\n`,
      change: (project) => {
        project.write({ Dockerfile: `FROM scratch\nADD --chmod=755 ${url('one')} /x\n` });
        return undefined;
      },
      expected: () => ({ kind: 'definition', subject: '--chmod=755' }),
    },
  ];

  it.each(cases)('$name', async ({ dockerfile, change, expected }) => {
    const project = projectOf({ Dockerfile: dockerfile(), a: 'a' });
    await project.build();
    await project.build(change(project));
    const { steps } = await project.why();
    const cause = expected();
    expect(steps).toHaveLength(1);
    if (cause === null) expect(steps).toMatchObject([{ status: 'cached', cause: null }]);
    else expect(steps).toMatchObject([{ status: 'ran', cause }]);
  });

  it('that cannot be read is the cause of a failed build', async () => {
    const project = projectOf({
      Dockerfile: `FROM scratch\nADD ${url('gone')} /x\nCOPY a /\n`,
      a: 'a',
    });
    contents.set('gone', 'there');
    await project.build();
    contents.delete('gone');
    expect((await project.attempt()).status).not.toBe(0);
    expect((await project.why()).steps).toMatchObject([
      {
        status: 'ran',
        cause: { kind: 'file', subject: url('gone'), after: 'it could not be read' },
      },
      { status: 'skipped', cause: null },
    ]);
  });
});

describe('an imported cache', () => {
  let registry: TestRegistry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry[Symbol.asyncDispose]());

  const DOCKERFILE =
    'FROM busybox AS build\nCOPY a /a\nRUN cat /a > /b\nFROM scratch\nCOPY --from=build /b /b\n';
  const local = (name: string) => join(bench.directory, name);
  const inRegistry = (name: string) => `type=registry,ref=${registry.name}/${name}`;

  it.each([
    ['in a registry', (name: string) => [inRegistry(name), inRegistry(name)]],
    [
      'in a directory',
      (name: string) => [`type=local,dest=${local(name)}`, `type=local,src=${local(name)}`],
    ],
  ])('%s that has all steps gives hits, and has none for another file', async (_, of) => {
    const project = projectOf({ Dockerfile: DOCKERFILE, a: 'a' });
    const [target = '', source = ''] = of(`cache-${count}`);
    await project.build(['--cache-to', `${target},mode=max`]);
    project.renewStore();
    await project.build(['--cache-from', source]);
    expect((await project.why()).steps.map(({ status }) => status)).not.toContain('ran');
    project.renewStore();
    project.write({ a: 'changed' });
    await project.build(['--cache-from', source]);
    const copy = await project.step('COPY a /a');
    expect(copy.cause).toMatchObject({ kind: 'cache', subject: source, before: null, from: null });
    expect(copy.cause?.after).toMatch(
      /^asked for [0-9a-f]{12}: has this instruction with other inputs, in 3 results$/,
    );
    const from = copy.name;
    expect((await project.step('RUN')).cause).toMatchObject({ kind: 'parent', from });
  });

  it('is named with its answer, each of several', async () => {
    const project = projectOf({ Dockerfile: DOCKERFILE, a: 'a' });
    await project.build(['--cache-to', `type=local,dest=${local('min')}`]);
    project.write({ a: 'changed' });
    project.renewStore();
    const sources = [
      `type=local,src=${local('min')}`,
      inRegistry('nothing'),
      'type=registry,ref=localhost:1/closed',
    ];
    await project.build(sources.flatMap((source) => ['--cache-from', source]));
    const { cause } = await project.step('COPY a /a');
    expect(cause).toMatchObject({ kind: 'cache', subject: sources.join(' ') });
    for (const answer of [
      'has 1 result, none of this step',
      'has no cache yet',
      'cannot be read: cannot reach localhost:1',
    ]) {
      expect(cause?.after).toContain(answer);
    }
  });

  it('is not blamed for what changed since the last build here', async () => {
    const project = projectOf({ Dockerfile: DOCKERFILE, a: 'a' });
    await project.build(['--cache-to', inRegistry('here')]);
    project.write({ a: 'changed' });
    await project.build(['--cache-from', inRegistry('here')]);
    expect((await project.step('COPY a')).cause).toMatchObject({ kind: 'file', subject: 'a' });
  });
});
