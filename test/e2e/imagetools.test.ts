/** Indexes over what registries have already: `imagetools create`, and `manifest create` to `push`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RegistryBench } from '../support/registry-bench.ts';

interface Index {
  readonly mediaType: string;
  readonly annotations?: Record<string, string>;
  readonly manifests: readonly {
    readonly digest: string;
    readonly platform?: { readonly os: string; readonly architecture: string };
  }[];
}

let registry: RegistryBench;
let app: string;
beforeAll(async () => {
  registry = await RegistryBench.open();
  app = registry.repository;
  for (const architecture of ['amd64', 'arm64']) {
    const directory = registry.bench.project(
      { Dockerfile: `FROM scratch\nCOPY file /\n`, file: architecture },
      architecture,
    );
    const platform = ['--platform', `linux/${architecture}`];
    await succeed('build', '-q', ...platform, '--push', '-t', `${app}:${architecture}`, directory);
  }
});
afterAll(() => registry[Symbol.asyncDispose]());

const succeed = async (...args: string[]) => (await registry.bench.succeed(args)).stdout;
const raw = async (name: string) => (await registry.rawManifest(name)).toString();
const index = async (name: string): Promise<Index> => JSON.parse(await raw(name));
const platforms = ({ manifests }: Index) =>
  manifests.map(({ platform }) => `${platform?.os}/${platform?.architecture}`);

describe('imagetools create', () => {
  it('makes one index of several images, in another repository too', async () => {
    const target = `${app}-copy:both`;
    const printed = await succeed(
      ...['buildx', 'imagetools', 'create', '-t', target, '-t', `${app}:both`],
      ...[`${app}:amd64`, `${app}:arm64`],
    );
    expect(printed).toMatch(/^Digest: sha256:[0-9a-f]{64}\n$/);
    expect(platforms(await index(target))).toEqual(['linux/amd64', 'linux/arm64']);
    expect(await raw(`${app}:both`)).toBe(await raw(target));
    await succeed('pull', '-q', '--platform', 'linux/arm64', target);
  });

  it('appends to what a name means, each manifest once', async () => {
    const target = `${app}:grows`;
    await succeed('imagetools', 'create', '-t', target, `${app}:amd64`);
    expect(platforms(await index(target))).toEqual(['linux/amd64']);
    await succeed('imagetools', 'create', '-t', target, '--append', `${app}:amd64`, `${app}:arm64`);
    expect(platforms(await index(target))).toEqual(['linux/amd64', 'linux/arm64']);
  });

  it('copies a single index, or with --prefer-index=false an image, as it is', async () => {
    await succeed('imagetools', 'create', '-t', `${app}:two`, `${app}:amd64`, `${app}:arm64`);
    await succeed('imagetools', 'create', '-t', `${app}:same`, `${app}:two`);
    expect(await raw(`${app}:same`)).toBe(await raw(`${app}:two`));
    await succeed('imagetools', 'create', '--prefer-index=false', '-t', `${app}:plain`, `${app}:1`);
    expect(await raw(`${app}:plain`)).toBe(await raw(`${app}:1`));
  });

  it('annotates, chooses platforms, and with --dry-run only prints', async () => {
    const made: Index = JSON.parse(
      await succeed(
        ...['imagetools', 'create', '--dry-run', '-t', `${app}:dry`, '--annotation', 'index:a=b'],
        ...['--platform', 'linux/arm64', `${app}:amd64`, `${app}:arm64`],
      ),
    );
    expect(platforms(made)).toEqual(['linux/arm64']);
    expect(made.annotations).toEqual({ a: 'b' });
    expect((await registry.bench.lamina(['manifest', 'inspect', `${app}:dry`])).status).toBe(1);
  });

  it('refuses to make a name of nothing', async () => {
    const { status, stderr } = await registry.bench.lamina(['imagetools', 'create', `${app}:1`]);
    expect(status).toBe(125);
    expect(stderr).toContain('-t NAME:TAG SOURCE');
  });
});

describe('a list of manifests', () => {
  it('is made here, corrected, and pushed', async () => {
    const list = `${app}:list`;
    await succeed('manifest', 'create', list, `${app}:amd64`);
    const again = await registry.bench.lamina(['manifest', 'create', list, `${app}:arm64`]);
    expect(again.stderr).toContain('MANIFEST_LIST_EXISTS');
    await succeed('manifest', 'create', '--amend', list, `${app}:arm64`);
    const arm = ['--arch', 'arm', '--variant', 'v7', '--os-features', 'x'];
    await succeed('manifest', 'annotate', ...arm, list, `${app}:arm64`);
    expect(await succeed('manifest', 'push', '--purge', list)).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    const { manifests } = await index(list);
    expect(manifests.map(({ platform }) => platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm', variant: 'v7', 'os.features': ['x'] },
    ]);
    const gone = await registry.bench.lamina(['manifest', 'push', list]);
    expect(gone.stderr).toContain('MANIFEST_LIST_NOT_FOUND');
  });

  it('is removed without a push', async () => {
    await succeed('manifest', 'create', `${app}:never`, `${app}:1`);
    await succeed('manifest', 'rm', `${app}:never`);
    expect((await registry.bench.lamina(['manifest', 'rm', `${app}:never`])).status).toBe(1);
  });
});
