/** SOURCE_DATE_EPOCH that names a context: whose time the image has. */
import { execFileSync } from 'node:child_process';
import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Workbench } from '../support/cli.ts';
import { type GitDaemon, makeRepository, startGitDaemon } from '../support/git-server.ts';
import { serve } from '../support/http-server.ts';

/** Of the commits that the tests make. */
const COMMIT = '2024-01-02T03:04:05Z';
const DOCKERFILE = 'FROM scratch\nCOPY file /file\n';

describe('SOURCE_DATE_EPOCH of a context', () => {
  let bench: Workbench;
  let daemon: GitDaemon;
  let tar: Buffer;
  beforeAll(async () => {
    bench = new Workbench();
    makeRepository(join(bench.directory, 'git/app.git'), { Dockerfile: DOCKERFILE, file: 'x\n' });
    daemon = await startGitDaemon(join(bench.directory, 'git'));
    const directory = bench.project({ Dockerfile: DOCKERFILE, file: 'x\n' }, 'tar');
    utimesSync(join(directory, 'Dockerfile'), 1_600_000_000, 1_600_000_000);
    utimesSync(join(directory, 'file'), 1_650_000_000, 1_650_000_000);
    tar = execFileSync('tar', ['-C', directory, '-cz', '.']);
  });
  afterAll(async () => {
    await daemon[Symbol.asyncDispose]();
    bench[Symbol.dispose]();
  });

  /** When the image that a build makes was created, in its own words. */
  async function created(args: readonly string[], settings = {}): Promise<string> {
    await bench.succeed(['build', '-t', 'dated', ...args], settings);
    const { stdout } = await bench.succeed(['inspect', '--format', '{{.Created}}', 'dated']);
    return stdout.trim();
  }

  const FROM_CONTEXT = ['--build-arg', 'SOURCE_DATE_EPOCH=context'];

  it('is the time of the commit', async () => {
    const url = `${daemon.url}/app.git`;
    expect(await created([...FROM_CONTEXT, url])).toBe(COMMIT);
    expect(await created([url], { env: { SOURCE_DATE_EPOCH: 'context' } })).toBe(COMMIT);
    const out = join(bench.directory, 'out');
    await bench.succeed(['build', ...FROM_CONTEXT, '-o', `type=tar,dest=${out}`, url]);
    const list = execFileSync('tar', ['--full-time', '--utc', '-tvf', out], { encoding: 'utf8' });
    expect(list).toContain('2024-01-02 03:04:05 file');
  });

  it('is the time of the newest file of an archive, unless its server knows better', async () => {
    const archive = await created([...FROM_CONTEXT, '-'], { input: tar });
    expect(archive).toBe('2022-04-15T05:20:00Z');
    await using server = await serve((request, response) => {
      if (request.url === '/dated') {
        response.setHeader('Last-Modified', 'Wed, 03 Jan 2024 00:00:00 GMT');
      }
      response.end(tar);
    });
    expect(await created([...FROM_CONTEXT, `${server.url}/plain`])).toBe('2022-04-15T05:20:00Z');
    expect(await created([...FROM_CONTEXT, `${server.url}/dated`])).toBe('2024-01-03T00:00:00Z');
  });

  it('is that of a named context, and of none for a directory', async () => {
    const directory = join(bench.directory, 'tar');
    const named = ['--build-context', `app=${daemon.url}/app.git`, directory];
    expect(await created(['--build-arg', 'SOURCE_DATE_EPOCH=app', ...named])).toBe(COMMIT);
    const local = await created([...FROM_CONTEXT, directory]);
    expect(Math.abs(Date.parse(local) - Date.now())).toBeLessThan(24 * 3600 * 1000);
  });

  it('is explained where it means nothing', async () => {
    const dockerfile = 'FROM scratch AS one\nADD file /\nFROM scratch\nCOPY --from=one / /\n';
    const directory = bench.project({ Dockerfile: dockerfile, file: 'x\n' }, 'wrong');
    const build = async (value: string) => {
      const args = ['build', '--build-arg', `SOURCE_DATE_EPOCH=${value}`, directory];
      const { status, stderr } = await bench.lamina(args);
      expect(status).not.toBe(0);
      return stderr;
    };
    expect(await build('contxt')).toContain("did you mean 'context'?");
    expect(await build('one')).toMatch(/adds a local file[\s\S]*ADD file/);
  });
});
