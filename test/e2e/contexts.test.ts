/** Build contexts of every kind: named ones, archives, repositories and files from the network. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeBusyboxImage } from '../support/busybox-image.ts';
import { type RunSettings, stepsOf, Workbench } from '../support/cli.ts';
import { git, makeRepository, startGitDaemon } from '../support/git-server.ts';
import { serve } from '../support/http-server.ts';

let bench: Workbench;
beforeEach(() => {
  bench = new Workbench();
});
afterEach(() => bench[Symbol.dispose]());

let count = 0;
async function buildTo(args: readonly string[], settings: RunSettings = {}) {
  const out = join(bench.directory, `out${++count}`);
  const result = await bench.lamina(['build', '--progress=plain', '-o', out, ...args], settings);
  const read = (path: string) => readFileSync(join(out, path), 'utf8');
  return { ...result, out, read };
}

async function succeed(args: readonly string[], settings: RunSettings = {}) {
  const result = await buildTo(args, settings);
  if (result.status !== 0) throw new Error(result.stderr);
  return result;
}

/** A directory as a tar. */
function tarOf(directory: string, ...options: string[]): Buffer {
  return execFileSync('tar', ['-C', directory, ...options, '-c', '.']);
}

describe('a named context', () => {
  const dockerfile = (text: string) => bench.project({ Dockerfile: text, own: 'own\n' });

  it('is read by COPY --from, by the rules of its own ignore file', async () => {
    const directory = dockerfile('FROM scratch\nCOPY --from=assets . /assets/\nCOPY own /own\n');
    const assets = bench.project(
      { 'a.txt': 'a\n', secret: 's\n', '.dockerignore': 'secret\n' },
      'assets',
    );
    const { out, stderr } = await succeed([`--build-context=assets=${assets}`, directory]);
    expect(readdirSync(join(out, 'assets')).sort()).toEqual(['.dockerignore', 'a.txt']);
    expect(stderr).toContain('[context assets] load from client');
    expect(stderr).toContain('transferring assets');
  });

  it('is not opened when no step needs it', async () => {
    const directory = dockerfile(
      'FROM scratch AS unused\nCOPY --from=assets . /\nFROM scratch\nCOPY own /\n',
    );
    const assets = bench.project({ 'a.txt': 'a\n' }, 'assets');
    const { stderr } = await succeed([`--build-context=assets=${assets}`, directory]);
    expect(stderr).not.toContain('load from client');
  });

  it('stands in for a stage of its name, whose steps are not run', async () => {
    const directory = dockerfile(
      'FROM nothing-there AS deps\nRUN false\nFROM deps AS child\nFROM scratch\n' +
        'COPY --from=deps /lib /a\nCOPY --from=child /lib /b\nCOPY --from=0 /lib /c\n',
    );
    const deps = bench.project({ lib: 'library\n' }, 'deps');
    const { read } = await succeed([`--build-context=deps=${deps}`, directory]);
    expect([read('a'), read('b'), read('c')]).toEqual(['library\n', 'library\n', 'library\n']);
  });

  it('stands in for an image, whatever way its name is written', async () => {
    const directory = dockerfile('FROM docker.io/library/base:latest\nCOPY own /own\n');
    const base = bench.project({ etc: 'from the directory\n' }, 'base');
    const { read } = await succeed([`--build-context=base=${base}`, directory]);
    expect(read('etc')).toBe('from the directory\n');
    expect(read('own')).toBe('own\n');
    const tagged = dockerfile('FROM base:1.0\n');
    expect((await buildTo([`--build-context=base=${base}`, tagged])).stderr).toContain(
      'IMAGE_NOT_FOUND',
    );
  });

  it('may be an image, or nothing', async () => {
    const files = dockerfile('FROM scratch\nCOPY own /in-image\nENV WHO=me\n');
    await bench.succeed(['build', '-t', 'real:1', files]);
    const directory = dockerfile(
      'FROM wanted AS a\nCOPY own /own\nFROM empty\nCOPY --from=a / /a\nCOPY --from=real2 / /b\n',
    );
    const { read } = await succeed([
      '--build-context=wanted=docker-image://real:1',
      '--build-context=real2=docker-image://real:1',
      '--build-context=empty=docker-image://scratch',
      directory,
    ]);
    expect(read('a/in-image') + read('a/own') + read('b/in-image')).toBe('own\nown\nown\n');
  });

  it('may be for one platform only', async () => {
    const { arch } = process;
    const own = arch === 'x64' ? 'amd64' : arch;
    const directory = dockerfile('FROM base\n');
    const one = bench.project({ which: 'this platform\n' }, 'one');
    const other = bench.project({ which: 'any\n' }, 'other');
    const { read } = await succeed([
      `--build-context=base=${other}`,
      `--build-context=base::linux/${own}=${one}`,
      directory,
    ]);
    expect(read('which')).toBe('this platform\n');
  });

  it('may be an OCI layout, chosen by tag or digest, which is given no name in the store', async () => {
    const layout = join(bench.directory, 'layout');
    const files = dockerfile('FROM scratch\nCOPY own /in-layout\nLABEL from=layout\n');
    await bench.succeed([
      'build',
      '-t',
      'app:v2',
      '-o',
      `type=oci,tar=false,dest=${layout}`,
      files,
    ]);
    if (!existsSync(join(layout, 'index.json'))) {
      const archive = join(bench.directory, 'layout.tar');
      await bench.succeed(['build', '-t', 'app:v2', '-o', `type=oci,dest=${archive}`, files]);
      mkdirSync(layout, { recursive: true });
      execFileSync('tar', ['-C', layout, '-xf', archive]);
    }
    await bench.lamina(['rmi', 'app:v2']);
    const index = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8'));
    const { digest } = index.manifests[0];
    const directory = dockerfile('FROM base\n');
    for (const suffix of ['', ':v2', `@${digest}`]) {
      const { read } = await succeed([
        `--build-context=base=oci-layout://${layout}${suffix}`,
        directory,
      ]);
      expect(read('in-layout')).toBe('own\n');
    }
    const missing = await buildTo([`--build-context=base=oci-layout://${layout}:v9`, directory]);
    expect(missing.stderr).toContain('CONTEXT_LAYOUT');
    expect((await bench.succeed(['images'])).stdout).not.toContain('app');
  });

  it('refuses what it cannot be', async () => {
    const directory = dockerfile('FROM scratch\nCOPY own /\n');
    const attempt = async (text: string) =>
      (await buildTo([`--build-context=${text}`, directory])).stderr;
    expect(await attempt('a=./not-there')).toContain('CONTEXT_NOT_FOUND');
    expect(await attempt('scratch=.')).toContain('CONTEXT_NAME');
    expect(await attempt('context=.')).toContain('CONTEXT_NAME');
    expect(await attempt('lonely')).toContain('CLI_FLAG_VALUE');
  });

  it('may be another stage of the file', async () => {
    const directory = dockerfile(
      'FROM scratch AS real\nCOPY own /file\nFROM scratch\nCOPY --from=files /file /taken\n',
    );
    const { read } = await succeed(['--build-context=files=target:real', directory]);
    expect(read('taken')).toBe('own\n');
  });

  it('may be mounted by a step', async () => {
    await makeBusyboxImage(bench);
    const directory = dockerfile(
      'FROM busybox\nRUN --mount=type=bind,from=assets,target=/m cat /m/a.txt > /seen\n',
    );
    const assets = bench.project({ 'a.txt': 'mounted\n' }, 'assets');
    const { read } = await succeed([`--build-context=assets=${assets}`, directory]);
    expect(read('seen')).toBe('mounted\n');
  });
});

