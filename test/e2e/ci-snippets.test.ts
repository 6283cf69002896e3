/** Each job of docs/ci runs as it is written, in a container with the limits that its system sets: it builds and pushes. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  githubAction,
  githubJob,
  gitlabJob,
  type Job,
  jenkinsJobs,
  kubernetesJob,
  podOf,
  podSecurityFaults,
  snippet,
  tektonJob,
} from '../support/ci-snippets.ts';
import { type CommandResult, execute, Workbench } from '../support/cli.ts';
import { answerGit } from '../support/git-http-server.ts';
import { makeRepository } from '../support/git-server.ts';
import { serve, type TestServer } from '../support/http-server.ts';
import { ImageContainer } from '../support/image-container.ts';
import { passwordLogin } from '../support/logins.ts';
import { makeOwnImage } from '../support/own-image.ts';
import { PASSWORD, startRegistry, type TestRegistry, USER } from '../support/registry.ts';
import { startSshServer } from '../support/ssh-server.ts';

const DOCS = resolve(import.meta.dirname, '../../docs/ci');

describe('a job of docs/ci', () => {
  const bench = new Workbench();
  let registry: TestRegistry;
  let repositories: TestServer;
  let image: ImageContainer;
  /** With a config.json. */
  let login: string;
  let files: Readonly<Record<string, string>>;

  const directory = (name: string, mode = 0o755) => {
    const path = join(bench.directory, name);
    mkdirSync(path, { recursive: true });
    chmodSync(path, mode);
    return path;
  };
  const loggedIn = () => ({ env: { DOCKER_CONFIG: login } });

  beforeAll(async () => {
    chmodSync(bench.directory, 0o755);
    registry = await startRegistry({ basic: true });
    login = directory('login');
    const auths = { [registry.name]: passwordLogin(USER, PASSWORD) };
    writeFileSync(join(login, 'config.json'), JSON.stringify({ auths }), { mode: 0o644 });
    await makeOwnImage(bench);
    image = await ImageContainer.of(bench, 'lamina:own');
    await bench.succeed(['tag', 'busybox', `${registry.name}/busybox`]);
    await bench.succeed(['push', '-q', `${registry.name}/busybox`], loggedIn());
    files = {
      Dockerfile: [
        `FROM ${registry.name}/busybox`,
        'ARG WHO=nobody',
        'RUN --mount=type=secret,id=key id -u > /user; echo $WHO > /who; wc -c < /run/secrets/key > /size || true',
        'COPY greeting /',
        '',
      ].join('\n'),
      greeting: 'hello from a job\n',
    };
    const repository = join(directory('git'), 'app.git');
    makeRepository(repository, files);
    repositories = await serve((request, response) =>
      answerGit(join(bench.directory, 'git'), request, response),
    );
  });
  afterAll(async () => {
    image[Symbol.dispose]();
    await repositories[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });

  /** The files of the job's checkout, of the user who runs it. */
  function checkout(name: string, uid = 0): string {
    const path = bench.project(files, name);
    for (const file of ['', ...Object.keys(files)]) chownSync(join(path, file), uid, uid);
    return path;
  }

  const started = (job: Job) => image.run(job.args, job.limits, job.command);

  async function expectPushed(name: string, isolation: string, result: CommandResult) {
    expect(result.stderr).toContain(`isolation: ${isolation}`);
    expect(result.status).toBe(0);
    const out = join(directory('pulled'), name.replace(/\W/g, '-'));
    const dockerfile = `FROM ${registry.name}/${name}\n`;
    await bench.succeed(['build', '-q', '--pull', '-o', out, '-'], {
      ...{ input: dockerfile, ...loggedIn() },
    });
    expect(readFileSync(join(out, 'greeting'), 'utf8')).toBe(files.greeting);
    // Steps are root of the image, whoever starts the job.
    expect(readFileSync(join(out, 'user'), 'utf8')).toBe('0\n');
    return out;
  }

  it('of GitLab runs in an unprivileged runner, and takes its cache from the registry', async () => {
    const given = {
      ...{ CI_REGISTRY: registry.name, CI_REGISTRY_USER: USER, CI_REGISTRY_PASSWORD: PASSWORD },
      ...{ CI_REGISTRY_IMAGE: `${registry.name}/gitlab`, CI_COMMIT_SHORT_SHA: 'abc1234' },
    };
    const first = await started(gitlabJob(given, checkout('gitlab')));
    await expectPushed('gitlab:abc1234', 'chroot', first);
    expect(first.stdout + first.stderr).not.toContain(PASSWORD);
    const again = await started(gitlabJob(given, checkout('gitlab')));
    expect(again.status).toBe(0);
    expect(again.stderr).toContain('CACHED');
    expect(again.stderr).not.toContain('isolation:');
  });

  it.each([
    ['restricted', 'proot'],
    ['baseline', 'chroot'],
  ] as const)('of Kubernetes is admitted by %s, and runs', async (profile, isolation) => {
    const file = `kubernetes-${profile}.yaml`;
    expect(podSecurityFaults(podOf(file))[profile]).toEqual([]);
    const name = `kubernetes:${profile}`;
    const env = { IMAGE: `${registry.name}/${name}`, CONTEXT: `${repositories.url}/app.git#main` };
    const job = kubernetesJob(file, { directory: directory(`pod-${profile}`), env, login });
    await expectPushed(name, isolation, await started(job));
  });

  it('of Tekton runs as `restricted` wants it, and gives the digest', async () => {
    const env = { image: `${registry.name}/tekton:1` };
    const job = tektonJob(
      { directory: directory('tekton'), env, login },
      checkout('tekton-source'),
    );
    expect(job.limits).toMatchObject({ capabilities: [], noNewPrivileges: true });
    expect(job.limits.uid).not.toBe(0);
    await expectPushed('tekton:1', 'proot', await started(job));
    const digest = readFileSync(join(job.results, 'image-digest'), 'utf8');
    const pulled = await bench.succeed(['pull', `${registry.name}/tekton@${digest}`], loggedIn());
    expect(pulled.status).toBe(0);
  });

  it('of Jenkins runs as its user, and leaves no login behind', async () => {
    const workspace = checkout('jenkins', 1000);
    const temporary = directory('jenkins@tmp');
    chownSync(temporary, 1000, 1000);
    const given = {
      ...{ WORKSPACE: '/workspace/job', WORKSPACE_TMP: '/workspace/job@tmp', BUILD_NUMBER: '7' },
      ...{ REGISTRY: registry.name, LOGIN_USR: USER, LOGIN_PSW: PASSWORD },
    };
    const [build, logout, ...others] = jenkinsJobs(given, workspace);
    expect(others).toEqual([]);
    if (build === undefined || logout === undefined) throw new Error('no jobs');
    await expectPushed('team/app:7', 'proot', await started(build));
    expect((await started(logout)).status).toBe(0);
    const kept = readFileSync(join(temporary, 'login/config.json'), 'utf8');
    expect(JSON.parse(kept).auths ?? {}).toEqual({});
  });

  it('of GitHub gives inputs to the build, and outputs to later steps', async () => {
    const hostile = '$(touch /workspace/injected)`id`"; exit 1 #';
    const inputs = {
      tags: `${registry.name}/github:1\n${registry.name}/github:latest`,
      push: 'true',
      'build-args': 'WHO=GitHub\n',
      labels: `note=${hostile}\nother=1`,
      secrets: 'key=four',
      'cache-to': 'type=inline',
      platforms: 'linux/amd64',
    };
    const files = { directory: directory('github'), env: {}, login };
    const source = checkout('github-source', 1001);
    const job = githubJob(inputs, files, source);
    const out = await expectPushed('github:1', 'proot', await started(job));
    expect(readFileSync(join(out, 'who'), 'utf8')).toBe('GitHub\n');
    expect(readFileSync(join(out, 'size'), 'utf8').trim()).toBe('4');
    expect(readdirSync(source)).not.toContain('injected');
    await bench.succeed(['pull', '-q', `${registry.name}/github:latest`], loggedIn());
    const { stdout } = await bench.succeed(['inspect', `${registry.name}/github:latest`]);
    expect(JSON.parse(stdout)[0].Config.Labels).toEqual({ note: hostile, other: '1' });
    const output = readFileSync(join(files.directory, 'home/output'), 'utf8');
    expect(output).toMatch(/^imageid=sha256:[0-9a-f]{64}$/m);
    expect(output).toMatch(/^digest=sha256:[0-9a-f]{64}$/m);
    expect(output).toMatch(/^metadata<<end-of-metadata\n\{[\s\S]*\}\nend-of-metadata$/m);
    expect(readdirSync(join(files.directory, 'tmp'))).toEqual([]);
  });

  it('of GitHub has an action whose inputs are all used', () => {
    const { inputs, outputs, runs } = githubAction();
    const [step] = runs.steps;
    expect([runs.using, step.shell]).toEqual(['composite', 'bash']);
    const used = Object.entries(step.env).map(([name, text]) => {
      expect(step.run).toContain(`$${name}"`.replace('$INPUT_PLATFORMS"', '$INPUT_PLATFORMS"'));
      return /^\$\{\{ inputs\.([\w-]+) \}\}$/.exec(text)?.[1];
    });
    expect(used.sort()).toEqual(Object.keys(inputs).sort());
    // The script has no expression: what an input holds is never run.
    expect(step.run).not.toContain('${{');
    for (const [name, { value }] of Object.entries(outputs)) {
      expect(value).toBe(`\${{ steps.build.outputs.${name} }}`);
    }
    const { jobs } = parse(snippet('github/workflow.yml'));
    const calls = jobs.build.steps.filter(({ uses = '' }) => uses.startsWith('./'));
    for (const call of calls) {
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(call.with)));
    }
  });

  it('over ssh builds on another machine, as an ordinary user there', async () => {
    const home = directory('ssh-home');
    const store = join(home, 'store');
    mkdirSync(store);
    cpSync(join(login, 'config.json'), join(home, 'config.json'));
    for (const path of [home, store]) chownSync(path, 12_345, 12_345);
    const lamina = resolve(import.meta.dirname, '../../dist/bin/lamina.js');
    const user =
      'setpriv --reuid=12345 --regid=12345 --clear-groups --bounding-set=-all --no-new-privs';
    const remote = `env LAMINA_ROOT=${store} DOCKER_CONFIG=${home} LAMINA_ISOLATION=proot ${user}`;
    const program = directory('ssh-bin');
    writeFileSync(
      join(program, 'lamina'),
      `#!/bin/sh\nexec "${process.execPath}" -- "${lamina}" "$@"\n`,
    );
    chmodSync(join(program, 'lamina'), 0o755);
    await using server = await startSshServer(directory('ssh-server'), {
      ForceCommand: `PATH=${program}:$PATH exec ${remote} sh -c "$SSH_ORIGINAL_COMMAND"`,
    });
    const known = join(bench.directory, 'known_hosts');
    writeFileSync(known, `[127.0.0.1]:${server.port} ${server.hostKey}\n`);
    const client = directory('ssh-client');
    const options = `-i ${server.key} -o UserKnownHostsFile=${known} -o IdentitiesOnly=yes`;
    writeFileSync(join(client, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh ${options} "$@"\n`);
    chmodSync(join(client, 'ssh'), 0o755);

    const clone = join(bench.directory, 'ssh-clone');
    execFileSync('git', ['clone', '-q', join(bench.directory, 'git/app.git'), clone]);
    const result = await execute('sh', [join(DOCS, 'ssh.sh')], {
      cwd: clone,
      env: {
        PATH: `${client}:${process.env.PATH}`,
        ...{ BUILDER: server.url, IMAGE: `${registry.name}/ssh:1` },
      },
    });
    expect(result.stderr).toBe('');
    expect(result.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
    await expectPushed('ssh:1', 'proot', { ...result, stderr: 'isolation: proot' });
  });
});
