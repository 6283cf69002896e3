import { lstat, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { session } from '../../test/support/program.ts';
import type {
  BuilderInfo,
  BuildOptions,
  BuildResult,
  CreateBuilderOptions,
  HistoryRow,
  ImageSummary,
  RunOptions,
  SystemInfo,
} from '../api/index.ts';
import { AbortedError, AppError } from '../errors.ts';
import { parseDigest } from '../oci/index.ts';
import { commandList } from './command-list.ts';
import { PipeClosed } from './io.ts';

const ID = parseDigest(`sha256:${'ab12'.repeat(16)}`);
const OTHER = parseDigest(`sha256:${'cd34'.repeat(16)}`);

const INFO: SystemInfo = {
  root: '/store',
  images: 3,
  platforms: ['linux/amd64', 'linux/arm64'],
  runtime: 'runc',
  hostname: 'here',
  kernel: '6.1',
  processors: 2,
  memoryBytes: 4e9,
  isRoot: true,
};

const built: BuildResult = {
  imageId: ID,
  digest: OTHER,
  descriptor: undefined,
  references: ['docker.io/library/a:latest'],
  outputs: [{ kind: 'store', dest: ID, isDirectory: false, bytes: undefined, files: undefined }],
  metadata: { 'containerimage.digest': OTHER },
  summary: {
    steps: [],
    stages: [],
    unusedStages: [],
    leftBehindBytes: 0,
    images: [{ platform: undefined, layers: [], layerCount: 0, bytes: 0 }],
    durationMs: 0,
  },
  warnings: [],
  buildId: 'a',
};

/** Runs a build command line and gives back what the engine was asked for. */
async function buildCall(argv: readonly string[], env: Record<string, string> = {}) {
  const calls: BuildOptions[] = [];
  const build = async (options: BuildOptions) => {
    calls.push(options);
    await options.onResult?.(built);
    return built;
  };
  const result = await session(argv, { api: { build }, env });
  return { ...result, options: calls[0] };
}

describe('the command line', () => {
  it('shows its help when there is nothing to do', async () => {
    for (const argv of [[], ['--help'], ['-h'], ['help']]) {
      const { status, stdout } = await session(argv);
      expect(status).toBe(0);
      expect(stdout).toContain('Usage: lamina COMMAND [OPTIONS]');
    }
  });

  it('has a help worth reading for every command', async () => {
    for (const { name, aliases } of commandList) {
      for (const spelling of [name, ...aliases]) {
        const { status, stdout } = await session([...spelling.split(' '), '--help']);
        expect(status).toBe(0);
        expect(stdout).toMatch(new RegExp(`^Usage: lamina ${name}`));
        expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
      }
    }
  });

  it('names the nearest command', async () => {
    expect(await session(['biuld', '.'])).toMatchObject({
      status: 125,
      stdout: '',
      stderr: expect.stringContaining("did you mean 'lamina build'?"),
    });
    expect((await session(['image', 'sl'])).stderr).toContain("did you mean 'lamina image ls'?");
    expect((await session(['image', '--foo'])).stderr).toContain('needs a subcommand');
  });

  it.each([
    ['buildx create --name x --driver docker-container --use --bootstrap', 'x\n'],
    ['buildx create --use --driver-opt network=host', 'lamina\n'],
    ['buildx use x', ''],
    ['buildx rm -f x', ''],
    ['buildx stop x', ''],
    ['buildx install', ''],
    ['buildx stop', ''],
    ['container prune -f --filter until=24h', 'Total reclaimed space: 0B\n'],
    ['volume prune -af', 'Total reclaimed space: 0B\n'],
  ])('accepts %s, and says that it does nothing', async (line, expected) => {
    const api = { useBuilder: async () => false, removeBuilders: async () => [] };
    const { status, stdout, stderr } = await session(line.split(' '), { api });
    expect([status, stdout]).toEqual([0, expected]);
    expect(stderr).toMatch(/^note: /);
  });

  it('shows this machine as a builder', async () => {
    const api = {
      listBuilders: async () => [],
      info: async () => INFO,
      version: async () => ({
        ...{ version: '1.2.3', node: '24.0.0', platform: 'linux/amd64', runtime: undefined },
      }),
    };
    const listed = await session(['buildx', 'ls'], { api });
    expect(listed.stdout).toContain('linux/amd64, linux/arm64');
    const inspected = await session(['buildx', 'inspect', '--bootstrap', 'x'], { api });
    expect(inspected.stdout).toMatch(/^Platforms: linux\/amd64, linux\/arm64$/m);
    expect(inspected.stderr).toContain("there is no builder 'x'");
    const info = await session(['info', '-f', '{{.ServerVersion}} {{.OSType}} {{.NCPU}}'], { api });
    expect(info.stdout).toBe('1.2.3 linux 2\n');
    expect(JSON.parse((await session(['info', '-f', 'json'], { api })).stdout)).toMatchObject({
      Architecture: 'x86_64',
      DockerRootDir: '/store',
      ServerErrors: [],
    });
    const version = await session(['version', '-f', '{{.Server.Version}} {{.Client.Os}}'], { api });
    expect(version.stdout).toBe('1.2.3 linux\n');
  });

  it('shows builders, the current one with a star, and why one is unreachable', async () => {
    const fleet: BuilderInfo = {
      ...{ name: 'fleet', isCurrent: true, origin: 'lamina' },
      nodes: [
        {
          ...{ name: 'fleet0', address: 'tcp://b:1234', capacity: undefined },
          ...{ status: 'unreachable', error: 'no route', version: undefined, platforms: [] },
        },
      ],
    };
    const api = {
      listBuilders: async () => [fleet],
      info: async () => INFO,
      version: async () => ({
        ...{ version: '1.2.3', node: '24.0.0', platform: 'linux/amd64', runtime: undefined },
      }),
    };
    const { stdout } = await session(['builder', 'ls'], { api });
    expect(stdout).toMatch(/^lamina +no daemon +running/m);
    expect(stdout).toMatch(/^fleet\* +tcp:\/\/b:1234 +unreachable/m);
    const inspected = await session(['builder', 'inspect', 'fleet'], { api });
    expect(inspected.status).toBe(1);
    expect(inspected.stdout).toContain('Error:     no route');
  });

  it('creates a builder from an address and its TLS options', async () => {
    const asked: unknown[] = [];
    const api = {
      createBuilder: async ({ signal: _, ...options }: CreateBuilderOptions) => {
        asked.push(options);
        return 'b';
      },
    };
    const line =
      'builder create --name b --use --driver remote --driver-opt cacert=c,key=k tcp://h:1';
    expect((await session(line.split(' '), { api })).stdout).toBe('b\n');
    expect(asked).toEqual([
      {
        ...{ name: 'b', address: 'tcp://h:1', use: true, tls: { ca: 'c', key: 'k' } },
        append: false,
      },
    ]);
    await session(
      'builder create --append --node arm --platform linux/arm64,linux/arm/v7 --driver-opt capacity=4 ssh://a'.split(
        ' ',
      ),
      { api },
    );
    expect(asked[1]).toEqual({
      ...{ address: 'ssh://a', use: false, append: true, node: 'arm' },
      ...{ platforms: ['linux/arm64', 'linux/arm/v7'], capacity: 4 },
    });
    const leaving = await session(['builder', 'create', '--leave', '--node', 'n'], { api });
    expect(leaving.stderr).toContain('CLI_FLAG_VALUE');
    const refused = await session(['builder', 'create', '--driver-opt', 'x=1', 'tcp://h:1'], {
      api,
    });
    expect(refused.stderr).toContain('CLI_FLAG_VALUE');
  });

  it('lists the commands that begin with a word', async () => {
    for (const argv of [['image'], ['image', '--help'], ['help', 'image']]) {
      const { status, stdout } = await session(argv);
      expect(status).toBe(0);
      expect(stdout).toContain('lamina image ls ');
      expect(stdout).not.toContain('buildx');
    }
  });

  it('says of Docker’s other commands why they are missing', async () => {
    const { status, stderr } = await session(['search', 'a']);
    expect(status).toBe(125);
    expect(stderr).toContain('lamina ls');
    expect(stderr).toContain('CLI_NOT_YET');
  });

  it.each([
    ['ps -a', 'ps', 'nothing to list'],
    ['container ls', 'container ls', 'nothing to list'],
    ['container exec -it web sh', 'container exec', 'lamina run -it IMAGE sh'],
    ['cp web:/etc/hosts .', 'cp', 'COPY --from=IMAGE'],
    ['commit web web:2', 'commit', 'RUN COMMAND'],
    ['diff web', 'diff', 'lamina compare'],
    ['scout cves web', 'scout', 'lamina sbom'],
    ['trust sign web', 'trust', 'lamina sign'],
    ['buildx dial-stdio', 'buildx dial-stdio', '--builder ADDRESS'],
    ['buildx policy eval', 'buildx policy', '--policy FILE'],
    ['buildx debug build .', 'buildx debug', 'lamina debug'],
    ['logs web', 'logs', 'lamina run'],
    ['volume ls', 'volume', '-v'],
    ['context use far', 'context use', 'no daemon'],
  ])('says what to do instead of %s', async (line, typed, reason) => {
    const { status, stderr } = await session(line.split(' '));
    expect(status).toBe(125);
    expect(stderr).toContain(`'lamina ${typed}' is not supported`);
    expect(stderr).toContain(reason);
    expect(stderr).toContain('CLI_NOT_YET');
  });

  it.each([
    ['--context far images', '--context', 'there is no daemon'],
    ['-H tcp://far:2375 images', '-H', 'there is no daemon'],
    ['--tlsverify images', '--tlsverify', 'there is no daemon'],
    ['--config dir images', '--config', 'set DOCKER_CONFIG'],
    ['run --sysctl net.a=1 app', '--sysctl', 'on this machine'],
    ['run --dns 9.9.9.9 app', '--dns', '/etc/resolv.conf'],
    ['rmi --platform linux/arm64 app', '--platform', 'all its platforms'],
  ])('refuses the option in %s with what to do instead', async (line, option, reason) => {
    const { status, stderr } = await session(line.split(' '));
    expect(status).toBe(125);
    expect(stderr).toContain(`${option} is not supported yet`);
    expect(stderr).toContain(reason);
  });

  it('takes the options of Docker before the command that choose what it has anyway', async () => {
    const { status, stderr } = await session([
      '--context=default',
      '-l',
      'error',
      'completion',
      'fish',
    ]);
    expect([status, stderr]).toEqual([0, expect.stringContaining('--log-level has no effect')]);
  });

  it('takes the options of buildx before and after its subcommand', async () => {
    for (const line of ['buildx --builder b -D version', 'buildx version --builder b --debug']) {
      const { stderr } = await session(line.split(' '));
      expect(stderr).toContain('--builder has no effect');
      expect(stderr).toContain('--debug has no effect');
    }
    const { options } = await buildCall(['buildx', '--builder=far', 'build', '.']);
    expect(options).toMatchObject({ builder: 'far' });
    const help = await session(['buildx', '-D', '--help']);
    expect(help.stdout).toContain('lamina buildx build ');
  });

  it('says how a command is called when the arguments are too few or too many', async () => {
    const none = await session(['build']);
    expect(none.status).toBe(125);
    expect(none.stderr).toContain("'lamina build' takes 1 argument, 0 given");
    expect((await session(['tag', 'a'])).stderr).toContain('takes 2 arguments, 1 given');
  });

  it('ends quietly when nobody reads its output', async () => {
    const images = async () => {
      throw new PipeClosed();
    };
    expect(await session(['images'], { api: { images } })).toMatchObject({
      status: 141,
      stderr: '',
    });
  });

  it.each([
    [new AppError('PLAN_UNKNOWN_STAGE', 'no such stage'), 1, 'PLAN_UNKNOWN_STAGE'],
    [new AbortedError(), 130, 'cancelled'],
    [new TypeError('oops'), 70, 'INTERNAL'],
  ])('turns %s into an exit status', async (error, status, text) => {
    const build = async () => {
      throw error;
    };
    const result = await session(['build', '.'], { api: { build } });
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(text);
  });

  it('takes what stops on demand for no fault', async () => {
    const controller = new AbortController();
    const pullImages = async ({ signal }: { readonly signal?: AbortSignal | undefined }) => {
      controller.abort();
      signal?.throwIfAborted();
      throw new Error('it goes on');
    };
    const { signal } = controller;
    const result = await session(['pull', 'x'], { api: { pullImages }, signal });
    expect(result).toMatchObject({ status: 130, stderr: 'cancelled\n' });
    // Nobody asked for it: something stopped by itself.
    const stop = async () => AbortSignal.abort().throwIfAborted() as never;
    expect((await session(['pull', 'x'], { api: { pullImages: stop } })).status).toBe(70);
  });
});

describe('lamina build', () => {
  let directory: string;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lamina-test-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true });
  });

  it.each([
    [['build', '.']],
    [['image', 'build', '.']],
    [['buildx', 'build', '.']],
    [['buildx', 'b', '.']],
    [['builder', 'build', '.']],
  ])('answers to %j', async (argv) => {
    expect((await buildCall(argv)).options).toMatchObject({ context: '.' });
  });

  it('translates its flags', async () => {
    const { options, status } = await buildCall(
      [
        'build',
        ...['-t', 'a', '-tb:1', '-f', 'other/Dockerfile', '--target=builder'],
        ...['--build-arg', 'V=1', '--build-arg', 'HOME', '--label', 'x=y'],
        ...['--no-cache', '--no-cache-filter', 'one,two', '-j2', '--network=none'],
        ...['--add-host', 'db:10.0.0.1', '--platform', 'linux/amd64,linux/arm64'],
        ...['-o', 'type=oci,dest=a.tar', '--load', '--root', '/store', 'ctx'],
      ],
      { HOME: '/home/me', SOURCE_DATE_EPOCH: '1700000000' },
    );
    expect(status).toBe(0);
    expect(options).toMatchObject({
      context: 'ctx',
      dockerfile: 'other/Dockerfile',
      tags: ['a', 'b:1'],
      target: 'builder',
      buildArgs: { V: '1', HOME: '/home/me' },
      labels: { x: 'y' },
      noCache: true,
      noCacheFilter: ['one', 'two'],
      jobs: 2,
      network: 'none',
      addHosts: [{ name: 'db', address: '10.0.0.1' }],
      platforms: ['linux/amd64', 'linux/arm64'],
      outputs: [
        { type: 'oci', dest: 'a.tar', attrs: {} },
        { type: 'docker', attrs: {} },
      ],
      root: '/store',
      sourceDateEpoch: 1_700_000_000,
    });
  });

  it('takes what the environment says where no flag does', async () => {
    const env = { LAMINA_ROOT: '/from/env', DOCKER_DEFAULT_PLATFORM: 'linux/arm64' };
    expect((await buildCall(['build', '.'], env)).options).toMatchObject({
      // The engine looks at LAMINA_ROOT itself.
      root: undefined,
      platforms: ['linux/arm64'],
    });
    expect((await buildCall(['--root', '/global', 'build', '.'], env)).options?.root).toBe(
      '/global',
    );
    const wrong = await buildCall(['build', '.'], { BUILDKIT_PROGRESS: 'fancy' });
    expect(wrong.status).toBe(125);
    expect(wrong.stderr).toContain('CLI_ENVIRONMENT');
  });

  it('hands over standard input when the Dockerfile comes from there', async () => {
    for (const argv of [
      ['build', '-'],
      ['build', '-f', '-', '.'],
    ]) {
      expect((await buildCall(argv)).options?.stdin).toBeDefined();
    }
    expect((await buildCall(['build', '.'])).options?.stdin).toBeUndefined();
    expect((await buildCall(['build', '-f', '-', '-'])).stderr).toContain('CLI_USAGE');
  });

  it('prints only the image ID when quiet', async () => {
    expect(await buildCall(['build', '-q', '.'])).toMatchObject({
      stdout: `${ID}\n`,
      stderr: '',
    });
  });

  it('keeps standard output free, and says on standard error what was built', async () => {
    expect(await buildCall(['build', '-t', 'a', '.'])).toMatchObject({
      stdout: '',
      stderr: expect.stringContaining(`docker.io/library/a:latest ${ID}`),
    });
  });

  it('writes the ID and the metadata to files', async () => {
    const [iid, meta] = [join(directory, 'iid'), join(directory, 'meta.json')];
    await writeFile(iid, 'of an earlier build');
    await buildCall(['build', '--iidfile', iid, '--metadata-file', meta, '.']);
    expect(await readFile(iid, 'utf8')).toBe(ID);
    expect(JSON.parse(await readFile(meta, 'utf8'))).toEqual(built.metadata);
  });

  it('refuses files that cannot be written before it builds', async () => {
    const build = async () => {
      throw new Error('is not to be built');
    };
    for (const flag of ['--iidfile', '--metadata-file']) {
      const path = join(directory, 'not-there', 'file');
      const { status, stderr } = await session(['build', flag, path, '.'], { api: { build } });
      expect(status).toBe(125);
      expect(stderr).toContain('CLI_FILE');
      expect(stderr).toContain(flag);
    }
  });

  it('leaves no ID of an earlier build behind when it fails', async () => {
    const iid = join(directory, 'iid');
    await writeFile(iid, 'of an earlier build');
    const build = async () => {
      throw new AppError('IMAGE_NOT_FOUND', 'no');
    };
    await session(['build', '--iidfile', iid, '.'], { api: { build } });
    await expect(readFile(iid)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('writes the image ID where a link leads, and leaves the link', async () => {
    const iid = join(directory, 'link');
    await writeFile(join(directory, 'target'), 'old');
    await symlink('target', iid);
    await buildCall(['build', '--iidfile', iid, '.']);
    expect((await lstat(iid)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(directory, 'target'), 'utf8')).toBe(ID);
  });

  it('writes no archive to a terminal', async () => {
    const result = await session(['build', '-o', '-', '.'], { terminal: { stdout: true } });
    expect(result.status).toBe(125);
    expect(result.stderr).toContain('CLI_TERMINAL_OUTPUT');
  });

  it('pushes the image that is asked for, or one beside other outputs', async () => {
    const outputsOf = async (...args: string[]) =>
      (await buildCall(['build', ...args, '--push', '.'])).options?.outputs;
    expect(await outputsOf()).toEqual([{ type: 'registry', attrs: {} }]);
    expect(await outputsOf('-o', 'out')).toEqual([
      { type: 'local', dest: 'out', attrs: {} },
      { type: 'registry', attrs: {} },
    ]);
    expect(await outputsOf('-o', 'type=image,compression=zstd')).toMatchObject([
      { type: 'image', attrs: { compression: 'zstd', push: 'true' } },
    ]);
  });

  it.each([
    [['--squash'], 'own'],
    [['--squash=all'], 'all'],
    [['--squash=false'], undefined],
    [[], undefined],
  ])('takes %s as what to squash', async (args, squash) => {
    expect((await buildCall(['build', ...args, '.'])).options?.squash).toBe(squash);
  });

  it('takes an isolation, and refuses those of other systems', async () => {
    const asked = await buildCall(['build', '--isolation=builtin', '.']);
    expect(asked.options?.isolation).toBe('builtin');
    const refused = await buildCall(['build', '--isolation=hyperv', '.']);
    expect(refused.status).toBe(125);
    expect(refused.stderr).toContain('CLI_FLAG_VALUE');
  });

  it('names flags without effect, and refuses those it cannot honour', async () => {
    expect((await buildCall(['build', '--force-rm', '.'])).stderr).toContain(
      'note: --force-rm has no effect',
    );
    const result = await buildCall(['build', '--security-opt=x', '.']);
    expect(result.status).toBe(125);
    expect(result.stderr).toContain('CLI_NOT_YET');
    expect(result.options).toBeUndefined();
  });

  it.each(['https://git.example/a.git', 'git@git.example:a.git', 'github.com/a/b'])(
    'leaves %s to the build, as it is',
    async (context) => {
      expect((await buildCall(['build', context])).options?.context).toBe(context);
    },
  );
});

describe('lamina run', () => {
  async function runCall(argv: readonly string[], terminal = {}) {
    const calls: RunOptions[] = [];
    const run = async (options: RunOptions) => {
      calls.push(options);
      return { exitCode: 42, signal: undefined };
    };
    const result = await session(argv, { api: { run }, env: { HOME: '/h' }, terminal });
    return { ...result, options: calls[0] };
  }

  it('ends with the status of the process', async () => {
    expect((await runCall(['run', '--rm', 'a'])).status).toBe(42);
  });

  it('leaves everything behind the image to the container', async () => {
    const { options } = await runCall(
      [
        'run',
        '-it',
        '--rm',
        '-eA=1',
        '-e',
        'HOME',
        '-v',
        '/src:/dst:ro',
        'a:b',
        'ls',
        '-l',
        '--rm',
      ],
      { stdin: true },
    );
    expect(options).toMatchObject({
      image: 'a:b',
      command: ['ls', '-l', '--rm'],
      interactive: true,
      tty: true,
      env: ['A=1', 'HOME=/h'],
      volumes: [{ source: '/src', target: '/dst', readonly: true }],
      stdio: 'inherit',
    });
  });

  it('takes --net for --network, as docker does', async () => {
    const { options } = await runCall(['run', '--rm', '--net=none', 'a']);
    expect(options).toMatchObject({ network: 'none' });
  });

  it('says without --rm that nothing is left behind', async () => {
    expect((await runCall(['container', 'run', 'a'])).stderr).toContain(
      'note: the container is removed',
    );
    expect((await runCall(['run', '--rm', 'a'])).stderr).toBe('');
  });

  it('refuses a terminal where there is none', async () => {
    expect(await runCall(['run', '-it', 'a'])).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('CLI_NO_TERMINAL'),
    });
  });

  it('takes ports that need no mapping', async () => {
    expect((await runCall(['run', '--rm', '-p', '80:80', '-p', '8080', 'a'])).status).toBe(42);
    const mapped = await runCall(['run', '-p', '8080:80/tcp', 'a']);
    expect(mapped.stderr).toContain('ports cannot be mapped');
  });

  it.each([
    ['named:/dst', 'CLI_NOT_YET'],
    ['dst', 'CLI_FLAG_VALUE'],
    ['/src:dst', 'CLI_FLAG_VALUE'],
    ['/src:/dst:rx', 'CLI_FLAG_VALUE'],
  ])('refuses the volume %s', async (volume, code) => {
    expect((await runCall(['run', '-v', volume, 'a'])).stderr).toContain(code);
  });

  it.each([
    ['RUNTIME_NOT_FOUND', 127],
    ['RUNTIME_NOT_EXECUTABLE', 126],
    ['RUNTIME_WRONG_FORMAT', 126],
    ['IMAGE_NOT_FOUND', 125],
  ] as const)('ends with its own status for %s', async (code, status) => {
    const run = async () => {
      throw new AppError(code, 'no');
    };
    expect((await session(['run', 'a'], { api: { run } })).status).toBe(status);
  });
});

