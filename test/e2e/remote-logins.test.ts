/** Logins for remote sources: what they open, and where they never go. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';
import { answerGit } from '../support/git-http-server.ts';
import { commit, git, makeRepository } from '../support/git-server.ts';
import { serve } from '../support/http-server.ts';
import { type SshServer, startSshServer } from '../support/ssh-server.ts';

const TOKEN = 'tok-correct-horse-battery-staple';
const BASIC = Buffer.from(`x-access-token:${TOKEN}`).toString('base64');

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench[Symbol.dispose]());

let count = 0;
async function build(
  dockerfile: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
) {
  const directory = bench.project({ Dockerfile: dockerfile }, `p${++count}`);
  const out = join(bench.directory, `out${count}`);
  const command = ['--debug', 'build', '--progress=plain', ...args, '-o', out, directory];
  const result = await bench.lamina(command, { env });
  return { ...result, out, said: result.stdout + result.stderr };
}

async function succeed(...given: Parameters<typeof build>) {
  const result = await build(...given);
  if (result.status !== 0) throw new Error(result.stderr);
  return result;
}

/** Files of the store and of outputs that hold a text. */
function filesWith(text: string, directory = bench.directory): string {
  return spawnSync('grep', ['-rlF', text, directory], { encoding: 'utf8' }).stdout;
}

const secret = (id: string) => ['--secret', `id=${id},env=LOGIN`];

describe('logins of files by HTTP', () => {
  const closed = () =>
    serve((request, response) => {
      if (request.headers.authorization === `Bearer ${TOKEN}`) response.end('inside\n');
      else response.writeHead(401, 'Unauthorized').end();
    });

  it('are secrets named after the host: a token, or a whole header', async () => {
    await using server = await closed();
    const dockerfile = `FROM scratch\nADD ${server.url}/f /f\n`;
    const refused = await build(dockerfile);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain('--secret id=HTTP_AUTH_TOKEN_127.0.0.1,env=');
    const token = await succeed(dockerfile, secret('HTTP_AUTH_TOKEN_127.0.0.1'), {
      LOGIN: TOKEN,
    });
    expect(readFileSync(join(token.out, 'f'), 'utf8')).toBe('inside\n');
    const header = ['--no-cache', ...secret('HTTP_AUTH_HEADER_127.0.0.1')];
    await succeed(dockerfile, header, { LOGIN: `Bearer ${TOKEN}` });
    const file = join(bench.directory, 'login');
    writeFileSync(file, `${TOKEN}\n`);
    const fromFile = ['--secret', `id=HTTP_AUTH_TOKEN_127.0.0.1,src=${file}`];
    const { said } = await succeed(dockerfile, ['--no-cache', ...fromFile]);
    rmSync(file);
    expect(token.said + said).not.toContain(TOKEN);
    expect(filesWith(TOKEN)).toBe('');
    const others = await build(dockerfile, secret('HTTP_AUTH_TOKEN_localhost'), { LOGIN: TOKEN });
    expect(others.status).not.toBe(0);
  });

  it('open contexts too', async () => {
    await using server = await closed();
    const args = [...secret('HTTP_AUTH_TOKEN_127.0.0.1'), '--build-context', `c=${server.url}/c`];
    const { out } = await succeed('FROM scratch\nCOPY --from=c / /\n', args, { LOGIN: TOKEN });
    expect(readFileSync(join(out, 'context'), 'utf8')).toBe('inside\n');
  });

  it('are sent to no other server by a redirect, nor told when a server repeats them', async () => {
    await using other = await serve((_request, response) => response.end('there'));
    await using server = await serve((request, response) => {
      const echo = encodeURIComponent(request.headers.authorization?.split(' ')[1] ?? '');
      if (request.url === '/f') response.writeHead(302, { location: `${other.url}/x` }).end();
      else if (request.url === '/echo') response.writeHead(500, `no ${echo}`).end();
      else response.writeHead(302, { location: `http://127.0.0.1:9/${echo}` }).end();
    });
    const login = [secret('HTTP_AUTH_TOKEN_127.0.0.1'), { LOGIN: TOKEN }] as const;
    const { out } = await succeed(`FROM scratch\nADD ${server.url}/f /f\n`, ...login);
    expect(readFileSync(join(out, 'f'), 'utf8')).toBe('there');
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    const echo = await build(`FROM scratch\nADD ${server.url}/echo /f\n`, ...login);
    expect(echo.said).toContain('answered with 500 no xxxxx');
    const away = await build(`FROM scratch\nADD ${server.url}/away /f\n`, ...login);
    expect(away.said).toContain('HTTP_FAILED');
    expect(echo.said + away.said).not.toContain(TOKEN);
  });

  it('must be one line', async () => {
    await using server = await closed();
    const args = secret('HTTP_AUTH_HEADER_127.0.0.1');
    const { stderr } = await build(`FROM scratch\nADD ${server.url}/f /f\n`, args, {
      LOGIN: `${TOKEN}\nX-Evil: 1`,
    });
    expect(stderr).toContain('SECRET_NO_HEADER');
    expect(stderr).not.toContain(TOKEN);
  });
});

