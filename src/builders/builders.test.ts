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
    expect(chooseBuilder('buildkit', env)?.address).toBe('tcp://elsewhere:1');
    await createBuilder(context(), { name: 'b', address: 'tcp://b:1' });
    expect(chooseBuilder(undefined, env)).toBeUndefined();
    expect(await useBuilder(context(), { name: 'b' })).toBe(true);
    expect(chooseBuilder(undefined, env)?.address).toBe('tcp://b:1');
    expect(chooseBuilder('default', env)).toBeUndefined();
    expect(chooseBuilder(undefined, { ...env, LAMINA_BUILDER: 'lamina' })).toBeUndefined();
    await useBuilder(context(), { name: 'default' });
    expect(chooseBuilder(undefined, env)).toBeUndefined();
  });

  it('takes an address as it is, and refuses an unknown name with the nearest one', async () => {
    expect(chooseBuilder('tcp://c:2', env)).toEqual({ name: 'tcp://c:2', address: 'tcp://c:2' });
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

  it.each(['{', '[]', '{"builders":[{"name":1}]}', '{"current":{}}'])('is refused: %s', (text) => {
    write('.config/lamina/builders.json', text);
    expect(() => chooseBuilder('b', env)).toThrow(coded('BUILDER_CONFIG'));
  });
});

describe("buildx's instances", () => {
  it('can be used by their names, and are not changed', async () => {
    const node = { Name: 'kit0', Endpoint: 'unix:///var/run/docker.sock', DriverOpts: null };
    const remote = { Endpoint: 'tcp://r:5', DriverOpts: { cacert: '/ca.pem', servername: 's' } };
    const instance = (name: string, driver: string, one: unknown) =>
      write(
        `.docker/buildx/instances/${name}`,
        JSON.stringify({ Name: name, Driver: driver, Nodes: [one], Dynamic: false }),
      );
    instance('kit', 'docker-container', node);
    instance('far', 'remote', remote);
    instance('ctx', 'docker-container', { ...node, Name: 'ctx0', Endpoint: 'desktop' });
    instance('pods', 'kubernetes', { Name: 'p' });
    write('.docker/buildx/instances/broken', '{');
    expect(chooseBuilder('kit', env)?.address).toBe('docker-container://buildx_buildkit_kit0');
    expect(chooseBuilder('ctx', env)?.address).toBe(
      'docker-container://buildx_buildkit_ctx0?context=desktop',
    );
    expect(chooseBuilder('far', env)).toMatchObject({
      ...{ address: 'tcp://r:5', tls: { ca: '/ca.pem', servername: 's' } },
    });
    expect(() => chooseBuilder('pods', env)).toThrow(coded('BUILDER_NOT_FOUND'));
    expect(await removeBuilders(context(), { names: ['kit'] })).toEqual([]);
  });
});

describe('a list of builders', () => {
  it('says which do not answer', async () => {
    await createBuilder(context(), { name: 'b', address: `unix://${directory}/none`, use: true });
    expect(await listBuilders(context(), {})).toEqual([
      {
        ...{ name: 'b', isCurrent: true, origin: 'lamina', address: `unix://${directory}/none` },
        ...{ status: 'unreachable', version: undefined, platforms: [] },
        error: expect.stringContaining('the socket does not exist'),
      },
    ]);
  });
});
