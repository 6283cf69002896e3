import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBuilder, listBuilders, removeBuilders, useBuilder } from './calls.ts';
import { chooseBuilder } from './index.ts';

let directory: string;
let env: Record<string, string>;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lamina-builders-'));
  env = { HOME: directory };
});
afterEach(() => rmSync(directory, { recursive: true }));

const context = () => ({ root: join(directory, 'store'), env });
const file = () => join(directory, '.config/lamina/builders.json');

function write(path: string, text: string): string {
  const full = join(directory, path);
  mkdirSync(dirname(full), { recursive: true });
  writeFileSync(full, text);
  return full;
}

const coded = (code: string) => expect.objectContaining({ code });

describe('a build', () => {
  it('stays on this machine, whatever BUILDKIT_HOST says, until a builder is chosen', async () => {
    env.BUILDKIT_HOST = 'tcp://elsewhere:1';
    expect(chooseBuilder(undefined, env)).toBeUndefined();
    expect(chooseBuilder('buildkit', env)?.nodes[0]?.address).toBe('tcp://elsewhere:1');
    await createBuilder(context(), { name: 'b', address: 'tcp://b:1' });
    expect(chooseBuilder(undefined, env)).toBeUndefined();
    expect(await useBuilder(context(), { name: 'b' })).toBe(true);
    expect(chooseBuilder(undefined, env)?.nodes[0]?.address).toBe('tcp://b:1');
    expect(chooseBuilder('default', env)).toBeUndefined();
    expect(chooseBuilder(undefined, { ...env, LAMINA_BUILDER: 'lamina' })).toBeUndefined();
    await useBuilder(context(), { name: 'default' });
    expect(chooseBuilder(undefined, env)).toBeUndefined();
  });

  it('takes an address as it is, and refuses an unknown name with the nearest one', async () => {
    expect(chooseBuilder('tcp://c:2', env)).toEqual({
      name: 'tcp://c:2',
      nodes: [{ name: 'tcp://c:2', address: 'tcp://c:2' }],
    });
    await createBuilder(context(), { name: 'fleet', address: 'docker://' });
    expect(() => chooseBuilder('fleed', env)).toThrow(
      expect.objectContaining({ code: 'BUILDER_NOT_FOUND', hint: "did you mean 'fleet'?" }),
    );
  });

  it('does not leave for a removed builder', async () => {
    await createBuilder(context(), { name: 'b', address: 'tcp://b:1', use: true });
    expect(await removeBuilders(context(), { names: ['b', 'x'] })).toEqual(['b']);
    expect(chooseBuilder(undefined, env)).toBeUndefined();
  });
});

describe('a builder with several nodes', () => {
  const nodesOf = (name: string) => chooseBuilder(name, env)?.nodes.map((node) => node.name);

  it('is made by adding them, with platforms and capacities', async () => {
    await createBuilder(context(), { name: 'b', address: 'tcp://one:1', use: true });
    const arm = { node: 'arm', platforms: ['arm64', 'linux/arm/v7'], capacity: 2 };
    expect(await createBuilder(context(), { append: true, address: 'tcp://two:2', ...arm })).toBe(
      'b',
    );
    await createBuilder(context(), { name: 'b', append: true, address: 'tcp://three:3' });
    expect(chooseBuilder('b', env)?.nodes).toEqual([
      { name: 'b0', address: 'tcp://one:1' },
      {
        ...{ name: 'arm', address: 'tcp://two:2', capacity: 2 },
        platforms: ['linux/arm64', 'linux/arm/v7'],
      },
      { name: 'b1', address: 'tcp://three:3' },
    ]);
    const wrong = { name: 'b', append: true, address: 'tcp://x:1' };
    await expect(createBuilder(context(), { ...wrong, node: '../n' })).rejects.toEqual(
      coded('BUILDER_NAME'),
    );
    await expect(createBuilder(context(), { ...wrong, platforms: ['/'] })).rejects.toEqual(
      coded('PLATFORM_INVALID'),
    );
  });

  it('replaces a node of the same name, and all of them without append', async () => {
    await createBuilder(context(), { name: 'b', node: 'n', address: 'tcp://one:1' });
    await createBuilder(context(), { name: 'b', append: true, address: 'tcp://two:2' });
    await createBuilder(context(), { name: 'b', append: true, node: 'n', address: 'tcp://n:3' });
    expect(chooseBuilder('b', env)?.nodes).toEqual([
      { name: 'b0', address: 'tcp://two:2' },
      { name: 'n', address: 'tcp://n:3' },
    ]);
    await createBuilder(context(), { name: 'b', address: 'tcp://one:1' });
    expect(nodesOf('b')).toEqual(['b0']);
  });

  it('loses the nodes that leave, and ends with the last', async () => {
    await createBuilder(context(), { name: 'b', node: 'n', address: 'tcp://n:1', use: true });
    await createBuilder(context(), { name: 'b', append: true, node: 'm', address: 'tcp://m:1' });
    expect(await removeBuilders(context(), { names: ['b'], node: 'x' })).toEqual([]);
    expect(await removeBuilders(context(), { names: ['b'], node: 'n' })).toEqual(['b']);
    expect(nodesOf('b')).toEqual(['m']);
    await removeBuilders(context(), { names: ['b'], node: 'm' });
    expect(chooseBuilder(undefined, env)).toBeUndefined();
  });

  it('is read from a file of before there were nodes', () => {
    const old = { name: 'b', address: 'tcp://b:1', tls: { ca: '/ca' } };
    write('.config/lamina/builders.json', JSON.stringify({ current: 'b', builders: [old] }));
    expect(chooseBuilder(undefined, env)).toMatchObject({
      name: 'b',
      nodes: [expect.objectContaining({ name: 'b0', address: 'tcp://b:1', tls: { ca: '/ca' } })],
    });
  });
});

