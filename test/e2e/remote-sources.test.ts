/** ADD of files by HTTP and of git repositories: what arrives, and what is not fetched again. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';
import {
  commit,
  type GitDaemon,
  git,
  makeRepository,
  startGitDaemon,
} from '../support/git-server.ts';
import { serve } from '../support/http-server.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench[Symbol.dispose]());

let count = 0;
/** Builds a Dockerfile with its files written out; their directory. */
async function build(dockerfile: string, ...args: string[]) {
  const directory = bench.project({ Dockerfile: dockerfile, local: 'local\n' }, `p${++count}`);
  const out = join(bench.directory, `out${count}`);
  const result = await bench.lamina(['build', '--progress=plain', ...args, '-o', out, directory]);
  return { ...result, out };
}

async function succeed(dockerfile: string, ...args: string[]) {
  const result = await build(dockerfile, ...args);
  if (result.status !== 0) throw new Error(result.stderr);
  return result;
}

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

describe('ADD of a file by HTTP', () => {
  it('gives it to root alone, under the name and with the time the server has', async () => {
    await using server = await serve((_request, response) => {
      response.setHeader('Last-Modified', 'Tue, 02 Jan 2024 03:04:05 GMT');
      response.end('hello\n');
    });
    const { out } = await succeed(`
FROM scratch
ADD ${server.url}/a/b%20c.txt?x=1 /d/
ADD ${server.url}/ /d/
ADD ${server.url}/x /named
ADD --chmod=755 --chown=7:8 ${server.url}/tool local /mixed/
`);
    const file = statSync(join(out, 'd/b c.txt'));
    expect(file.mode & 0o7777).toBe(0o600);
    expect(file.mtimeMs).toBe(Date.parse('2024-01-02T03:04:05Z'));
    expect(readFileSync(join(out, 'd/__unnamed__'), 'utf8')).toBe('hello\n');
    expect(readFileSync(join(out, 'named'), 'utf8')).toBe('hello\n');
    expect(statSync(join(out, 'mixed/tool')).mode & 0o7777).toBe(0o755);
    expect(readFileSync(join(out, 'mixed/local'), 'utf8')).toBe('local\n');
  });

  it('asks whether the file changed, and takes it from the cache if not', async () => {
    let body = 'one\n';
    await using server = await serve((request, response) => {
      const etag = `"${sha256(body)}"`;
      response.setHeader('ETag', etag);
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end();
      else response.end(body);
    });
    const dockerfile = `FROM scratch\nADD ${server.url}/file /file\n`;
    await succeed(dockerfile);
    const again = await succeed(dockerfile);
    expect(server.requests).toHaveLength(2);
    expect(server.requests[1]?.headers['if-none-match']).toBe(`"${sha256('one\n')}"`);
    expect(again.stderr.match(/^#\d+ CACHED$/gm)).toHaveLength(2);
    body = 'two\n';
    const { out } = await succeed(dockerfile);
    expect(readFileSync(join(out, 'file'), 'utf8')).toBe('two\n');
  });

  it('asks nobody for a file whose checksum is given and in the cache', async () => {
    await using server = await serve((_request, response) => response.end('pinned'));
    const dockerfile = `FROM scratch\nADD --checksum=${sha256('pinned')} ${server.url}/f /f\n`;
    await succeed(dockerfile);
    await succeed(dockerfile);
    expect(server.requests).toHaveLength(1);
  });

  it('refuses a file with another checksum', async () => {
    await using server = await serve((_request, response) => response.end('other'));
    const { status, stderr } = await build(
      `FROM scratch\nADD --checksum=${sha256('pinned')} ${server.url}/f /f\n`,
    );
    expect(status).not.toBe(0);
    expect(stderr).toContain('HTTP_CHECKSUM');
    expect(stderr).toContain(sha256('other'));
  });

  it('unpacks an archive only when told to', async () => {
    mkdirSync(join(bench.directory, 'in'));
    writeFileSync(join(bench.directory, 'in/member'), 'in the archive\n');
    const tar = execFileSync('tar', ['-C', join(bench.directory, 'in'), '-c', 'member']);
    const archive = gzipSync(tar);
    await using server = await serve((_request, response) => response.end(archive));
    const { out } = await succeed(`
FROM scratch
ADD ${server.url}/x.tgz /packed/
ADD --unpack=true ${server.url}/x.tgz /unpacked/
`);
    expect(readFileSync(join(out, 'packed/x.tgz')).equals(archive)).toBe(true);
    expect(readFileSync(join(out, 'unpacked/member'), 'utf8')).toBe('in the archive\n');
  });

  it('follows redirects, but not for ever, and forgets credentials on the way to others', async () => {
    await using other = await serve((_request, response) => response.end('there'));
    await using server = await serve((request, response) => {
      const to = request.url === '/loop' ? '/loop' : `${other.url}/there`;
      response.writeHead(302, { location: to }).end();
    });
    const url = server.url.replace('//', '//user:secret-token@');
    const { out, stderr } = await succeed(`FROM scratch\nADD ${url}/x /x\n`);
    expect(readFileSync(join(out, 'x'), 'utf8')).toBe('there');
    expect(server.requests[0]?.headers.authorization).toMatch(/^Basic /);
    expect(other.requests[0]?.headers.authorization).toBeUndefined();
    expect(stderr).not.toContain('secret-token');
    const loop = await build(`FROM scratch\nADD ${url}/loop /x\n`);
    expect(loop.stderr).toContain('HTTP_REDIRECTS');
    expect(loop.stderr + loop.stdout).not.toContain('secret-token');
  });

  it('fails on an error of the server and on a connection that ends too early', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/missing') response.writeHead(404).end('no');
      else {
        response.writeHead(200, { 'content-length': '100' });
        response.write('only this', () => response.destroy());
      }
    });
    expect((await build(`FROM scratch\nADD ${server.url}/missing /x\n`)).stderr).toContain(
      'HTTP_STATUS',
    );
    const { stderr } = await build(`FROM scratch\nADD ${server.url}/cut /x\n`);
    expect(stderr).toContain('HTTP_FAILED');
    expect(stderr).toMatch(/after \d of 100 bytes/);
  });

  it('keeps the password of a URL out of history and metadata', async () => {
    await using server = await serve((_request, response) => response.end('x'));
    const url = server.url.replace('//', '//me:hunter2@');
    const directory = bench.project({ Dockerfile: `FROM scratch\nADD ${url}/x /x\n` }, 'history');
    await bench.succeed(['build', '-t', 'secretive', directory]);
    const { stdout } = await bench.succeed(['history', '--no-trunc', 'secretive']);
    expect(stdout).toContain('me:xxxxx@');
    expect(stdout).not.toContain('hunter2');
  });

  it('says what cannot have a checksum', async () => {
    const local = await build('FROM scratch\nADD --checksum=sha256:12 local /x\n');
    expect(local.stderr).toContain('PLAN_CHECKSUM');
    const short = await build('FROM scratch\nADD --checksum=sha256:12 http://127.0.0.1:9/x /x\n');
    expect(short.stderr).toContain('PLAN_CHECKSUM');
  });
});

