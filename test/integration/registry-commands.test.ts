/** Pull, push, copy and login by the built command, against a real registry. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf, MEDIA_TYPES, parseReference } from '../../src/oci/index.ts';
import { openRegistries } from '../../src/registry/index.ts';
import { makeCertificate } from '../support/certificates.ts';
import { COMMAND, type Workbench } from '../support/cli.ts';
import { serve } from '../support/http-server.ts';
import { PASSWORD, startRegistry, type TestRegistry, USER } from '../support/registry.ts';
import { digestIn, elsewhere, RegistryBench } from '../support/registry-bench.ts';
import { blobOf, imageOf, indexOf, pushImage } from '../support/registry-images.ts';
import { header, pack } from '../support/tars.ts';
import { ensureTool } from '../support/tools.ts';

let desk: RegistryBench;
let registry: TestRegistry;
let bench: Workbench;
let repository: string;

beforeAll(async () => {
  desk = await RegistryBench.open();
  ({ registry, bench, repository } = desk);
});

afterAll(() => desk?.[Symbol.asyncDispose]());

describe('lamina', () => {
  test('pulls what it pushed: the digest stays, and layers it has are not asked for', async () => {
    const pushed = await bench.succeed(['push', `${repository}:1`]);
    expect(pushed.stdout).toMatch(/^1: digest: sha256:[0-9a-f]{64} size: \d+\n$/);
    expect(pushed.stderr).toContain(`The push refers to repository [${repository}]`);
    expect(pushed.stderr.match(/Layer already exists/g)).toHaveLength(2);
    using other = elsewhere();
    const pulled = await other.succeed(['pull', `${repository}:1`]);
    const digest = digestIn(pushed.stdout);
    expect(pulled.stdout).toBe(
      `Digest: ${digest}\nStatus: Downloaded newer image for ${repository}:1\n${repository}:1\n`,
    );
    expect(pulled.stderr.match(/Pull complete/g)).toHaveLength(2);
    const again = await other.succeed(['pull', `${repository}:1`]);
    expect(again.stdout).toContain(`Status: Image is up to date for ${repository}:1`);
    expect(again.stderr.match(/Already exists/g)).toHaveLength(2);
    expect((await other.succeed(['pull', '-q', `${repository}@${digest}`])).stdout).toBe(
      `${repository}@${digest}\n`,
    );
    const inspected = JSON.parse((await other.succeed(['inspect', `${repository}:1`])).stdout);
    expect(inspected[0].RepoDigests).toEqual([`${repository}@${digest}`]);
    // Its blobs came from there: pushed to another repository they are mounted.
    await other.succeed(['tag', `${repository}:1`, `${registry.name}/other/app:2`]);
    const mounted = await other.succeed(['push', `${registry.name}/other/app:2`]);
    expect(mounted.stderr.match(/Mounted from team\/app/g)).toHaveLength(2);
    expect(digestIn(mounted.stdout)).toBe(digest);
    // The name by digest is told only where there is no tag, and goes with the last one.
    const format = ['--format', '{{.Repository}}:{{.Tag}}'];
    expect((await other.succeed(['images', ...format, repository])).stdout).toBe(
      `${repository}:1\n`,
    );
    await other.succeed(['rmi', `${registry.name}/other/app:2`]);
    const removed = await other.succeed(['rmi', `${repository}:1`]);
    expect(removed.stdout).toContain(`Untagged: ${repository}@${digest}`);
    expect(removed.stdout).toContain('Deleted: ');
  });

  test('runs what is absent, as docker does, and never when told so', async () => {
    using other = elsewhere();
    const refused = await other.lamina(['run', '--rm', '--pull=never', `${repository}:1`]);
    expect(refused.stderr).toContain('IMAGE_NOT_FOUND');
    const { stdout, stderr } = await other.succeed(['run', '--rm', `${repository}:1`]);
    expect(stdout).toBe('hello\n');
    expect(stderr).toContain(`Unable to find image '${repository}:1' locally`);
    expect(stderr).toContain(`Status: Downloaded newer image for ${repository}:1`);
  });

  test('pushes and pulls all tags, and lists them', async () => {
    const name = `${registry.name}/many/app`;
    for (const tag of ['a', 'b']) await bench.succeed(['tag', `${repository}:1`, `${name}:${tag}`]);
    const pushed = await bench.succeed(['push', '-a', name]);
    expect(pushed.stdout.match(/^[ab]: digest: /gm)).toHaveLength(2);
    // Registries need not sort.
    const sorted = (text: string) => text.trim().split('\n').sort();
    expect(sorted((await bench.succeed(['ls', name])).stdout)).toEqual(['a', 'b']);
    using other = elsewhere();
    const { stdout } = await other.succeed(['pull', '-q', '-a', name]);
    expect(sorted(stdout)).toEqual([`${name}:a`, `${name}:b`]);
  });

  test('says what is no image, and what is not for this machine', async () => {
    const registries = openRegistries({ env: {} });
    await using _ = registries;
    const name = `${registry.name}/artifacts/thing`;
    const push = (tag: string, config: string, layer: string) => {
      const { blobs, manifest } = imageOf([Buffer.from(tag)]);
      const document = JSON.parse(Buffer.from(manifest.bytes).toString());
      document.config.mediaType = config;
      document.layers[0].mediaType = layer;
      const bytes = Buffer.from(JSON.stringify(document));
      const changed = { bytes, descriptor: blobOf(bytes, MEDIA_TYPES.ociManifest) };
      return pushImage(registries, parseReference(`${name}:${tag}`), { blobs, manifest: changed });
    };
    await push('chart', 'application/vnd.cncf.helm.config.v1+json', 'application/x.chart');
    await push('wasm', 'application/vnd.wasm.config.v0+json', 'application/wasm');
    await push('secret', MEDIA_TYPES.ociConfig, `${MEDIA_TYPES.ociLayerGzip}+encrypted`);
    const failure = async (...args: string[]) => (await bench.lamina(['pull', ...args])).stderr;
    expect(await failure(`${name}:chart`)).toContain('is not a container image, but a Helm chart');
    expect(await failure(`${name}:wasm`)).toContain('a WebAssembly module');
    expect(await failure(`${name}:secret`)).toContain('IMAGE_LAYER_ENCRYPTED');
    const foreign = await failure('--platform=linux/s390x', `${repository}:1`);
    expect(foreign).toContain('IMAGE_PLATFORM_MISMATCH');
    expect(foreign).toContain('expected: one of its platforms: linux/amd64');
    expect(await failure(`${registry.name}/no/such`)).toContain('REGISTRY_NOT_FOUND');
  });
});

describe('images of a special kind', () => {
  test('several platforms under one name are pushed as an index, or one of them alone', async () => {
    const name = `${registry.name}/platforms/app:1`;
    const directory = bench.project(
      { Dockerfile: 'FROM scratch\nARG TARGETARCH\nCOPY Dockerfile /$TARGETARCH\n' },
      'platforms',
    );
    const both = '--platform=linux/amd64,linux/arm64';
    await bench.succeed(['build', '-q', both, '-t', name, directory]);
    const pushed = await bench.succeed(['push', name]);
    const index = JSON.parse((await desk.rawManifest(name)).toString());
    expect(digestIn(pushed.stdout)).toBe(digestOf(await desk.rawManifest(name)));
    const platforms = index.manifests.map((one: { platform: unknown }) => one.platform);
    expect(platforms).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64' },
    ]);
    using other = elsewhere();
    await other.succeed(['pull', '-q', '--platform=linux/arm64', name]);
    const [pulled] = JSON.parse((await other.succeed(['inspect', name])).stdout);
    expect(pulled.Architecture).toBe('arm64');
    await bench.succeed(['push', '-q', '--platform=linux/arm64', name]);
    expect(digestOf(await desk.rawManifest(name))).toBe(index.manifests[1].digest);
  });

  test('a foreign layer comes from its address, and is verified', async () => {
    await using registries = openRegistries({ env: {} });
    const tar = (content: string) =>
      pack([{ header: header({ path: 'far' }), content: Buffer.from(content) }]);
    const layer = tar('away');
    await using right = await serve((_request, response) => response.end(layer));
    await using wrong = await serve((_request, response) => response.end(tar('evil')));
    const image = imageOf([layer]);
    const push = async (tag: string, url: string) => {
      const document = JSON.parse(Buffer.from(image.manifest.bytes).toString());
      document.layers[0].mediaType = 'application/vnd.oci.image.layer.nondistributable.v1.tar';
      document.layers[0].urls = [`${url}/layer.tar`];
      const bytes = Buffer.from(JSON.stringify(document));
      const manifest = { bytes, descriptor: blobOf(bytes, MEDIA_TYPES.ociManifest) };
      const name = `${registry.name}/foreign/${tag}:1`;
      await pushImage(registries, parseReference(name), {
        blobs: image.blobs.slice(0, 1),
        manifest,
      });
      return name;
    };
    const good = await push('right', right.url);
    const bad = await push('wrong', wrong.url);
    using other = elsewhere();
    const refused = await other.lamina(['pull', bad]);
    expect(refused.stderr).toContain('BLOB_DIGEST_MISMATCH');
    expect((await other.succeed(['images', '-q'])).stdout).toBe('');
    await other.succeed(['pull', '-q', good]);
    // Pushed on, the layer stays where it is.
    const on = `${registry.name}/foreign/on:1`;
    await other.succeed(['tag', good, on]);
    await other.succeed(['push', '-q', on]);
    expect(await desk.rawManifest(on)).toEqual(await desk.rawManifest(good));
  });
});

describe('copy', () => {
  test('keeps digests from registry to layout to archive to registry and store', async () => {
    const raw = await desk.rawManifest(`${repository}:1`);
    const layout = `oci:${join(bench.directory, 'copied')}:x`;
    const archive = `oci-archive:${join(bench.directory, 'copied.tar')}:y`;
    const back = `${registry.name}/copied/app:3`;
    for (const [from, to] of [
      [`${repository}:1`, layout],
      [layout, archive],
      [archive, back],
    ] as const) {
      const { stdout } = await bench.succeed(['copy', '-q', from, to]);
      expect(stdout).toBe(`${digestOf(raw)}\n`);
    }
    expect(await desk.rawManifest(back)).toEqual(raw);
    using other = elsewhere();
    await other.succeed(['copy', archive, 'store:mine']);
    expect((await other.succeed(['run', '--rm', 'mine'])).stdout).toBe('hello\n');
    await other.succeed(['copy', 'store:mine', `${registry.name}/copied/mine:1`]);
    expect(await desk.rawManifest(`${registry.name}/copied/mine:1`)).toEqual(raw);
    const mounted = await other.succeed(['copy', back, `${registry.name}/copied/near:1`]);
    expect(mounted.stderr.match(/Mounted from copied\/app/g)).toHaveLength(2);
  });

  test('takes an index whole, with what refers to its manifests, or one platform of it', async () => {
    await using registries = openRegistries({ env: {} });
    const from = parseReference(`${registry.name}/whole/app:1`);
    const { registry: host, repository: path } = from;
    const [one, two] = [imageOf([Buffer.from('one')]), imageOf([Buffer.from('two')])];
    for (const image of [one, two]) {
      const { digest } = image.manifest.descriptor;
      await pushImage(registries, { registry: host, repository: path, digest }, image);
    }
    const platform = (architecture: string) => ({ platform: { os: 'linux', architecture } });
    const index = indexOf([
      { ...one.manifest, descriptor: { ...one.manifest.descriptor, ...platform('amd64') } },
      { ...two.manifest, descriptor: { ...two.manifest.descriptor, ...platform('arm64') } },
    ]);
    await registries.pushManifest(from, index);
    const note = imageOf([Buffer.from('signature')], {
      artifactType: 'application/x.signature',
      subject: one.manifest.descriptor,
    });
    const { digest } = note.manifest.descriptor;
    await pushImage(registries, { registry: host, repository: path, digest }, note);
    await mkdir(join(bench.directory, 'whole'));
    const layout = `oci:${join(bench.directory, 'whole')}:1`;
    const to = { registry: host, repository: 'whole/copy' };
    await bench.succeed(['copy', `${registry.name}/whole/app:1`, layout]);
    await bench.succeed(['copy', layout, `${registry.name}/whole/copy:1`]);
    const copied = await registries.manifest({ ...to, tag: '1' });
    expect(copied.descriptor.digest).toBe(index.descriptor.digest);
    const referrers = await registries.referrers(to, one.manifest.descriptor.digest);
    expect(referrers.map((each) => each.digest)).toEqual([digest]);
    const arm = await bench.succeed([
      ...['copy', '-q', '--platform=linux/arm64', `${registry.name}/whole/app:1`],
      `${registry.name}/whole/arm:1`,
    ]);
    expect(arm.stdout.trim()).toBe(two.manifest.descriptor.digest);
  });
});

describe('configurations of other tools', () => {
  test('a mirror in hosts.toml, and another name in registries.conf', async () => {
    const certs = join(bench.directory, 'certs.d');
    await mkdir(join(certs, 'docker.io'), { recursive: true });
    await writeFile(
      join(certs, 'docker.io/hosts.toml'),
      `[host."${registry.url}"]\n  capabilities = ["pull", "resolve"]\n`,
    );
    using other = elsewhere();
    const env = { LAMINA_CERTS_D: certs };
    const { stdout } = await other.succeed(['run', '--rm', '--quiet', 'team/app:1'], { env });
    expect(stdout).toBe('hello\n');
    const conf = join(bench.directory, 'registries.conf');
    await writeFile(
      conf,
      `[[registry]]\nprefix = "corp.test/x"\nlocation = "${registry.name}/team"\ninsecure = true\n`,
    );
    const settings = { env: { CONTAINERS_REGISTRIES_CONF: conf } };
    await other.succeed(['pull', '-q', 'corp.test/x/app:1'], settings);
    expect((await other.succeed(['images', '-q', 'corp.test/x/app'])).stdout).not.toBe('');
  });
});

describe('certificates', () => {
  test('of an authority in certs.d are taken, and no others', async () => {
    await using own = await makeCertificate();
    await using foreign = await makeCertificate();
    const tls = { cert: own.certPath, key: own.keyPath };
    await using secure = await startRegistry({ tls });
    const name = `${secure.name}/tls/app:1`;
    const certs = join(bench.directory, 'tls.d');
    const env = { LAMINA_CERTS_D: certs };
    await mkdir(join(certs, secure.name), { recursive: true });
    await bench.succeed(['tag', `${repository}:1`, name]);
    await writeFile(join(certs, secure.name, 'ca.crt'), foreign.cert);
    const refused = await bench.lamina(['push', name], { env });
    expect(refused.stderr).toContain('REGISTRY_UNREACHABLE');
    expect(refused.stderr).toMatch(/certificate/);
    await writeFile(join(certs, secure.name, 'ca.crt'), own.cert);
    await bench.succeed(['push', '-q', name], { env });
    expect((await bench.succeed(['ls', `${secure.name}/tls/app`], { env })).stdout).toBe('1\n');
  });
});

describe('logins', () => {
  test('a password typed on a terminal is not shown', async () => {
    await using guarded = await startRegistry({ basic: true });
    using other = elsewhere();
    const command = `node ${COMMAND} login ${guarded.name}`;
    const child = spawn(ensureTool('script', 'bsdutils'), ['-qec', command, '/dev/null'], {
      env: { ...process.env, HOME: other.directory, TERM: 'dumb' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let shown = '';
    const answers = new Map([
      ['Username: ', USER],
      ['Password: ', PASSWORD],
    ]);
    child.stdout.on('data', (chunk: Buffer) => {
      shown += chunk.toString();
      for (const [question, answer] of answers) {
        if (!shown.endsWith(question)) continue;
        answers.delete(question);
        child.stdin.write(`${answer}\n`);
      }
    });
    const status = await new Promise((resolve) => child.on('close', resolve));
    expect({ status, shown }).toEqual({
      status: 0,
      shown: expect.stringContaining('Login Succeeded'),
    });
    expect(shown).toContain(USER);
    expect(shown).not.toContain(PASSWORD);
  });

  test('no output ever shows a password', async () => {
    await using guarded = await startRegistry({ basic: true });
    const name = `${guarded.name}/private/app:1`;
    using other = elsewhere();
    const env = { HOME: other.directory, LAMINA_DEBUG: '1' };
    const wrong = 'canary-8c1f-password';
    const outputs: string[] = [];
    const call = async (args: readonly string[], input?: string) => {
      const result = await other.lamina(args, { env, input });
      outputs.push(result.stdout, result.stderr);
      return result;
    };
    const stdin = ['-u', USER, '--password-stdin', guarded.name];
    const refused = await call(['-D', 'login', ...stdin], wrong);
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('REGISTRY_UNAUTHORIZED');
    expect((await call(['-D', 'pull', name])).stderr).toContain('REGISTRY_UNAUTHORIZED');
    const accepted = await call(['login', ...stdin], `${PASSWORD}\n`);
    expect(accepted.stdout).toBe('Login Succeeded\n');
    expect(accepted.stderr).toContain('stored unencrypted in');
    await other.succeed(['pull', '-q', `${repository}:1`]);
    await other.succeed(['tag', `${repository}:1`, name]);
    expect((await call(['-D', 'push', name])).status).toBe(0);
    expect((await call(['-D', 'manifest', 'inspect', name])).status).toBe(0);
    expect((await call(['-D', 'pull', name])).status).toBe(0);
    expect((await call(['-D', 'pull', `${guarded.name}/private/none`])).status).toBe(1);
    const project = other.project({ Dockerfile: `FROM ${guarded.name}/private/none\n` });
    expect((await call(['build', '--progress=rawjson', project])).status).toBe(1);
    const again = await call(['login', guarded.name]);
    expect(again.stdout).toBe('Login Succeeded\n');
    const out = await call(['logout', guarded.name]);
    expect(out.stdout).toBe(`Removing login credentials for ${guarded.name}\n`);
    expect((await call(['pull', name])).stderr).toContain('REGISTRY_UNAUTHORIZED');
    const all = outputs.join('\n');
    for (const secret of [PASSWORD, wrong]) {
      expect(all).not.toContain(secret);
      expect(all).not.toContain(Buffer.from(`${USER}:${secret}`).toString('base64'));
    }
  });
});