describe('a context on standard input', () => {
  it('is a tar, compressed or not, whose Dockerfile may be named', async () => {
    const directory = bench.project({
      Dockerfile: 'FROM scratch\nCOPY . /all/\n',
      'other/Dockerfile': 'FROM scratch\nCOPY data /data\n',
      '.dockerignore': 'data\n',
      data: 'data\n',
    });
    chmodSync(join(directory, 'data'), 0o640);
    const tar = tarOf(directory, '--owner=12', '--group=34');
    const plain = await succeed(['-'], { input: tar });
    expect(readdirSync(join(plain.out, 'all')).sort()).toEqual([
      '.dockerignore',
      'Dockerfile',
      'data',
      'other',
    ]);
    expect(statSync(join(plain.out, 'all/data')).mode & 0o7777).toBe(0o640);
    const named = await succeed(['-f', 'other/Dockerfile', '-'], { input: gzipSync(tar) });
    expect(named.read('data')).toBe('data\n');
    const again = await succeed(['-'], { input: gzipSync(tar) });
    expect(stepsOf(again.stderr)).toMatchObject({ run: [] });
  });

  it('cannot write outside itself', async () => {
    const directory = bench.project({ Dockerfile: 'FROM scratch\nCOPY . /\n', evil: 'x' });
    const tar = execFileSync('tar', [
      '-C',
      directory,
      '--transform=s,evil,../../evil,',
      '-P',
      '-c',
      'Dockerfile',
      'evil',
    ]);
    const { out } = await succeed(['-'], { input: tar });
    expect(readdirSync(out).sort()).toEqual(['Dockerfile', 'evil']);
  });

  it('leaves a text to be the Dockerfile, with or without a directory beside it', async () => {
    const alone = await succeed(['-'], { input: 'FROM scratch\nCOPY <<a /a\nhi\na\n' });
    expect(alone.read('a')).toBe('hi\n');
    const directory = bench.project({ own: 'own\n' });
    const beside = await succeed(['-f', '-', directory], { input: 'FROM scratch\nCOPY own /x\n' });
    expect(beside.read('x')).toBe('own\n');
  });
});