describe('ADD of a git repository', () => {
  let repositories: Workbench;
  let daemon: GitDaemon;
  let path: string;
  beforeAll(async () => {
    repositories = new Workbench();
    path = join(repositories.directory, 'app.git');
    makeRepository(join(repositories.directory, 'lib.git'), { 'lib.txt': 'library\n' });
    makeRepository(path, { 'README.md': 'read me\n', 'src/main.txt': 'one\n', run: '#!/bin/sh\n' });
    chmodSync(join(path, 'run'), 0o775);
    symlinkSync('src/main.txt', join(path, 'link'));
    commit(path, {});
    git(path, 'tag', '-a', 'v1', '-m', 'one');
    git(path, 'switch', '-q', '-c', 'topic');
    commit(path, { 'src/main.txt': 'topic\n' });
    git(path, 'switch', '-q', 'main');
    daemon = await startGitDaemon(repositories.directory);
  });
  afterAll(async () => {
    await daemon[Symbol.asyncDispose]();
    repositories[Symbol.dispose]();
  });

  it('takes the files of the default branch, without .git', async () => {
    const { out } = await succeed(`FROM scratch\nADD ${daemon.url}/app.git /app\n`);
    expect(readdirSync(join(out, 'app')).sort()).toEqual(['README.md', 'link', 'run', 'src']);
    expect(statSync(join(out, 'app/README.md')).mode & 0o7777).toBe(0o644);
    expect(statSync(join(out, 'app/run')).mode & 0o7777).toBe(0o755);
    expect(readFileSync(join(out, 'app/link'), 'utf8')).toBe('one\n');
  });

  it('takes branches, tags, commits and subdirectories', async () => {
    const head = git(path, 'rev-parse', 'topic');
    const { out } = await succeed(`
FROM scratch
ADD ${daemon.url}/app.git#topic:src /fragment
ADD ${daemon.url}/app.git?branch=topic&subdir=src /query
ADD ${daemon.url}/app.git#v1:src /tag
ADD ${daemon.url}/app.git#${head}:src /commit
ADD --checksum=${head.slice(0, 12)} ${daemon.url}/app.git#topic /checked
`);
    const texts = ['fragment', 'query', 'tag', 'commit', 'checked/src'].map((directory) =>
      readFileSync(join(out, directory, 'main.txt'), 'utf8'),
    );
    expect(texts).toEqual(['topic\n', 'topic\n', 'one\n', 'topic\n', 'topic\n']);
  });

  it('keeps .git when told to', async () => {
    const { out } = await succeed(
      `FROM scratch\nADD --keep-git-dir=true ${daemon.url}/app.git#v1 /app\n`,
    );
    expect(git(join(out, 'app'), 'describe')).toBe('v1');
    expect(git(join(out, 'app'), 'status', '--porcelain')).toBe('');
  });

  it('finds a commit in the cache, and sees a branch move', async () => {
    const dockerfile = `FROM scratch\nADD ${daemon.url}/app.git#moving /app\n`;
    git(path, 'branch', '-f', 'moving', 'main');
    await succeed(dockerfile);
    const again = await succeed(dockerfile);
    expect(again.stderr.match(/^#\d+ CACHED$/gm)).toHaveLength(2);
    git(path, 'branch', '-f', 'moving', 'topic');
    const { out } = await succeed(dockerfile);
    expect(readFileSync(join(out, 'app/src/main.txt'), 'utf8')).toBe('topic\n');
  });

  it('brings submodules along, unless told not to', async () => {
    git(path, 'switch', '-q', '-c', 'with-submodule');
    git(path, 'submodule', 'add', '-q', `${daemon.url}/lib.git`, 'lib');
    commit(path, {});
    git(path, 'switch', '-q', 'main');
    const { out } = await succeed(`
FROM scratch
ADD ${daemon.url}/app.git#with-submodule /all
ADD ${daemon.url}/app.git?ref=with-submodule&submodules=false /bare
`);
    expect(readFileSync(join(out, 'all/lib/lib.txt'), 'utf8')).toBe('library\n');
    expect(existsSync(join(out, 'all/lib/.git'))).toBe(false);
    expect(existsSync(join(out, 'bare/lib/lib.txt'))).toBe(false);
  });

  it('explains refs, checksums and directories that are not there', async () => {
    const add = (rest: string, flags = '') =>
      build(`FROM scratch\nADD ${flags} ${daemon.url}/app.git${rest} /x\n`);
    expect((await add('#nope')).stderr).toContain('GIT_REF_NOT_FOUND');
    expect((await add('#main', `--checksum=${'0'.repeat(40)}`)).stderr).toContain('GIT_CHECKSUM');
    expect((await add('#main:nope')).stderr).toContain('GIT_SUBDIR_NOT_FOUND');
    expect((await add('?reff=main')).stderr).toContain("did you mean 'ref'?");
  });

  it('says that git is missing', async () => {
    const directory = bench.project({ Dockerfile: `FROM scratch\nADD ${daemon.url}/app.git /x\n` });
    const env = { PATH: join(bench.directory, 'nothing') };
    const { stderr } = await bench.lamina(['build', directory], { env });
    expect(stderr).toContain('GIT_MISSING');
  });

  it('fetches by HTTP with the credentials of the URL, which appear nowhere', async () => {
    const bare = join(repositories.directory, 'dumb.git');
    git(repositories.directory, 'clone', '-q', '--bare', path, bare);
    git(bare, 'update-server-info');
    const expected = `Basic ${Buffer.from('me:hunter2').toString('base64')}`;
    await using server = await serve((request, response) => {
      const file = join(
        repositories.directory,
        decodeURIComponent(request.url ?? '').replace(/\?.*/, ''),
      );
      if (request.headers.authorization !== expected) response.writeHead(401).end();
      else if (existsSync(file) && statSync(file).isFile()) response.end(readFileSync(file));
      else response.writeHead(404).end();
    });
    const url = server.url.replace('//', '//me:hunter2@');
    const add = `ADD --keep-git-dir=true ${url}/dumb.git#topic /x`;
    const { out, stderr } = await succeed(`FROM scratch\n${add}\n`);
    expect(readFileSync(join(out, 'x/src/main.txt'), 'utf8')).toBe('topic\n');
    const found = execFileSync('sh', ['-c', `grep -rl hunter2 ${out} ${bench.store} || true`]);
    expect(found.toString()).toBe('');
    expect(stderr).not.toContain('hunter2');
    const refused = await build(
      `FROM scratch\nADD ${url.replace('hunter2', 'wrong')}/dumb.git /x\n`,
    );
    expect(refused.stderr).toContain('GIT_FAILED');
    expect(refused.stderr).not.toContain('wrong@');
  });
});