describe('logins of git repositories', () => {
  let repositories: Workbench;
  let head: string;
  beforeAll(() => {
    repositories = new Workbench();
    const path = join(repositories.directory, 'app.git');
    makeRepository(path, { 'main.txt': 'main\n' });
    head = git(path, 'rev-parse', 'HEAD');
    commit(path, { 'main.txt': 'later\n' });
    git(path, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  });
  afterAll(() => repositories[Symbol.dispose]());

  const open = () =>
    serve((request, response) => answerGit(repositories.directory, request, response));
  const closed = (expected: string) =>
    serve((request, response) => {
      if (request.headers.authorization === expected) {
        answerGit(repositories.directory, request, response);
      } else response.writeHead(401).end();
    });

  it('are a token or a header, for one host or for all', async () => {
    await using server = await closed(`basic ${BASIC}`);
    const host = server.url.replace('http://', '');
    const dockerfile = `FROM scratch\nADD ${server.url}/app.git /app\n`;
    const refused = await build(dockerfile);
    expect(refused.stderr).toContain('GIT_FAILED');
    expect(refused.stderr).toContain('--secret id=GIT_AUTH_TOKEN,env=');
    const ways = [
      ['GIT_AUTH_TOKEN', TOKEN],
      [`GIT_AUTH_TOKEN.${host}`, TOKEN],
      ['GIT_AUTH_HEADER', `basic ${BASIC}`],
      [`GIT_AUTH_HEADER.${host}`, `basic ${BASIC}`],
    ] as const;
    for (const [id, value] of ways) {
      const args = ['--no-cache', ...secret(id)];
      const { out, said } = await succeed(dockerfile, args, { LOGIN: value });
      expect(readFileSync(join(out, 'app/main.txt'), 'utf8')).toBe('later\n');
      expect(said).not.toContain(TOKEN);
      expect(said).not.toContain(BASIC);
    }
    const kept = dockerfile.replace('ADD ', 'ADD --keep-git-dir=true ');
    await succeed(kept, secret('GIT_AUTH_TOKEN'), { LOGIN: TOKEN });
    expect(filesWith(TOKEN) + filesWith(BASIC)).toBe('');
  });

  it('open a context, of which the Dockerfile is part', async () => {
    const path = join(repositories.directory, 'context.git');
    makeRepository(path, { Dockerfile: 'FROM scratch\nCOPY main.txt /\n', 'main.txt': 'x\n' });
    await using server = await closed(`basic ${BASIC}`);
    const out = join(bench.directory, 'context-out');
    const args = ['build', ...secret('GIT_AUTH_TOKEN'), '-o', out, `${server.url}/context.git`];
    await bench.succeed(args, { env: { LOGIN: TOKEN } });
    expect(readFileSync(join(out, 'main.txt'), 'utf8')).toBe('x\n');
  });

  it('are in no arguments of a process', async () => {
    const seen: string[] = [];
    await using server = await serve((request, response) => {
      const list = spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).stdout;
      seen.push(...list.split('\n').filter((line) => line.includes('git')));
      answerGit(repositories.directory, request, response);
    });
    const args = secret('GIT_AUTH_TOKEN');
    await succeed(`FROM scratch\nADD ${server.url}/app.git /app\n`, args, { LOGIN: TOKEN });
    expect(server.requests[0]?.headers.authorization).toBe(`basic ${BASIC}`);
    expect(seen.some((line) => line.includes('ls-remote'))).toBe(true);
    expect(seen.filter((line) => line.includes(TOKEN) || line.includes(BASIC))).toEqual([]);
  });

  it('are sent to no other server by a redirect', async () => {
    await using other = await open();
    await using server = await serve((request, response) =>
      response.writeHead(301, { location: `${other.url}${request.url}` }).end(),
    );
    const dockerfile = `FROM scratch\nADD ${server.url}/app.git /app\n`;
    await succeed(dockerfile);
    const before = other.requests.length;
    expect(before).toBeGreaterThan(0);
    const refused = await build(dockerfile, ['--no-cache', ...secret('GIT_AUTH_TOKEN')], {
      LOGIN: TOKEN,
    });
    expect(refused.stderr).toContain('GIT_FAILED');
    expect(refused.stderr).toContain('use that address');
    const url = server.url.replace('//', '//me:hunter2@');
    expect((await build(`FROM scratch\nADD ${url}/app.git /app\n`)).status).not.toBe(0);
    expect(other.requests.slice(before).map(({ headers }) => headers.authorization)).toEqual([]);
  });

  it('fetches the commit that a URL pins, whatever the ref means by now', async () => {
    await using server = await open();
    const url = `${server.url}/app.git?branch=main&checksum=${head}&fetch-by-commit=true`;
    const { out } = await succeed(`FROM scratch\nADD --keep-git-dir=true ${url} /app\n`);
    expect(readFileSync(join(out, 'app/main.txt'), 'utf8')).toBe('main\n');
    expect(git(join(out, 'app'), 'rev-parse', 'refs/heads/main')).toBe(head);
    const asked = server.requests.length;
    await succeed(`FROM scratch\nADD --keep-git-dir=true ${url} /app\n`);
    expect(server.requests).toHaveLength(asked);
    const short = await build(`FROM scratch\nADD ${url.replace(head, head.slice(0, 9))} /app\n`);
    expect(short.stderr).toContain('GIT_CHECKSUM');
    const twice = await build(
      `FROM scratch\nADD --keep-git-dir=true ${server.url}/app.git?keep-git-dir=false /a\n`,
    );
    expect(twice.stderr).toContain('PLAN_GIT_CONTRADICTION');
  });
});