describe('a context from the network', () => {
  let repositories: Workbench;
  beforeAll(() => {
    repositories = new Workbench();
    makeRepository(join(repositories.directory, 'app.git'), {
      Dockerfile: 'FROM scratch\nCOPY . /all/\n',
      '.dockerignore': '*\n',
      'sub/Dockerfile': 'FROM scratch\nCOPY here /here\n',
      'sub/here': 'in sub\n',
    });
    git(join(repositories.directory, 'app.git'), 'branch', 'feature');
  });
  afterAll(() => repositories[Symbol.dispose]());

  it('is a git repository, or a directory of one', async () => {
    await using daemon = await startGitDaemon(repositories.directory);
    const whole = await succeed([`${daemon.url}/app.git`]);
    expect(readdirSync(join(whole.out, 'all')).sort()).toEqual([
      '.dockerignore',
      'Dockerfile',
      'sub',
    ]);
    const part = await succeed([`${daemon.url}/app.git#feature:sub`]);
    expect(part.read('here')).toBe('in sub\n');
    const named = await succeed(['-f', 'sub/Dockerfile', `${daemon.url}/app.git?subdir=.`]).catch(
      (error: Error) => error.message,
    );
    expect(named).toContain('COPY_SOURCE_NOT_FOUND');
    const stdin = { input: 'FROM scratch\nCOPY sub/here /x\n' };
    expect((await succeed(['-f', '-', `${daemon.url}/app.git`], stdin)).read('x')).toBe('in sub\n');
    const directory = bench.project({
      Dockerfile: 'FROM scratch\nCOPY --from=repo /sub/here /y\n',
    });
    const other = await succeed([`--build-context=repo=${daemon.url}/app.git`, directory]);
    expect(other.read('y')).toBe('in sub\n');
  });

  it('is an archive by HTTP, or a Dockerfile', async () => {
    const directory = bench.project({ Dockerfile: 'FROM scratch\nCOPY a /a\n', a: 'a\n' });
    const archive = gzipSync(tarOf(directory));
    await using server = await serve((request, response) => {
      if (request.url === '/app.tar.gz') response.end(archive);
      else response.end('FROM scratch\nCOPY <<b /b\nhi\nb\n');
    });
    expect((await succeed([`${server.url}/app.tar.gz`])).read('a')).toBe('a\n');
    expect((await succeed([`${server.url}/Dockerfile`])).read('b')).toBe('hi\n');
    expect((await succeed(['-f', `${server.url}/Dockerfile`, directory])).read('b')).toBe('hi\n');
  });
});

