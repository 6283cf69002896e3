/** Caches in object stores: two machines that share what one of them has done. Each store stands for a machine. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { stepsOf, Workbench } from '../support/cli.ts';
import {
  type ActionsCache,
  AZURE,
  type ObjectServer,
  S3_KEYS,
  SIGNATURE,
  startActionsCache,
  startAzure,
  startS3,
} from '../support/object-servers.ts';

const bench = new Workbench();
let s3: ObjectServer;
let azure: ObjectServer;
let actions: ActionsCache;
beforeAll(async () => {
  [s3, azure, actions] = await Promise.all([startS3(), startAzure(), startActionsCache()]);
  await makeBusyboxImage(bench);
  await bench.succeed(['save', '-o', join(bench.directory, 'busybox.tar'), 'busybox']);
}, 300_000);
afterAll(async () => {
  for (const server of [s3, azure, actions]) await server?.[Symbol.asyncDispose]();
  bench[Symbol.dispose]();
});

const DOCKERFILE = `
FROM busybox AS build
COPY source /source
RUN cp /source /program
FROM busybox
RUN head -c 300000 /dev/urandom > /large
COPY --from=build /program /program
`;

/** A machine that has nothing but the base image. */
async function machine(name: string): Promise<Workbench> {
  const other = new Workbench({ store: join(bench.directory, name) });
  await other.succeed(['load', '-i', join(bench.directory, 'busybox.tar')]);
  return other;
}

interface Service {
  readonly name: string;
  /** Without credentials. */
  readonly spec: () => string;
  readonly env: () => Record<string, string>;
  readonly secrets: () => readonly string[];
  /** Credentials that the server refuses, as attributes. */
  readonly wrong: () => string;
  /** An environment that the server refuses. */
  readonly others: Record<string, string>;
}

const SERVICES: readonly Service[] = [
  {
    name: 's3',
    spec: () =>
      `type=s3,bucket=caches,region=us-east-1,endpoint_url=${s3.url},use_path_style=true,name=app`,
    env: () => ({ AWS_ACCESS_KEY_ID: S3_KEYS.id, AWS_SECRET_ACCESS_KEY: S3_KEYS.secret }),
    secrets: () => [],
    wrong: () => 'access_key_id=canary-id,secret_access_key=wrong-canary-secret',
    others: { AWS_ACCESS_KEY_ID: 'other', AWS_SECRET_ACCESS_KEY: 'other' },
  },
  {
    name: 'azblob',
    spec: () => `type=azblob,account_url=${azure.url},account_name=${AZURE.account},name=app`,
    env: () => ({ AZURE_STORAGE_KEY: AZURE.key }),
    secrets: () => [AZURE.key],
    wrong: () => 'secret_access_key=d3JvbmctY2FuYXJ5LXNlY3JldA==',
    others: {},
  },
  {
    name: 'gha',
    spec: () => `type=gha,scope=app,url_v2=${actions.url}/`,
    env: () => ({ ACTIONS_RUNTIME_TOKEN: actions.token }),
    secrets: () => [actions.token, SIGNATURE],
    wrong: () => `token=${actions.token.replace(/[^.]+$/, 'canary')}`,
    others: {},
  },
];

const build = (on: Workbench, service: Service, directory: string, ...args: string[]) =>
  on.lamina(['build', '--progress=plain', ...args, directory], { env: service.env() });

function filesIn(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe.each(SERVICES)('a cache in $name', (service) => {
  const directory = () => bench.project({ Dockerfile: DOCKERFILE, source: 'source' }, service.name);
  let first: Workbench;
  let imageId: string;

  it('is nothing yet', async () => {
    first = await machine(`${service.name}-1`);
    const from = ['--cache-from', service.spec()];
    const to = ['--cache-to', `${service.spec()},mode=max,ignore-error=false`];
    const { status, stderr, stdout } = await build(first, service, directory(), ...from, ...to);
    expect(stderr).toContain('CACHE_EMPTY');
    expect({ status, stderr }).toMatchObject({ status: 0 });
    imageId = stdout;
  });

  it('spares another machine every step, and fetches no layer that nobody opens', async () => {
    const second = await machine(`${service.name}-2`);
    const from = ['--cache-from', service.spec()];
    const { stderr, stdout } = await build(second, service, directory(), ...from, '-t', 'app');
    expect(stepsOf(stderr).run.filter((step) => /RUN|COPY/.test(step))).toEqual([]);
    expect(stdout).toBe(imageId);
    // The layers are fetched when something opens them, with the credentials of that time.
    const before = ['save', '-o', join(bench.directory, 'x.tar'), 'app'];
    const refused = await second.lamina(before, { env: service.others });
    expect(refused.status).not.toBe(0);
    const saved = join(bench.directory, `${service.name}.tar`);
    const { status } = await second.lamina(['save', '-o', saved, 'app'], { env: service.env() });
    expect(status).toBe(0);
    expect(statSync(saved).size).toBeGreaterThan(300_000);
  });

  it('is written again without its layers', async () => {
    const to = ['--cache-to', `${service.spec()},mode=max,ignore-error=false`];
    expect(await build(first, service, directory(), ...to)).toMatchObject({ status: 0 });
    const third = await machine(`${service.name}-3`);
    const { stderr } = await build(third, service, directory(), '--cache-from', service.spec());
    expect(stepsOf(stderr).run.filter((step) => /RUN|COPY/.test(step))).toEqual([]);
  });

  it('that refuses the credentials is a warning, which does not show them', async () => {
    const other = await machine(`${service.name}-4`);
    const spec = `${service.spec()},${service.wrong()}`;
    const args = ['--cache-from', spec, '--cache-to', spec];
    const { status, stderr } = await build(other, service, directory(), ...args);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    expect(stderr).toMatch(/CACHE_UNREADABLE[\s\S]*CACHE_NOT_EXPORTED/);
    expect(stderr).toMatch(/answered 40[13]/);
    expect(stderr).not.toContain('canary');
    const failing = [...args, '--cache-to', `${spec},mode=most`];
    const mistaken = await build(other, service, directory(), ...failing);
    expect(mistaken.stderr).toContain('CACHE_OPTION');
    for (const value of ['canary', 'd3JvbmctY2FuYXJ5']) {
      expect(mistaken.stderr).not.toContain(value);
    }
  });

  it('leaves no credentials in the stores', () => {
    const values = [...service.secrets(), 'canary', 'd3JvbmctY2FuYXJ5LXNlY3JldA'];
    for (const number of [1, 2, 3, 4]) {
      for (const file of filesIn(join(bench.directory, `${service.name}-${number}`))) {
        const bytes = readFileSync(file);
        for (const value of values) expect(bytes.includes(value), file).toBe(false);
      }
    }
  });
});

it('the Actions cache keeps each state of a cache under a number of its own', () => {
  const keys = actions.keys().filter((key) => key.startsWith('index-app-1-'));
  expect(keys.map((key) => key.split('#')[1])).toEqual(['1', '2']);
});

it('type=gha outside of GitHub Actions is a warning', async () => {
  const directory = bench.project({ Dockerfile: 'FROM busybox\n' }, 'outside');
  const args = ['build', '--cache-from', 'type=gha', '--cache-to', 'type=gha,mode=max', directory];
  const { stderr } = await bench.succeed(args);
  expect(stderr).toContain('has no effect outside of GitHub Actions');
});