describe('the file of builders', () => {
  it('is readable by its owner only, and has paths, not keys', async () => {
    const key = write('key.pem', 'PRIVATE');
    await createBuilder(context(), { name: 'b', address: 'tcp://b:1', tls: { key } });
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readFileSync(file(), 'utf8')).toContain(key);
    expect(readFileSync(file(), 'utf8')).not.toContain('PRIVATE');
  });

  it('gets names that are free', async () => {
    expect(await createBuilder(context(), { address: 'docker://' })).toBe('builder0');
    expect(await createBuilder(context(), { address: 'docker://' })).toBe('builder1');
  });

  it('gets nothing that is wrong', async () => {
    const create = (name: string, address: string, ca?: string) =>
      createBuilder(context(), { name, address, tls: { ca } });
    await expect(create('b', 'http://b')).rejects.toEqual(coded('BUILDER_ADDRESS'));
    await expect(create('default', 'tcp://b')).rejects.toEqual(coded('BUILDER_NAME'));
    await expect(create('../b', 'tcp://b')).rejects.toEqual(coded('BUILDER_NAME'));
    await expect(create('b', 'tcp://b', join(directory, 'none.pem'))).rejects.toEqual(
      coded('BUILDER_CERTIFICATE'),
    );
    expect(() => statSync(file())).toThrow();
  });

  it.each([
    '{',
    '[]',
    '{"builders":[{"name":1}]}',
    '{"current":{}}',
    '{"builders":[{"name":"b","nodes":[]}]}',
  ])('is refused: %s', (text) => {
    write('.config/lamina/builders.json', text);
    expect(() => chooseBuilder('b', env)).toThrow(coded('BUILDER_CONFIG'));
  });
});

describe("buildx's instances", () => {
  it('can be used by their names, and are not changed', async () => {
    const node = { Name: 'kit0', Endpoint: 'unix:///var/run/docker.sock', DriverOpts: null };
    const remote = {
      ...{ Name: 'far0', Endpoint: 'tcp://r:5' },
      DriverOpts: { cacert: '/ca.pem', servername: 's' },
      Platforms: [{ architecture: 'arm64', os: 'linux' }],
    };
    const instance = (name: string, driver: string, ...nodes: readonly unknown[]) =>
      write(
        `.docker/buildx/instances/${name}`,
        JSON.stringify({ Name: name, Driver: driver, Nodes: nodes, Dynamic: false }),
      );
    instance('kit', 'docker-container', node);
    instance('far', 'remote', remote, { Name: 'far1', Endpoint: 'tcp://q:5', Platforms: null });
    instance('ctx', 'docker-container', { ...node, Name: 'ctx0', Endpoint: 'desktop' });
    instance('pods', 'kubernetes', { Name: 'p' });
    write('.docker/buildx/instances/broken', '{');
    expect(chooseBuilder('kit', env)?.nodes[0]?.address).toBe(
      'docker-container://buildx_buildkit_kit0',
    );
    expect(chooseBuilder('ctx', env)?.nodes[0]?.address).toBe(
      'docker-container://buildx_buildkit_ctx0?context=desktop',
    );
    expect(chooseBuilder('far', env)?.nodes).toEqual([
      {
        ...{ name: 'far0', address: 'tcp://r:5', tls: { ca: '/ca.pem', servername: 's' } },
        platforms: ['linux/arm64'],
      },
      { name: 'far1', address: 'tcp://q:5' },
    ]);
    expect(() => chooseBuilder('pods', env)).toThrow(coded('BUILDER_NOT_FOUND'));
    expect(await removeBuilders(context(), { names: ['kit'] })).toEqual([]);
  });
});

describe('a list of builders', () => {
  it('says which do not answer', async () => {
    await createBuilder(context(), { name: 'b', address: `unix://${directory}/none`, use: true });
    expect(await listBuilders(context(), {})).toEqual([
      {
        ...{ name: 'b', isCurrent: true, origin: 'lamina' },
        nodes: [
          {
            ...{ name: 'b0', address: `unix://${directory}/none`, capacity: undefined },
            ...{ status: 'unreachable', version: undefined, platforms: [] },
            error: expect.stringContaining('the socket does not exist'),
          },
        ],
      },
    ]);
  });
});