describe('lists and details', () => {
  const image = (more: Partial<ImageSummary>): ImageSummary => ({
    id: ID,
    manifestDigest: OTHER,
    references: ['a:latest', 'example.com:5000/b/c:1.0'],
    created: Date.now() - 3 * 86_400_000,
    size: 74_800_000,
    compressedSize: undefined,
    platform: { os: 'linux', architecture: 'amd64' },
    labels: { stage: 'x' },
    ...more,
  });
  const dangling = image({
    id: OTHER,
    references: [],
    created: Date.now() + 60_000,
    size: 0,
    labels: {},
  });
  const images = async () => [image({}), dangling];

  const list = async (...argv: string[]) => (await session(argv, { api: { images } })).stdout;

  it('lists images as Docker does, newest first', async () => {
    const lines = (await list('images')).trimEnd().split('\n');
    expect(lines).toEqual([
      'REPOSITORY             TAG      IMAGE ID       CREATED                  SIZE',
      '<none>                 <none>   cd34cd34cd34   Less than a second ago   0B',
      'a                      latest   ab12ab12ab12   3 days ago               74.8MB',
      'example.com:5000/b/c   1.0      ab12ab12ab12   3 days ago               74.8MB',
    ]);
  });

  it('says what is not known of an image as Docker does', async () => {
    const unknown = image({ references: ['a'], created: undefined, size: undefined });
    const all = async () => [{ ...unknown, compressedSize: 24_800_000 }, dangling];
    const { stdout } = await session(['images', '--compressed'], { api: { images: all } });
    expect(stdout.trimEnd().split('\n')).toEqual([
      'REPOSITORY   TAG      IMAGE ID       CREATED                  SIZE   COMPRESSED',
      '<none>       <none>   cd34cd34cd34   Less than a second ago   0B     N/A',
      'a            <none>   ab12ab12ab12   N/A                      N/A    24.8MB',
    ]);
  });

  it('filters, formats and shortens', async () => {
    expect(await list('image', 'ls', '-q')).toBe('cd34cd34cd34\nab12ab12ab12\n');
    expect(await list('images', '-q', '--no-trunc', 'a')).toBe(`${ID}\n`);
    expect(await list('images', '-q', '-f', 'dangling=true')).toBe('cd34cd34cd34\n');
    expect(await list('images', '-q', '-f', 'label=stage=x')).toBe('ab12ab12ab12\n');
    expect(await list('images', '--format', '{{.Repository}}:{{.Tag}}', '*.com:5000/*/c')).toBe(
      'example.com:5000/b/c:1.0\n',
    );
    expect(JSON.parse(await list('images', '--format=json', 'a'))).toMatchObject({
      Repository: 'a',
      Tag: 'latest',
      Size: '74.8MB',
      Platform: 'linux/amd64',
    });
    expect(await list('images', '--digests', 'a')).toContain(`DIGEST`);
  });

  it('shows the history as Docker does', async () => {
    const rows: HistoryRow[] = [
      {
        id: ID,
        references: ['a:latest'],
        created: new Date(Date.now() - 7_200_000).toISOString(),
        createdBy: 'RUN /bin/sh -c apt-get update && apt-get install -y golang # buildkit',
        size: 1234,
        comment: 'buildkit.dockerfile.v0',
      },
      {
        id: undefined,
        references: [],
        created: undefined,
        createdBy: 'COPY a\t/b # buildkit',
        size: 0,
        comment: '',
      },
    ];
    const api = { imageHistory: async () => rows };
    expect((await session(['history', 'a:latest'], { api })).stdout).toBe(
      [
        'IMAGE          CREATED       CREATED BY                                      SIZE     COMMENT',
        'ab12ab12ab12   2 hours ago   RUN /bin/sh -c apt-get update && apt-get ins…   1.23kB   buildkit.dockerfile.v0',
        '-              N/A           COPY a /b # buildkit                            0B',
        '',
      ].join('\n'),
    );
    const whole = [
      'history',
      '--no-trunc',
      '-H=false',
      '--format',
      '{{.Size}} {{.CreatedBy}}',
      'a',
    ];
    expect((await session(whole, { api })).stdout).toContain('1234 RUN /bin/sh -c apt-get update');
    expect((await session(['history', '-q', 'a'], { api })).stdout).toBe('ab12ab12ab12\n');
    expect((await session(['history', '--format={{.ID}}', 'a'], { api })).stdout).toBe(
      'ab12ab12ab12\n-\n',
    );
  });

  it('prints what layers and builds tell of a history', async () => {
    const known = {
      ...{ index: 1, diffId: ID, stage: 'build', line: 7, compressed: 900 },
      ...{ reclaimable: 100, milliseconds: 1250, problem: null },
    };
    const row = { id: undefined, references: [], created: undefined, createdBy: 'RUN make' };
    const problem = { code: 'LAYER_DAMAGED', message: 'it ends early' };
    const unknown = { stage: null, line: null, compressed: null, reclaimable: null };
    const rows: HistoryRow[] = [
      { ...row, id: ID, size: 0, comment: '' },
      { ...row, size: 1234, comment: '', layer: known },
      {
        ...{ ...row, size: undefined, comment: '' },
        layer: { ...known, ...unknown, index: 0, milliseconds: null, problem },
      },
    ];
    const api = { imageHistory: async () => rows };
    expect(await session(['history', '--wide', 'a'], { api })).toMatchObject({
      status: 1,
      stdout: [
        'IMAGE          CREATED   CREATED BY   STAGE   LINE   SIZE     COMPRESSED   RECLAIMABLE   TIME',
        'ab12ab12ab12   N/A       RUN make     -       -      0B       -            -             -',
        '-              N/A       RUN make     build   7      1.23kB   900B         100B          1.3s',
        '-              N/A       RUN make     -       -      N/A      -            -             -',
        '',
      ].join('\n'),
      stderr: expect.stringContaining('cannot be read: it ends early'),
    });
    const exact = ['history', '--wide', '-H=false', '--format={{.Compressed}} {{.Time}}', 'a'];
    expect((await session(exact, { api })).stdout).toBe('- -\n900 1250\n- -\n');
  });

  it('prints what it found, and fails for what it did not', async () => {
    const inspectImages = async () => ({ images: [], missing: ['x'] });
    expect(await session(['inspect', 'x'], { api: { inspectImages } })).toMatchObject({
      status: 1,
      stdout: '[]\n',
      stderr: expect.stringContaining('no such image: x'),
    });
  });

  it('removes what it can and reports the rest', async () => {
    const removeImage = async ({ image: name }: { image: string }) => {
      if (name === 'gone') throw new AppError('IMAGE_NOT_FOUND', 'no such image: gone');
      return { untagged: [name], deleted: [ID] };
    };
    expect(await session(['rmi', 'a', 'gone', 'b'], { api: { removeImage } })).toMatchObject({
      status: 1,
      stdout: `Untagged: a\nDeleted: ${ID}\nUntagged: b\nDeleted: ${ID}\n`,
      stderr: expect.stringContaining('no such image: gone'),
    });
    expect(await session(['rmi', '-f', 'gone', 'b'], { api: { removeImage } })).toMatchObject({
      status: 0,
      stdout: `Untagged: b\nDeleted: ${ID}\n`,
      stderr: 'note: no such image: gone\n',
    });
  });

  it('wants an absolute working directory for a container', async () => {
    expect(await session(['run', '--rm', '-w', 'src', 'a'])).toMatchObject({
      status: 125,
      stderr: expect.stringContaining('begins with /'),
    });
  });

  it('saves to a pipe or a file, never to a terminal', async () => {
    const destinations: unknown[] = [];
    const saveImages = async ({ destination }: { destination: unknown }) => {
      destinations.push(destination);
      if (typeof destination === 'function') await destination(Buffer.from('tar'));
    };
    expect((await session(['save', 'a'], { api: { saveImages } })).stdout).toBe('tar');
    await session(['image', 'save', '-o', 'a.tar', 'a'], { api: { saveImages } });
    expect(destinations[1]).toBe('a.tar');
    expect(
      await session(['save', 'a'], { api: { saveImages }, terminal: { stdout: true } }),
    ).toMatchObject({ status: 125, stdout: '' });
  });

  it('loads from a pipe or a file, never from a terminal', async () => {
    const loadImages = async () => ({
      images: [
        { id: ID, references: ['a:latest'] },
        { id: OTHER, references: [] },
      ],
    });
    expect((await session(['load'], { api: { loadImages }, stdin: 'tar' })).stdout).toBe(
      `Loaded image: a:latest\nLoaded image ID: ${OTHER}\n`,
    );
    const { status } = await session(['load'], { api: { loadImages }, terminal: { stdin: true } });
    expect(status).toBe(125);
  });

  it('asks before it removes the cache', async () => {
    const asked: unknown[] = [];
    const prune = async (options: unknown) => {
      asked.push(options);
      return { removed: [], reclaimedBytes: 1234 };
    };
    const run = (argv: string[], stdin = '') => session(argv, { api: { prune }, stdin });
    expect((await run(['builder', 'prune'])).stdout).toBe('');
    expect(asked).toEqual([]);
    expect((await run(['builder', 'prune'], 'y')).stdout).toBe('Total reclaimed space: 1.234kB\n');
    await run(['builder', 'prune', '-a', '-f']);
    await run(['system', 'prune', '-f']);
    expect(asked).toMatchObject([
      { cache: 'unused' },
      { cache: 'all' },
      { cache: 'unused', images: 'dangling' },
    ]);
  });

  it('shows its version in the usual ways', async () => {
    const version = async () => ({
      version: '1.2.3',
      node: '20.19.0',
      platform: 'linux/amd64',
      runtime: undefined,
    });
    const { version: own } = JSON.parse(await readFile('package.json', 'utf8'));
    expect((await session(['--version'])).stdout).toBe(`lamina version ${own}\n`);
    expect((await session(['version', '-f', '{{.Version}}'], { api: { version } })).stdout).toBe(
      '1.2.3\n',
    );
    expect((await session(['version'], { api: { version } })).stdout).toContain('lamina    1.2.3');
  });
});