describe('git repositories by ssh', () => {
  let repositories: Workbench;
  let server: SshServer;
  let remote: string;
  let home: string;
  beforeAll(async () => {
    repositories = new Workbench();
    makeRepository(join(repositories.directory, 'app.git'), {
      'main.txt': 'by ssh\n',
      Dockerfile: 'FROM scratch\nCOPY main.txt /\n',
    });
    server = await startSshServer(join(repositories.directory, 'sshd'));
    remote = `${server.url}${repositories.directory}/app.git`;
    home = join(repositories.directory, 'home');
    mkdirSync(join(home, '.ssh'), { recursive: true });
  });
  afterEach(() => rmSync(join(home, '.ssh/known_hosts'), { force: true }));
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
    repositories[Symbol.dispose]();
  });

  it('need an agent or a key that was given to the build', async () => {
    const dockerfile = `FROM scratch\nADD ${remote} /app\n`;
    const refused = await build(dockerfile, [], { HOME: home });
    expect(refused.stderr).toContain('SSH_MISSING');
    expect(refused.stderr).toContain('--ssh default');
    const given = ['--ssh', `default=${server.key}`];
    const { out } = await succeed(dockerfile, given, { HOME: home });
    expect(readFileSync(join(out, 'app/main.txt'), 'utf8')).toBe('by ssh\n');
  });

  it('must have the key that the user knows the host by', async () => {
    const known = join(home, '.ssh/known_hosts');
    const dockerfile = `FROM scratch\nADD ${remote} /app\n`;
    const given = ['--no-cache', '--ssh', `default=${server.key}`];
    const other = join(bench.directory, 'other');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
    const key = readFileSync(`${other}.pub`, 'utf8').split(' ').slice(0, 2).join(' ');
    writeFileSync(known, `[127.0.0.1]:${server.port} ${key}\n`);
    const refused = await build(dockerfile, given, { HOME: home });
    expect(refused.stderr).toContain('GIT_FAILED');
    expect(refused.stderr).toContain('~/.ssh/known_hosts');
    writeFileSync(known, `[127.0.0.1]:${server.port} ${server.hostKey}\n`);
    await succeed(dockerfile, given, { HOME: home });
    expect(readFileSync(known, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('get at none of the keys of the user that were not given', async () => {
    const lend = join(home, '.ssh/id_ed25519');
    writeFileSync(lend, readFileSync(server.key), { mode: 0o600 });
    const other = join(bench.directory, 'other');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other]);
    const given = ['--ssh', `default=${other}`];
    const refused = await build(`FROM scratch\nADD ${remote} /app\n`, given, { HOME: home });
    rmSync(lend);
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain('Permission denied');
  });

  it('are contexts with the ssh of the user who names them', async () => {
    const out = join(bench.directory, 'context');
    const ssh = `ssh -F /dev/null -i ${server.key} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null`;
    await bench.succeed(['build', '-o', out, remote], { env: { GIT_SSH_COMMAND: ssh } });
    expect(readFileSync(join(out, 'main.txt'), 'utf8')).toBe('by ssh\n');
    const given = ['--no-cache', '--ssh', `default=${server.key}`];
    await bench.succeed(['build', ...given, '-o', out, remote], { env: { HOME: home } });
  });
});
