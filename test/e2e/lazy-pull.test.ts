/** Base images come from registries, and of them only what is needed, when it is needed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { busybox, COMMAND, stepsOf, Workbench } from '../support/cli.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { startRegistry, type TestRegistry } from '../support/registry.ts';

/** What went through the proxy, as `GET manifests/1`. */
let requests: string[] = [];
let faultOf: (request: IncomingMessage) => Fault | undefined = () => undefined;

let registry: TestRegistry;
let proxy: FaultProxy;
let base: string;
/** Digests of the base's layers, bottom first. */
let layers: readonly string[];
let bench: Workbench;

beforeAll(async () => {
  registry = await startRegistry();
  proxy = await startFaultProxy({
    port: registry.port,
    choose: (request) => {
      const path = (request.url ?? '').replace(/^\/v2\/(base\/)?/, '');
      if (path !== '') requests.push(`${request.method} ${path}`);
      return faultOf(request);
    },
  });
  base = `${proxy.name}/base:1`;
  using maker = new Workbench();
  const directory = maker.project({
    Dockerfile: [
      'FROM scratch',
      'COPY --chmod=755 busybox /bin/busybox',
      'COPY passwd /etc/passwd',
      'COPY --chown=7:8 data /tmp/data',
      'ENV PATH=/bin BASE=yes',
      'CMD ["busybox", "echo", "from the base"]',
    ].join('\n'),
    busybox: readFileSync(busybox()),
    passwd: 'root:x:0:0:root:/:/bin/sh\n',
    data: 'data of the base\n',
  });
  await maker.succeed(['build', '-q', '-t', `${registry.name}/base:1`, directory]);
  await maker.succeed(['push', `${registry.name}/base:1`]);
  layers = await layersAt('1');
});

afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

beforeEach(() => {
  bench = new Workbench();
  requests = [];
  faultOf = () => undefined;
  return () => bench[Symbol.dispose]();
});

async function layersAt(tag: string): Promise<string[]> {
  const accept = 'application/vnd.oci.image.manifest.v1+json';
  const response = await fetch(`${registry.url}/v2/base/manifests/${tag}`, { headers: { accept } });
  const manifest = (await response.json()) as { layers: { digest: string }[] };
  return manifest.layers.map(({ digest }) => digest);
}

function build(instructions: readonly string[], args: readonly string[] = []) {
  const project = bench.project({
    Dockerfile: [`FROM ${base}`, ...instructions].join('\n'),
    file: 'hello\n',
  });
  return bench.lamina(['build', '--progress=plain', '-t', 'result', ...args, project]);
}

async function built(instructions: readonly string[], args: readonly string[] = []) {
  const result = await build(instructions, args);
  expect(result.stderr + result.stdout).not.toMatch(/^error:/m);
  expect(result.status).toBe(0);
  return result;
}

/** Downloads of the base's layers, one digest for each. */
function downloads(): string[] {
  return requests.flatMap((request) => {
    const digest = /^GET blobs\/(sha256:[0-9a-f]+)/.exec(request)?.[1];
    return digest !== undefined && layers.includes(digest) ? [digest] : [];
  });
}

function filesIn(folder: string): string[] {
  return readdirSync(join(bench.store, folder));
}

