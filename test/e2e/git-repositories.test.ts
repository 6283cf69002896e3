/** Git repositories of other kinds: those that name commits by SHA-256, and servers of plain files ("dumb HTTP"). */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';
import {
  commit,
  type GitDaemon,
  git,
  makeRepository,
  startGitDaemon,
} from '../support/git-server.ts';
import { serve, type TestServer } from '../support/http-server.ts';

const bench = new Workbench();
let daemon: GitDaemon;
let files: TestServer;
let head: string;

beforeAll(async () => {
  const base = join(bench.directory, 'repositories');
  const sha256 = join(base, 'sha256.git');
  makeRepository(sha256, { Dockerfile: 'FROM scratch\nCOPY f /\n', f: 'first\n' }, 'sha256');
  git(sha256, 'tag', 'v1');
  head = commit(sha256, { f: 'second\n' });
  const lib = join(base, 'lib.git');
  makeRepository(lib, { 'lib.txt': 'lib\n' });
  const app = join(base, 'app.git');
  makeRepository(app, { Dockerfile: 'FROM scratch\nCOPY . /\n' });
  git(app, 'submodule', 'add', '-q', '../lib.git', 'lib');
  commit(app, {});
  git(app, 'switch', '-q', '-c', 'broken');
  git(app, 'config', '-f', '.gitmodules', 'submodule.lib.url', '../none.git');
  commit(app, {});
  git(app, 'switch', '-q', 'main');
  // What plain files can be fetched from lies apart from the work trees.
  const plain = join(bench.directory, 'plain');
  for (const path of [sha256, lib, app]) {
    const bare = join(plain, path.slice(base.length));
    git(base, 'clone', '-q', '--bare', path, bare);
    git(bare, 'update-server-info');
  }
  daemon = await startGitDaemon(base);
  files = await serve(({ url = '' }, response) => {
    const file = join(plain, new URL(url, 'http://localhost').pathname);
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) response.end(readFileSync(file));
    else response.writeHead(404).end();
  });
});

afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await files?.[Symbol.asyncDispose]();
  bench[Symbol.dispose]();
});

let count = 0;
/** Builds in a store of its own: a commit that is known is not fetched again. */
async function build(context: string, ...args: string[]) {
  using other = new Workbench();
  const out = join(bench.directory, `out${++count}`);
  const result = await other.lamina(['build', ...args, '-o', out, context]);
  return { ...result, read: (path: string) => readFileSync(join(out, path), 'utf8') };
}

describe('a repository that names commits by SHA-256', () => {
  it.each([
    ['', 'second\n'],
    ['#v1', 'first\n'],
    ['#main', 'second\n'],
  ])('is a context: %j', async (ref, content) => {
    for (const { url } of [daemon, files]) {
      const { read, stderr } = await build(`${url}/sha256.git${ref}`);
      expect(read('f'), stderr).toBe(content);
    }
  });

  it('is added, by the digits of a commit too', async () => {
    const directory = bench.project({
      Dockerfile: `FROM scratch\nADD --keep-git-dir --checksum=${head} ${daemon.url}/sha256.git#${head} /x\n`,
    });
    const { read, stderr } = await build(directory);
    expect(read('x/f'), stderr).toBe('second\n');
    expect(read('x/.git/config')).toContain('sha256');
  });

  it('needs all digits of a commit', async () => {
    const { stderr } = await build(`${daemon.url}/sha256.git#${head.slice(0, 50)}`);
    expect(stderr).toContain('64 if the repository uses SHA-256');
  });
});

describe('a server of plain files', () => {
  it('gives submodules too', async () => {
    const { read, stderr } = await build(`${files.url}/app.git#main`);
    expect(read('lib/lib.txt'), stderr).toBe('lib\n');
  });

  it('is quoted line by line when it fails', async () => {
    const { stderr, status } = await build(`${files.url}/app.git#broken`, '--progress=quiet');
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^error: git submodule of \S+ failed: fatal: repository \S+ not found$/m,
    );
    expect(stderr).toMatch(/^ {2}last \d lines of output:\n {4}fatal: repository/m);
    expect(stderr).not.toContain('\\n');
  });
});
