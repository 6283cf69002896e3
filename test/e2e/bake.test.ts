/** `lamina bake` and `lamina compose build`: many targets in one command. */
import { readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { execute, Workbench } from '../support/cli.ts';
import { answerGit } from '../support/git-http-server.ts';
import { serve } from '../support/http-server.ts';

const bench = new Workbench();
beforeAll(() => makeBusyboxImage(bench));
afterAll(() => bench[Symbol.dispose]());

const imageNames = async () =>
  (await bench.lamina(['images', '--format', '{{.Repository}}:{{.Tag}}'])).stdout;
const cat = async (image: string, path: string) =>
  (await bench.lamina(['run', '--rm', image, 'cat', path])).stdout;

describe('bake', () => {
  const DEFINITION = `
group "default" { targets = ["left", "right"] }
target "base" {
  dockerfile-inline = "FROM busybox\\nCOPY base.txt /base.txt\\nENV FROM_BASE=yes\\n"
}
target "side" {
  name = side
  matrix = { side = ["left", "right"] }
  contexts = { base = "target:base" }
  dockerfile-inline = <<END
FROM base AS shared
RUN cat /proc/sys/kernel/random/uuid > /id
FROM shared AS left
RUN echo left-$FROM_BASE > /side
FROM shared AS right
RUN echo right-$FROM_BASE > /side
END
  target = side
  tags = ["bake/\${side}:1"]
}`;

  it('runs a step that targets share once, and gives one target the image of another', async () => {
    const directory = bench.project(
      { 'docker-bake.hcl': DEFINITION, 'base.txt': 'base\n' },
      'bake',
    );
    const run = await bench.lamina(['bake', '--metadata-file', 'out.json'], { cwd: directory });
    expect(run.stderr).toContain('[left');
    expect(run.status).toBe(0);
    const ids = await Promise.all(['left', 'right'].map((side) => cat(`bake/${side}:1`, '/id')));
    expect(ids[0]).toBe(ids[1]);
    expect(await cat('bake/right:1', '/side')).toBe('right-yes\n');
    expect(await cat('bake/left:1', '/base.txt')).toBe('base\n');
    expect(await imageNames()).not.toContain('bake.invalid');
    const metadata: unknown = JSON.parse(readFileSync(join(directory, 'out.json'), 'utf8'));
    expect(Object.keys(Object(metadata))).toEqual(['left', 'right']);
  });

  it('ends all builds at the first failure, and names the target', async () => {
    const directory = bench.project(
      {
        'docker-bake.hcl': `group "default" { targets = ["good", "bad"] }
target "good" { dockerfile-inline = "FROM busybox\\nRUN sleep 300\\n" }
target "bad" { dockerfile-inline = "FROM busybox\\nRUN echo wrong && exit 7\\n" }`,
      },
      'bake-failure',
    );
    const { status, stderr } = await bench.lamina(['bake'], { cwd: directory });
    expect(status).toBe(1);
    expect(stderr).toContain('exit code: 7');
    expect(stderr).toContain('target: bad');
  });

  it('refuses what is outside the directory until it is allowed', async () => {
    const outside = bench.project({ secret: 'canary' }, 'outside');
    const directory = bench.project(
      {
        'docker-bake.hcl': `target "default" {
  context = "../outside"
  dockerfile-inline = "FROM scratch\\nCOPY secret /\\n"
  output = ["type=local,dest=out"]
}`,
      },
      'inside',
    );
    const refused = await bench.lamina(['bake'], { cwd: directory });
    expect(refused.stderr).toContain('BAKE_ENTITLEMENT');
    expect(refused.stderr).toContain(`--allow=fs.read=${outside}`);
    const allowed = await bench.lamina(['bake', `--allow=fs.read=${outside}`], { cwd: directory });
    expect(allowed.status).toBe(0);
    expect(readFileSync(join(directory, 'out/secret'), 'utf8')).toBe('canary');
  });

  it('lists targets and variables, and checks Dockerfiles', async () => {
    const directory = bench.project(
      {
        'docker-bake.hcl': `variable "V" {
  type = list(string)
  default = ["a"]
  description = "versions"
}
target "default" {
  description = "all"
  dockerfile-inline = "from scratch\\nCOPY . /\\n"
}`,
      },
      'lists',
    );
    const bake = async (...args: string[]) =>
      (await bench.lamina(['bake', ...args], { cwd: directory })).stdout;
    expect(await bake('--list=targets')).toMatch(/TARGET +DESCRIPTION\ndefault +all\n/);
    expect(await bake('--list=variables')).toMatch(/V +list of string +\["a"\] +versions/);
    expect(await bake('--check')).toContain('ConsistentInstructionCasing');
  });
});

describe('bake of a repository', () => {
  const git = async (directory: string, ...args: string[]) => {
    const settings = ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-C', directory];
    expect((await execute('git', [...settings, ...args])).status).toBe(0);
  };

  it('reads files and contexts there, and nothing of this machine', async () => {
    const secret = join(
      bench.project({ 'secret.hcl': 'variable "CANARY" { default = "canary" }' }, 'host'),
      'secret.hcl',
    );
    const repository = bench.project(
      {
        'docker-bake.hcl':
          'target "default" {\n context = "sub"\n dockerfile-inline = "FROM scratch\\nCOPY f /\\n"\n output = ["type=local,dest=out"]\n}',
        'sub/f': 'from the repository\n',
      },
      'git/app',
    );
    symlinkSync(secret, join(repository, 'docker-bake.override.hcl'));
    await git(repository, 'init', '-q');
    await git(repository, 'add', '.');
    await git(repository, 'commit', '-q', '-m', 'app');
    await using server = await serve((request, response) =>
      answerGit(join(bench.directory, 'git'), request, response),
    );
    const url = `http://127.0.0.1:${server.port}/app/.git`;
    const cwd = bench.project(
      { 'docker-bake.hcl': 'target "default" { context = "other" }' },
      'here',
    );
    const listed = await bench.succeed(['bake', url, '--list=variables'], { cwd });
    expect(listed.stdout).not.toContain('canary');
    await bench.succeed(['bake', url], { cwd });
    expect(readFileSync(join(cwd, 'out/f'), 'utf8')).toBe('from the repository\n');
    const outside = await bench.lamina(['bake', url, '-f', secret], { cwd });
    expect(outside.stderr).toContain('leads out of the repository');
  });
});

describe('compose build', () => {
  it('builds the services that have a build section, under the names that Compose gives them', async () => {
    const directory = bench.project(
      {
        'compose.yaml': `services:
  web:
    build:
      context: .
      dockerfile_inline: "FROM busybox\\nARG WHO\\nRUN echo $$WHO > /who\\n"
      args: {WHO: "\${WHO:-nobody}"}
  db:
    image: postgres
`,
        '.env': 'WHO="some one"\n',
      },
      'shop',
    );
    const { status } = await bench.lamina(['compose', 'build'], { cwd: directory });
    expect(status).toBe(0);
    expect(await cat('shop-web', '/who')).toBe('some one\n');
    await bench.lamina(['compose', '-p', 'other', 'build', '--build-arg', 'WHO=x', 'web'], {
      cwd: directory,
    });
    expect(await cat('other-web', '/who')).toBe('x\n');
  });

  it('also builds what the given services depend on, if asked', async () => {
    const service = (name: string, ...lines: readonly string[]) =>
      [
        `  ${name}:`,
        '    build: {dockerfile_inline: "FROM scratch\\nCOPY a /a\\n"}',
        ...lines,
      ].join('\n');
    const directory = bench.project(
      {
        'compose.yaml': [
          'services:',
          service('web', '    depends_on: [proxy]'),
          '  proxy:\n    image: proxy\n    links: [api]',
          service('api'),
          service('unneeded'),
        ].join('\n'),
        a: '',
      },
      'needs',
    );
    const names = async () => {
      const format = ['--format', '{{.Repository}}'];
      const { stdout } = await bench.succeed(['images', ...format]);
      return stdout.split('\n').filter((name) => name.startsWith('needs-'));
    };
    await bench.lamina(['compose', 'build', 'web'], { cwd: directory });
    expect(await names()).toEqual(['needs-web']);
    await bench.lamina(['compose', 'build', '--with-dependencies', 'web'], { cwd: directory });
    expect((await names()).sort()).toEqual(['needs-api', 'needs-web']);
  });

  it('says that services do not run here', async () => {
    const { status, stderr } = await bench.lamina(['compose', 'up']);
    expect([status, stderr]).toEqual([
      125,
      expect.stringContaining('lamina compose up is not supported'),
    ]);
  });
});