describe('lamina context ls', () => {
  it('lists what would be sent, largest first, and what each line leaves out', async () => {
    const directory = bench.project({
      Dockerfile: 'FROM scratch\n',
      'small.txt': 'x',
      'big.bin': 'x'.repeat(5000),
      'node_modules/a/index.js': 'y'.repeat(3000),
      'node_modules/keep.js': 'k',
      '.dockerignore': '# tools\nnode_modules\n!node_modules/keep.js\n',
    });
    const plain = await bench.succeed(['context', 'ls', directory]);
    const lines = plain.stdout.split('\n');
    expect(lines[0]).toBe('big.bin');
    expect(lines).toContain('node_modules/keep.js');
    expect(lines).not.toContain('node_modules/a/index.js');
    const { stdout } = await bench.succeed(['context', 'ls', '--sizes', directory]);
    expect(stdout).toMatch(/^5kB +big\.bin$/m);
    expect(stdout).toMatch(/ in 5 files$/m);
    expect(stdout).toMatch(/^3kB +1 file +\.dockerignore:2 +node_modules$/m);
    const json = await bench.succeed(['context', 'ls', '--format', 'json', directory]);
    expect(JSON.parse(json.stdout.split('\n')[0] ?? '')).toMatchObject({
      Path: 'big.bin',
      Bytes: '5000',
    });
  });

  it('lists what the steps of a target read', async () => {
    const directory = bench.project(
      {
        Dockerfile: [
          'FROM not-there AS build',
          'ARG MAIN=main.go',
          'COPY $MAIN go.* /src/',
          'RUN --mount=target=/lib,source=lib true',
          'FROM not-there AS unneeded',
          'COPY docs /docs',
          'FROM scratch',
          'COPY --from=build /src /',
          'ADD assets /assets',
        ].join('\n'),
        'main.go': 'm',
        'other.go': 'o',
        'go.mod': 'g',
        'lib/a': 'a',
        'docs/big': 'x'.repeat(9000),
        'assets/logo': 'l',
        'assets/raw': 'r',
        '.dockerignore': 'assets/raw\n',
      },
      'needed',
    );
    const list = async (...args: string[]) => {
      const { stdout } = await bench.succeed(['context', 'ls', ...args, directory]);
      return stdout.trim().split('\n').sort();
    };
    expect(await list('--needed')).toEqual(['assets/logo', 'go.mod', 'lib/a', 'main.go']);
    expect(await list('--target', 'build')).toEqual(['go.mod', 'lib/a', 'main.go']);
    expect(await list('--target', 'build', '--build-arg', 'MAIN=other.go')).toContain('other.go');
    expect(await list()).toContain('docs/big');
    const unknown = await bench.lamina(['context', 'ls', '--target', 'biuld', directory]);
    expect(unknown.stderr).toContain("did you mean 'build'?");
  });

  it('says which line decides on a path', async () => {
    const directory = bench.project({
      'a/b': 'x',
      'a/keep': 'x',
      c: 'x',
      '.dockerignore': 'a\n!a/keep\n',
      'my.Dockerfile': 'FROM scratch\n',
      'my.Dockerfile.dockerignore': 'c\n',
    });
    const why = async (path: string, ...more: string[]) =>
      (await bench.lamina(['context', 'ls', '--why', path, ...more, directory])).stdout;
    expect(await why('a/b')).toBe('a/b is ignored by .dockerignore:1: a\n');
    expect(await why('a/keep')).toBe('a/keep is sent: re-included by .dockerignore:2: !a/keep\n');
    expect(await why('a')).toBe('a is ignored by .dockerignore:1: a; 1 file below it is sent\n');
    expect(await why('c')).toBe('c is sent: no line of .dockerignore matches it\n');
    expect(await why('nope')).toBe('nope does not exist in the context\n');
    expect(await why('a/later')).toBe(
      'a/later does not exist in the context; it would be ignored by .dockerignore:1: a\n',
    );
    const file = join(directory, 'my.Dockerfile');
    expect(await why('c', '-f', file)).toContain('my.Dockerfile.dockerignore:1: c');
    expect(JSON.parse(await why('a/b', '--format', 'json'))).toMatchObject({ ignored: true });
    writeFileSync(join(directory, '.dockerignore'), '[\n');
    const broken = await bench.lamina(['context', 'ls', directory]);
    expect(broken.stderr).toContain('PATTERN_INVALID');
  });
});