describe('a build on an image of a registry', () => {
  test('fetches the config and no layer while nothing opens one, and asks nothing the second time', async () => {
    const { stderr } = await built(['ENV A=1', 'COPY --link file /opt/file']);
    expect(stderr).toContain(`[internal] load metadata for ${base}`);
    expect(downloads()).toEqual([]);
    requests = [];
    const again = await built(['ENV A=1', 'COPY --link file /opt/file']);
    expect(stepsOf(again.stderr).cached).toHaveLength(1);
    expect(requests).toEqual([]);
  });

  test('downloads each layer once when a COPY or a RUN opens it, for all that follows', async () => {
    await built([
      'COPY file /etc/file',
      'RUN ["busybox", "sh", "-c", "busybox cat /etc/file /tmp/data > /both"]',
    ]);
    expect(downloads().toSorted()).toEqual(layers.toSorted());
    requests = [];
    const { stdout } = await bench.succeed(['run', '--rm', 'result', 'busybox', 'cat', '/both']);
    expect(stdout).toBe('hello\ndata of the base\n');
    const project = bench.project({ Dockerfile: `FROM scratch\nCOPY --from=${base} /tmp /t` }, 'b');
    await bench.succeed(['build', '-q', project]);
    expect(requests).toEqual([]);
  });

  test('finds what COPY --from and mounts take from images of registries', async () => {
    const project = bench.project({
      Dockerfile: [
        `FROM ${base}`,
        `RUN --mount=from=${base},target=/m ["busybox", "cp", "/m/tmp/data", "/copy"]`,
        'FROM scratch',
        `COPY --from=${base} /tmp/data /one`,
        'COPY --from=named /tmp/data /two',
        'COPY --from=0 /copy /three',
      ].join('\n'),
    });
    const output = join(bench.directory, 'out');
    const named = ['--build-context', `named=docker-image://${base}`];
    await bench.succeed(['build', '-q', ...named, '-o', output, project]);
    for (const name of ['one', 'two', 'three']) {
      expect(readFileSync(join(output, name), 'utf8')).toBe('data of the base\n');
    }
    expect(requests.filter((request) => request === 'GET manifests/1')).toHaveLength(1);
    expect(downloads().toSorted()).toEqual(layers.toSorted());
  });

  test('exports the layers to an archive as they came, without unpacking them', async () => {
    const archive = join(bench.directory, 'image.tar');
    await built(['COPY --link file /opt/file'], ['-o', `type=oci,dest=${archive}`]);
    expect(downloads().toSorted()).toEqual(layers.toSorted());
    expect(filesIn('layers')).toHaveLength(1);
    using other = new Workbench();
    await other.succeed(['load', '-q', '-i', archive]);
    const { stdout } = await other.succeed(['run', '--rm', 'result']);
    expect(stdout).toBe('from the base\n');
  });

  test('is pushed to where its base lies without a byte of the base', async () => {
    await built(['COPY --link file /opt/file'], ['-t', `${proxy.name}/base:2`]);
    await bench.succeed(['push', `${proxy.name}/base:2`]);
    expect(downloads()).toEqual([]);
    expect((await layersAt('2')).slice(0, -1)).toEqual(layers);
    using other = new Workbench();
    const image = `${registry.name}/base:2`;
    const { stdout, stderr } = await other.succeed(['run', '--rm', image]);
    expect(stdout).toBe('from the base\n');
    expect(stderr).toContain(`Unable to find image '${image}' locally`);
  });

  test('goes on from what it knows when the registry is gone, and asks it with --pull', async () => {
    await built(['ENV A=1']);
    faultOf = () => 'reset-before';
    await built(['ENV A=2']);
    faultOf = () => undefined;
    requests = [];
    await built(['ENV A=2'], ['--pull']);
    expect(requests).toEqual(['HEAD manifests/1']);
    faultOf = () => 'status-401';
    const { status, stderr } = await build(['ENV A=3'], ['--pull']);
    expect(status).not.toBe(0);
    expect(stderr).toContain(`${proxy.name} refuses it`);
  });

  test('by digest needs no registry when the store has the image under a tag', async () => {
    await built(['ENV A=1']);
    const { stdout } = await bench.succeed(['image', 'inspect', base]);
    const [{ RepoDigests }] = JSON.parse(stdout) as [{ RepoDigests: string[] }];
    faultOf = () => 'reset-before';
    requests = [];
    for (const name of [RepoDigests[0], `${base}@${RepoDigests[0]?.split('@')[1]}`]) {
      const project = bench.project({ Dockerfile: `FROM ${name}\nENV B=1` }, 'by-digest');
      await bench.succeed(['build', '-q', project]);
    }
    expect(requests).toEqual([]);
  });

  test('of a name that is nowhere says where it was looked for', async () => {
    await built(['ENV A=1']);
    const project = bench.project({ Dockerfile: `FROM ${proxy.name}/bsae:1` }, 'typo');
    const { stderr } = await bench.lamina(['build', '--progress=plain', project]);
    expect(stderr).toContain('IMAGE_NOT_FOUND');
    expect(stderr).toContain(`in the local store, nor in ${proxy.name}`);
    expect(stderr).toContain(`did you mean '${base}'?`);
  });
});

