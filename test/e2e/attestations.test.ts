/** Bills of materials and provenance: of images, and attached to images that leave the store. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, Workbench } from '../support/cli.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

const bench = new Workbench();
let registry: TestRegistry;
let project: string;

beforeAll(async () => {
  registry = await startRegistry();
  project = bench.project({
    Dockerfile:
      'FROM scratch AS base\nCOPY os-release /etc/\nFROM base\nARG TOKEN\nCOPY status /var/lib/dpkg/\nCOPY package.json /app/node_modules/left-pad/\n',
    'os-release': 'ID=debian\nVERSION_ID="13"\n',
    status: 'Package: curl\nStatus: install ok installed\nVersion: 8.5.0-2\nArchitecture: amd64\n',
    'package.json': '{"name":"left-pad","version":"1.3.0"}',
  });
});
afterAll(async () => {
  bench[Symbol.dispose]();
  await registry[Symbol.asyncDispose]();
});

const build = (...args: string[]) => bench.succeed(['build', '-q', ...args, project]);

/** The statements in a layout, by the type of their predicate. */
async function statementsIn(archive: string): Promise<ReadonlyMap<string, object>> {
  const directory = join(bench.directory, 'layout');
  mkdirSync(directory, { recursive: true });
  await execute('tar', ['-xf', archive, '-C', directory]);
  const blobs = join(directory, 'blobs/sha256');
  const documents = readdirSync(blobs)
    .map((name) => readFileSync(join(blobs, name), 'utf8'))
    .filter((text) => text.startsWith('{"_type"'))
    .map((text) => Object(JSON.parse(text)));
  return new Map(documents.map((statement) => [statement.predicateType, statement]));
}

describe('attestations of a build', () => {
  it('are in the index of an OCI archive, and name the image by its digest', async () => {
    const archive = join(bench.directory, 'app.tar');
    await build(
      '-t',
      'app:1',
      '--sbom',
      '--provenance',
      '--build-arg',
      'TOKEN=canary',
      '-o',
      `type=oci,dest=${archive}`,
    );
    const statements = await statementsIn(archive);
    expect([...statements.keys()].sort()).toEqual([
      'https://slsa.dev/provenance/v1',
      'https://spdx.dev/Document',
    ]);
    expect(JSON.stringify([...statements.values()])).not.toContain('canary');
    expect(statements.get('https://spdx.dev/Document')).toMatchObject({
      subject: [{ name: 'pkg:docker/app@1?platform=linux%2Famd64' }],
      predicate: { packages: [{}, { name: 'curl' }, { name: 'left-pad' }] },
    });
    await bench.succeed(['load', '-i', archive]);
    expect((await bench.succeed(['images', '-q', 'app:1'])).stdout).toMatch(/^[0-9a-f]{12}\n$/);
  });

  it('are pushed with the image', async () => {
    const name = `${registry.name}/team/app:1`;
    await build('-t', name, '--attest', 'type=provenance,mode=max', '--push');
    const { stdout } = await bench.succeed(['manifest', 'inspect', name]);
    expect(JSON.parse(stdout)).toMatchObject({
      manifests: [
        { platform: { os: 'linux' } },
        {
          platform: { os: 'unknown' },
          annotations: { 'vnd.docker.reference.type': 'attestation-manifest' },
        },
      ],
    });
    const attest = (...args: string[]) => bench.succeed(['attest', ...args, name]);
    expect((await attest('ls')).stdout).toMatch(
      /slsa\.dev\/provenance\/v1 +linux\/amd64|linux\/arm64/,
    );
    expect(JSON.parse((await attest('show', '--type=provenance')).stdout)).toMatchObject({
      runDetails: { builder: {} },
    });
    expect((await attest('verify')).stdout).toMatch(/^ok /);
    const none = await bench.lamina(['attest', 'verify', '--type=sbom', name]);
    expect([none.status, none.stderr]).toEqual([
      1,
      expect.stringContaining('ATTESTATION_NOT_FOUND'),
    ]);
    await bench.succeed(['rmi', name]);
    await bench.succeed(['pull', '-q', name]);
  });

  it('are not made unless they are asked for', async () => {
    const archive = join(bench.directory, 'plain.tar');
    await build('--provenance=false', '--sbom=false', '-o', `type=oci,dest=${archive}`);
    const { stdout } = await execute('tar', ['-xOf', archive, 'index.json']);
    expect(stdout).not.toContain('image.index.v1+json","digest"');
  });
});

describe('sbom', () => {
  beforeAll(() => build('-t', 'listed'));

  it('lists the packages of an image', async () => {
    const { stdout } = await bench.succeed(['sbom', 'listed']);
    expect(stdout).toMatch(/^NAME +VERSION +TYPE\ncurl +8\.5\.0-2 +deb\nleft-pad +1\.3\.0 +npm\n$/);
  });

  it('writes the same document for the same image in another transport', async () => {
    const archive = join(bench.directory, 'listed.tar');
    await bench.succeed(['save', '-o', archive, 'listed']);
    const formats = ['spdx-json', 'cyclonedx-json'];
    for (const format of formats) {
      const [one, other] = await Promise.all(
        ['listed', `docker-archive:${archive}`].map((image) =>
          bench.succeed(['sbom', '--format', format, image]),
        ),
      );
      expect(one?.stdout).toBe(other?.stdout);
    }
  });

  it('says which image is not there', async () => {
    const { status, stderr } = await bench.lamina(['sbom', 'nothing']);
    expect(status).not.toBe(0);
    expect(stderr).toContain('IMAGE_NOT_FOUND');
  });
});