describe('an image whose layers are elsewhere', () => {
  test('is listed, described, tagged, pruned and removed like any other', async () => {
    await built(['COPY --link file /opt/file']);
    const { stdout: list } = await bench.succeed([
      'images',
      '--format',
      '{{.Repository}} {{.Size}} {{.CompressedSize}}',
    ]);
    expect(list).toMatch(/^result N\/A N\/A$/m);
    expect(list).toMatch(/base N\/A \d+(\.\d+)?[kM]B$/m);
    await bench.succeed(['history', base]);
    await bench.succeed(['tag', base, 'mine']);
    await bench.succeed(['system', 'df']);
    await bench.succeed(['builder', 'prune', '-af']);
    await bench.succeed(['rmi', base]);
    expect(downloads()).toEqual([]);
    const { stdout } = await bench.succeed(['run', '--rm', 'mine']);
    expect(stdout).toBe('from the base\n');
    await bench.succeed(['rmi', 'mine', 'result']);
    await bench.succeed(['builder', 'prune', '-af']);
    expect(filesIn('layers')).toEqual([]);
    expect(filesIn('blobs/sha256')).toEqual([]);
  });

  test('is whole after its download was killed', async () => {
    await built(['ENV A=1']);
    const last = layers.at(-1);
    const reached = new Promise<void>((resolve) => {
      faultOf = ({ url }) => {
        if (url?.endsWith(`/blobs/${last}`) !== true) return undefined;
        resolve();
        return 'stall';
      };
    });
    const child = spawn(process.execPath, [COMMAND, 'run', '--rm', base], {
      env: { ...process.env, LAMINA_ROOT: bench.store },
      stdio: 'ignore',
    });
    await reached;
    child.kill('SIGKILL');
    await once(child, 'exit');
    faultOf = () => undefined;
    const { stdout } = await bench.succeed(['run', '--rm', base]);
    expect(stdout).toBe('from the base\n');
    await bench.succeed(['builder', 'prune', '-af']);
    expect(filesIn('locks')).toEqual([]);
    expect(filesIn('tmp')).toEqual([]);
  });

  test('is refused, and nothing of it kept, when bytes were changed on the way', async () => {
    await built(['ENV A=1']);
    const before = filesIn('blobs/sha256');
    const [first] = layers;
    faultOf = ({ url }) =>
      url?.endsWith(`/blobs/${first}`) === true ? 'corrupt-answer' : undefined;
    const { status, stderr } = await bench.lamina(['run', '--rm', base]);
    expect(status).toBe(125);
    expect(stderr).toMatch(/code: BLOB_DIGEST_MISMATCH/);
    expect(filesIn('blobs/sha256')).not.toContain(first?.slice('sha256:'.length));
    expect(filesIn('blobs/sha256').length).toBeGreaterThanOrEqual(before.length);
    faultOf = () => undefined;
    const { stdout } = await bench.succeed(['run', '--rm', base]);
    expect(stdout).toBe('from the base\n');
  });

  test('is downloaded once by two builds at the same time', async () => {
    await built(['ENV A=1']);
    requests = [];
    await Promise.all([
      built(['COPY file /etc/one'], ['-t', 'one']),
      built(['COPY file /etc/two'], ['-t', 'two']),
    ]);
    expect(downloads().toSorted()).toEqual(layers.toSorted());
  });
});
